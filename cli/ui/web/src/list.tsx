// The view List: all Jobs as a table with groups. It is the document of those who hear
// the page or use no mouse, so nothing is only in the graph.
import { computed, signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { lookOf } from "./about";
import { Cells, heading } from "./listrow";
import { act, type Grid } from "./listkeys";
import { openWhy } from "./panel";
import { namespace, param, selected } from "./place";
import { filter, jump } from "./search";
import { now, rowsChanged, world } from "./stream";
import { linesOf, type Column, type Line, type Order } from "./tree";

const closed = signal<ReadonlySet<string>>(new Set());
const active = signal("");

const order = computed<Order>(() => {
  const sort = param("sort") || "name";
  return { by: sort.replace("-", "") as Column, down: sort.startsWith("-") };
});
const grouped = computed(() => param("flat") !== "1");

const lines = computed<Line[]>(() => {
  rowsChanged.value;
  return linesOf(world.rows.values(), {
    test: filter.value, order: order.value, grouped: grouped.value, oneNamespace: namespace.value !== "",
    closed: closed.value, now: now.peek(), rankOf: (state) => lookOf(state).order,
  });
});

// places are where each line is, for keys and for what has the focus.
const places = computed(() => new Map(lines.value.map((line, i) => [line.key, i])));
const activeAt = computed(() => places.value.get(active.value) ?? places.value.get(selected.value) ?? 0);

// A phone has two lines for each row.
const narrow = matchMedia("(max-width: 760px)");
const heightOf = () => (narrow.matches ? 50 : 32);
const spare = 6;

function toggle(line: Line): void {
  const next = new Set(closed.value);
  if (!next.delete(line.key)) next.add(line.key);
  closed.value = next;
}

function choose(line: Line, byKey: boolean): void {
  active.value = line.key;
  if (line.row) openWhy(line.row.id, byKey);
  else toggle(line);
}

export function List() {
  const body = useRef<HTMLDivElement>(null), scroll = useRef(signal({ top: 0, height: 600, row: heightOf() })).current;
  const wanted = useRef(false); // whether the active row gets the focus once it is drawn
  const focus = () => body.current!.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
  const { top, height, row } = scroll.value, all = lines.value, at = activeAt.value;

  useEffect(() => {
    const measure = () => { if (body.current) scroll.value = { top: body.current!.scrollTop, height: body.current!.clientHeight, row: heightOf() }; };
    const size = new ResizeObserver(measure);
    size.observe(body.current!);
    body.current!.addEventListener("scroll", measure, { passive: true });
    const here = activeAt.peek();
    if (here > 5) body.current!.scrollTop = (here - 3) * heightOf();
    return () => size.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (!wanted.current) return;
    wanted.current = false;
    focus();
  });

  const grid: Grid = {
    lines: all, at: () => activeAt.peek(), page: Math.max(1, Math.floor(height / row) - 1), toggle, choose: (line) => choose(line, true),
    activate(i) {
      const before = activeAt.peek();
      active.value = all[i].key;
      wanted.current = activeAt.peek() !== before;
      if (!wanted.current) focus();
      // The row comes onto the screen whole.
      const from = i * row, box = body.current!;
      if (from < box.scrollTop) box.scrollTop = from;
      else if (from + row > box.scrollTop + box.clientHeight) box.scrollTop = from + row - box.clientHeight;
    },
  };
  useEffect(() => {
    if (!jump.value) return;
    grid.activate(activeAt.peek());
  }, [jump.value]);
  useEffect(() => {
    // j and k begin in the list, whatever has the focus.
    const heard = (e: KeyboardEvent) => { if (e.target === document.body || (e.target as HTMLElement).id === "main") act(e, grid); };
    addEventListener("keydown", heard);
    return () => removeEventListener("keydown", heard);
  });

  const first = Math.max(0, Math.floor(top / row) - spare), last = Math.min(all.length, Math.ceil((top + height) / row) + spare);
  const shown: number[] = [];
  if (at < first && all.length) shown.push(at);
  for (let i = first; i < last; i++) shown.push(i);
  if (at >= last && at < all.length) shown.push(at);

  return <div class="list" role="treegrid" aria-label="Jobs" aria-rowcount={all.length + 1} onKeyDown={(e) => act(e, grid)}>
    <div role="rowgroup" class="head">{heading(order.value, grouped.value)}</div>
    <div role="rowgroup" class="rows" ref={body}>
      {all.length ? null : <div role="row" class="none"><span role="gridcell">{!rowsChanged.value ? "Reading the Jobs…" : world.rows.size ? "The filter leaves no Job." : "There are no Jobs here."}</span></div>}
      <div class="room" role="presentation" style={{ height: all.length * row + "px" }}>
        {shown.map((i) => {
          const line = all[i];
          return <div key={line.key} role="row" class={"row" + (line.row ? "" : " group") + (line.row?.id === selected.value ? " selected" : "")}
            aria-level={line.level} aria-posinset={line.place} aria-setsize={line.siblings} aria-rowindex={i + 2}
            aria-expanded={line.row ? undefined : line.expanded} aria-selected={line.row ? line.row.id === selected.value : undefined}
            tabIndex={i === at ? 0 : -1} style={{ top: i * row + "px", height: row + "px" }}
            onClick={() => choose(line, false)} onFocus={() => { active.value = line.key; }}>
            <Cells line={line} />
          </div>;
        })}
      </div>
    </div>
  </div>;
}
