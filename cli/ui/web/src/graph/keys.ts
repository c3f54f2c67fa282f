// The keys of the graph, where it or nothing has the focus.
import { selected } from "../place";
import type { Picture } from "./picture";
import { turnOver } from "./fold";

const step = 80, factor = 1.3;

export function listenToGraphKeys(area: HTMLElement, picture: Picture): () => void {
  const keys: Record<string, () => void> = {
    "+": () => picture.zoom(factor), "=": () => picture.zoom(factor), "-": () => picture.zoom(1 / factor), "0": () => picture.fit(),
    ArrowLeft: () => picture.move(step, 0), ArrowRight: () => picture.move(-step, 0),
    ArrowUp: () => picture.move(0, step), ArrowDown: () => picture.move(0, -step),
    u: () => turnOver(picture, picture.scene.byId.get(selected.value) ?? -1),
  };
  const heard = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey || e.altKey || (e.target !== area && e.target !== document.body && (e.target as HTMLElement).id !== "main")) return;
    const act = keys[e.key];
    if (!act) return;
    e.preventDefault();
    act();
  };
  addEventListener("keydown", heard);
  return () => removeEventListener("keydown", heard);
}
