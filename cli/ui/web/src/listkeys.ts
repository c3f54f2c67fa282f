// The keys of the list, as in any tree table.
import type { Line } from "./tree";

export interface Grid {
  lines: Line[]; at(): number; page: number;
  activate(i: number): void;
  toggle(line: Line): void;
  choose(line: Line): void;
}

// act does what a key means in the list.
export function act(e: KeyboardEvent, grid: Grid): void {
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || !grid.lines.length) return;
  // The buttons of the head have keys of their own.
  if ((e.target as HTMLElement).closest?.("button, input, label")) return;
  const { lines, page } = grid, at = Math.min(grid.at(), lines.length - 1), line = lines[at], last = lines.length - 1;
  const to = (i: number) => () => grid.activate(Math.min(last, Math.max(0, i)));
  const started = (e.target as HTMLElement).closest?.('[role="row"]');
  // The first key only brings the focus into the list.
  const step = (by: number) => to(started ? at + by : at);
  const keys: Record<string, () => void> = {
    ArrowDown: step(1), j: step(1), ArrowUp: step(-1), k: step(-1), PageDown: step(page), PageUp: step(-page), Home: to(0), End: to(last),
    ArrowRight: () => {
      if (!line.row && !line.expanded) grid.toggle(line);
      else if (!line.row && at < last) grid.activate(at + 1);
    },
    ArrowLeft: () => {
      if (!line.row && line.expanded) grid.toggle(line);
      else if (line.parent >= 0) grid.activate(line.parent);
    },
    Enter: () => grid.choose(line),
    " ": () => { if (!line.row) grid.toggle(line); },
  };
  const does = keys[e.key];
  if (!does) return;
  e.preventDefault();
  does();
}
