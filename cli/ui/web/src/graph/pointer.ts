// Mouse, pen and fingers on the graph: move, zoom, point, choose.

export interface Hands {
  move(dx: number, dy: number): void;
  zoom(by: number, x: number, y: number): void;
  // point says what the mouse is over; null when it has left.
  point(at: [number, number] | null): void;
  choose(x: number, y: number): void;
  unfold(x: number, y: number): void;
}

// A click that moved by more is a move.
const steady = 4, dblclick = 350;

// handle gives what people do with an element to hands, in its coordinates; it returns how to stop.
export function handle(element: HTMLElement, hands: Hands): () => void {
  const touches = new Map<number, { x: number; y: number }>();
  let moved = 0, gap = 0, lastClick = { at: 0, x: 0, y: 0 };
  const stop = new AbortController(), signal = stop.signal;
  const at = (e: MouseEvent): { x: number; y: number } => {
    const box = element.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  };

  element.addEventListener("wheel", (e) => {
    e.preventDefault();
    const { x, y } = at(e), unit = e.deltaMode === 1 ? 16 : 1;
    // A pinch on a touchpad comes as a wheel with the control key.
    hands.zoom(Math.exp(-e.deltaY * unit * (e.ctrlKey ? 0.01 : 0.0015)), x, y);
  }, { passive: false, signal });

  element.addEventListener("pointerdown", (e) => {
    if (e.button) return;
    touches.set(e.pointerId, at(e));
    if (touches.size === 1) moved = 0;
    gap = 0;
  }, { signal });

  element.addEventListener("pointermove", (e) => {
    const now = at(e), before = touches.get(e.pointerId);
    if (!before) {
      if (e.pointerType === "mouse" && !touches.size) hands.point([now.x, now.y]);
      return;
    }
    touches.set(e.pointerId, now);
    if (touches.size === 2) {
      const [a, b] = [...touches.values()], wide = Math.hypot(a.x - b.x, a.y - b.y);
      if (gap) hands.zoom(wide / gap, (a.x + b.x) / 2, (a.y + b.y) / 2);
      hands.move((now.x - before.x) / 2, (now.y - before.y) / 2);
      gap = wide;
      moved = steady + 1;
      return;
    }
    moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    if (moved <= steady) return;
    if (!element.hasPointerCapture(e.pointerId)) {
      element.setPointerCapture(e.pointerId);
      element.classList.add("moving");
      hands.point(null);
    }
    hands.move(now.x - before.x, now.y - before.y);
  }, { signal });

  const up = (e: PointerEvent) => {
    const was = touches.delete(e.pointerId);
    gap = 0;
    element.classList.remove("moving");
    if (!was || touches.size || moved > steady || e.type !== "pointerup") return;
    const { x, y } = at(e), again = e.timeStamp - lastClick.at < dblclick && Math.hypot(x - lastClick.x, y - lastClick.y) < 8;
    lastClick = { at: again ? 0 : e.timeStamp, x, y };
    if (again) hands.unfold(x, y);
    else hands.choose(x, y);
  };
  element.addEventListener("pointerup", up, { signal });
  element.addEventListener("pointercancel", up, { signal });
  element.addEventListener("pointerleave", () => hands.point(null), { signal });
  return () => stop.abort();
}
