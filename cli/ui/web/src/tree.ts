// The lines of the list: rows below their run and namespace, sorted and filtered. It is
// a pure function of the rows, without a page.
import type { Row } from "./model";
import type { Test } from "./search";

export type Column = "name" | "state" | "waits" | "done" | "age" | "took";

export interface Order { by: Column; down: boolean }

// Line is one line of the list: a Job, or a group with what is in it.
export interface Line {
  key: string; level: number; label: string;
  row?: Row;
  kind?: "namespace" | "run"; counts?: Map<string, number>; expanded?: boolean;
  // Its place among its siblings, and the line of its group.
  place: number; siblings: number; parent: number;
}

export interface Wish {
  test: Test | null; order: Order; grouped: boolean; oneNamespace: boolean;
  closed: ReadonlySet<string>; now: number; rankOf: (state: string) => number;
}

// tookOf returns how long a row has run or ran, in seconds; -1 if it has not begun.
export function tookOf(row: Row, now: number): number { return row.started ? (row.ended || now) - row.started : -1; }

function compare(wish: Wish): (a: Row, b: Row) => number {
  const { order: { by, down }, now, rankOf } = wish, names = (a: Row, b: Row) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const of: Record<Column, (r: Row) => number> = {
    name: () => 0, state: (r) => rankOf(r.state), waits: (r) => r.waits?.length ?? 0,
    done: (r) => (r.size ? (r.done ?? 0) / r.size : 0), age: (r) => -(r.created ?? 0), took: (r) => tookOf(r, now),
  };
  const value = of[by], sign = down ? -1 : 1;
  return by === "name" ? (a, b) => sign * names(a, b) : (a, b) => sign * (value(a) - value(b)) || names(a, b);
}

// linesOf returns all lines of the list, in order; what is in closed groups is left out.
export function linesOf(rows: Iterable<Row>, wish: Wish): Line[] {
  const kept: Row[] = [];
  for (const row of rows) if (!wish.test || wish.test(row)) kept.push(row);
  kept.sort(compare(wish));
  const lines: Line[] = [];
  if (!wish.grouped) put(lines, kept, 1, -1);
  else if (wish.oneNamespace) byRun(lines, kept, 1, -1, wish);
  else for (const [ns, some] of sorted(kept, (r) => r.ns)) byRun(lines, some, 2, group(lines, "namespace", ns, ns, 1, -1, some, wish), wish);
  return count(lines);
}

// byRun puts Jobs without a run first, and then each run, the latest first.
function byRun(lines: Line[], rows: Row[], level: number, parent: number, wish: Wish): void {
  if (parent >= 0 && !lines[parent].expanded) return;
  put(lines, rows.filter((r) => !r.run), level, parent);
  const runs = sorted(rows.filter((r) => r.run), (r) => r.run!).reverse();
  for (const [run, some] of runs) {
    const at = group(lines, "run", some[0].ns + "\n" + run, run, level, parent, some, wish);
    if (lines[at].expanded) put(lines, some, level + 1, at);
  }
}

function sorted(rows: Row[], of: (row: Row) => string): [string, Row[]][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = of(row), some = groups.get(name);
    if (some) some.push(row);
    else groups.set(name, [row]);
  }
  return [...groups].sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

function group(lines: Line[], kind: "namespace" | "run", key: string, label: string, level: number, parent: number, rows: Row[], wish: Wish): number {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
  const ranked = new Map([...counts].sort((a, b) => wish.rankOf(a[0]) - wish.rankOf(b[0])));
  return lines.push({ key: kind + "\n" + key, level, label, kind, counts: ranked, expanded: !wish.closed.has(kind + "\n" + key), place: 0, siblings: 0, parent }) - 1;
}

function put(lines: Line[], rows: Row[], level: number, parent: number): void {
  for (const row of rows) lines.push({ key: row.id, level, label: row.name, row, place: 0, siblings: 0, parent });
}

// count says of each line which one of how many it is, below its group.
function count(lines: Line[]): Line[] {
  const many = new Map<number, number>();
  for (const line of lines) {
    line.place = (many.get(line.parent) ?? 0) + 1;
    many.set(line.parent, line.place);
  }
  for (const line of lines) line.siblings = many.get(line.parent)!;
  return lines;
}
