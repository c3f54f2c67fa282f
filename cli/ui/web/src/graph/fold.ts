// Unfolds nodes and folds them again: which ones are unfolded is in the URL.
import { go, open } from "../place";
import type { Picture } from "./picture";

// mayUnfold reports whether a node stands for several that could be drawn instead.
export function mayUnfold(picture: Picture, i: number): boolean {
  const node = picture.scene.graph.nodes[i];
  if (!node || open.value.includes(node.id)) return false;
  return node.kind === "group" || node.kind === "namespace" || (node.kind === "set" && !!node.members?.length);
}

// unfold has a node drawn as what it stands for.
export function unfold(picture: Picture, i: number): void {
  if (mayUnfold(picture, i)) go({ open: [...open.value, picture.scene.graph.nodes[i].id] });
}

// foldAgain has a node that was unfolded drawn as one.
export function foldAgain(id: string): void { go({ open: open.value.filter((o) => o !== id) }); }

// turnOver unfolds a node, or folds it again.
export function turnOver(picture: Picture, i: number): void {
  const id = picture.scene.graph.nodes[i]?.id;
  if (id && open.value.includes(id)) foldAgain(id);
  else unfold(picture, i);
}
