// The view Graph: the canvas, what is around it, and how it hears of changes.
import { effect, signal, untracked } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { filter, jump, jumpBack } from "../search";
import { fadedOf, hitAfter } from "./hits";
import { go, selected } from "../place";
import { graphChanged, rowsChanged, watchers, world } from "../stream";
import { repainted } from "../theme";
import { turnOver } from "./fold";
import { listenToGraphKeys } from "./keys";
import { Picture } from "./picture";
import { handle } from "./pointer";
import { Tip, tipOf, type Tipped } from "./tip";
import { Tools } from "./tools";

// connect keeps a picture in step with the world and the URL; it returns how to stop.
function connect(picture: Picture, area: HTMLElement, tip: { value: Tipped | null }): () => void {
  const show = () => picture.show(world.graph, world.states, world.looks);
  const watch: Parameters<typeof watchers.add>[0] = (change) => {
    if (!change || change.graph) show();
    else picture.turn(world.states, world.looks, change.nodes, change.edges);
  };
  watchers.add(watch);
  let jumped = jump.peek();
  const size = new ResizeObserver(() => picture.resize(area.clientWidth, area.clientHeight));
  size.observe(area);
  show();
  const stops = [
    () => watchers.delete(watch),
    () => size.disconnect(),
    effect(() => {
      graphChanged.value;
      if (filter.value) rowsChanged.value;
      picture.fade(fadedOf(picture));
    }),
    effect(() => {
      if (jump.value === jumped) return;
      jumped = jump.value;
      untracked(() => go({ id: hitAfter(picture, selected.value, jumpBack) }));
    }),
    effect(() => { if (repainted.value) picture.recolour(); }),
    effect(() => picture.pick(selected.value, true)),
    handle(area.querySelector("canvas")!, {
      move: (dx, dy) => picture.move(dx, dy),
      zoom: (by, x, y) => { tip.value = null; picture.zoom(by, x, y); },
      point: (at) => {
        const i = at ? picture.nodeAt(...at) : -1;
        picture.point(i);
        tip.value = i < 0 ? null : tipOf(picture, i, at!);
      },
      choose: (x, y) => {
        const i = picture.nodeAt(x, y);
        go({ id: i < 0 ? null : picture.scene.graph.nodes[i].id });
      },
      unfold: (x, y) => turnOver(picture, picture.nodeAt(x, y)),
    }),
    listenToGraphKeys(area, picture),
  ];
  return () => {
    for (const stop of stops) stop();
    picture.stop();
  };
}

export function GraphView() {
  const area = useRef<HTMLDivElement>(null), canvas = useRef<HTMLCanvasElement>(null), small = useRef<HTMLCanvasElement>(null);
  const tip = useMemo(() => signal<Tipped | null>(null), []);
  const picture = useMemo(() => signal<Picture | null>(null), []);
  useEffect(() => {
    const made = new Picture(canvas.current!, small.current!);
    picture.value = made;
    const toPlace = (e: PointerEvent) => { if (e.buttons) made.centre(...made.minimap.placeOf(e)); };
    small.current!.addEventListener("pointerdown", toPlace);
    small.current!.addEventListener("pointermove", toPlace);
    return untracked(() => connect(made, area.current!, tip));
  }, []);
  graphChanged.value;
  const graph = world.graph, none = graph && !graph.nodes.length && !graph.tooLarge;
  return <div class="graph" ref={area} tabIndex={0} role="group" aria-label="Graph. The list has the same as text.">
    <canvas ref={canvas} class="plane" aria-hidden="true" />
    <canvas ref={small} class="minimap" aria-hidden="true" hidden />
    {graph?.tooLarge ? <p class="empty">{graph.tooLarge}</p> : null}
    {none ? <p class="empty">Nothing here waits for anything. <button onClick={() => go({ all: "1" })}>Draw all Jobs</button></p> : null}
    {picture.value ? <Tools picture={picture.value} /> : null}
    <Tip tip={tip} />
  </div>;
}
