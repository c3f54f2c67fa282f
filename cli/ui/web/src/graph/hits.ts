// What the search finds in the graph: the rest is faded, and Enter goes from hit to hit.
import type { Row } from "../model";
import { filter, words } from "../search";
import { states } from "../place";
import { world } from "../stream";
import type { Picture } from "./picture";

// fadedOf returns a 1 for each node that the filter leaves out; null if there is no filter.
export function fadedOf(picture: Picture): Uint8Array | null {
  if (!filter.value) return null;
  return Uint8Array.from(picture.scene.graph.nodes, (_, i) => (isHit(picture, i) ? 0 : 1));
}

function isHit(picture: Picture, i: number): boolean {
  const node = picture.scene.graph.nodes[i], row = world.rows.get(node.id);
  if (row) return filter.value!(row);
  // A node that stands for several is found by its own name or one of theirs, and by each of their states.
  const state = picture.stateOf(i), some = states.value;
  if (some.length && !some.some((s) => s === state?.s || state?.counts?.[s])) return false;
  const as = (name: string): Row => ({ id: node.id + " " + name, ns: node.ns, name, kind: node.kind, state: "" });
  return !words.value || [node.label, ...(node.members ?? [])].some((name) => words.value!(as(name)));
}

// hitAfter returns the id of the hit that comes after a node, or before it; null if there is none.
export function hitAfter(picture: Picture, id: string, back: boolean): string | null {
  const n = picture.scene.nodes, at = picture.scene.byId.get(id) ?? (back ? n : -1), step = back ? -1 : 1;
  if (!filter.value) return id || null;
  for (let k = 1; k <= n; k++) {
    const i = (((at + step * k) % n) + n) % n;
    if (isHit(picture, i)) return picture.scene.graph.nodes[i].id;
  }
  return id || null;
}
