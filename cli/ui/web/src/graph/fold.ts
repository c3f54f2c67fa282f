// Unfolds nodes and folds them again: which ones are unfolded is in the URL.
import { go, open } from "../place";
import type { Picture } from "./picture";

// unfold has a node drawn as what it stands for.
export function unfold(picture: Picture, i: number): void {
  if (picture.mayUnfold(i)) go({ open: [...open.value, picture.scene.graph.nodes[i].id] });
}

// foldAgain has a node that was unfolded drawn as one.
export function foldAgain(id: string): void { go({ open: open.value.filter((o) => o !== id) }); }
