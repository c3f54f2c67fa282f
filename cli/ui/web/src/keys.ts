// The keys of the whole page. A view has keys of its own where it has the focus.
import { signal } from "@preact/signals";
import { closePanel } from "./panel";
import { go, selected, views } from "./place";

export const helpShown = signal(false);

// shortcuts are the keys, each with what it does; the help shows the same list.
export const shortcuts: { key: string; does: string; act?: () => void }[] = [
  { key: "?", does: "Show or hide this help", act: () => { helpShown.value = !helpShown.value; } },
  { key: "/", does: "Search", act: () => document.querySelector<HTMLInputElement>("#search")?.focus() },
  ...views.map((view) => ({ key: view === "limits" ? "i" : view[0], does: `Open ${view[0].toUpperCase()}${view.slice(1)}`, act: () => go({ view }) })),
  { key: "j, k", does: "In the list: next and previous row (or ↓ and ↑)" },
  { key: "← →", does: "In the list: close and open a group" },
  { key: "Enter", does: "Open Why for the row" },
  { key: "+ - 0", does: "In the graph: zoom in, zoom out, show all" },
  { key: "← ↑ → ↓", does: "In the graph: move" },
  { key: "u", does: "In the graph: unfold what is selected, or fold it again" },
  { key: "Esc", does: "Close the help, the panel, or the search", act: close },
];

function close(): void {
  const focused = document.activeElement as HTMLElement | null;
  if (helpShown.value) helpShown.value = false;
  else if (focused?.matches("input, textarea, select")) focused.blur();
  else if (selected.value) closePanel();
}

const byKey = new Map(shortcuts.filter((s) => s.act).map((s) => [s.key === "Esc" ? "Escape" : s.key, s.act!]));

export function listenToKeys(): void {
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return;
    if (document.querySelector("dialog[open]") && e.key !== "?") return; // a dialog closes by itself
    const typing = (e.target as HTMLElement).matches?.("input, textarea, select, [contenteditable]");
    const act = byKey.get(e.key);
    if (!act || (typing && e.key !== "Escape")) return;
    e.preventDefault();
    act();
  });
}
