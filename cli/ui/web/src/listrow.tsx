// What stands in the lines of the list, and above them.
import { lookOf } from "./about";
import { go } from "./place";
import { State } from "./sign";
import { now } from "./stream";
import { clock, lasting, since } from "./time";
import { tookOf, type Column, type Line, type Order } from "./tree";

const columns: [Column, string][] = [["name", "Job"], ["state", "State"], ["waits", "Waits for"], ["done", "Done"], ["age", "Age"], ["took", "Took"]];

function sort(by: Column, order: Order): void {
  const next = order.by === by && !order.down ? "-" + by : by;
  go({ sort: next === "name" ? null : next }, true);
}

// heading is the line with the names of the columns, by which the list is sorted.
export function heading(order: Order, grouped: boolean) {
  return <div role="row" class="row" aria-rowindex={1}>
    {columns.map(([by, title]) => <span key={by} role="columnheader" class={"cell c-" + by}
      aria-sort={order.by === by ? (order.down ? "descending" : "ascending") : "none"}>
      <button onClick={() => sort(by, order)}>{title}{order.by === by ? <span aria-hidden="true">{order.down ? " ↓" : " ↑"}</span> : null}</button>
      {by === "name" ? <label class="choice"><input type="checkbox" checked={grouped} onChange={(e) => go({ flat: e.currentTarget.checked ? null : "1" }, true)} /> grouped</label> : null}
    </span>)}
  </div>;
}

function Group({ line }: { line: Line }) {
  return <>
    <span role="gridcell" class="cell c-name" style={{ "--level": line.level }}>
      <span class="arrow" aria-hidden="true">{line.expanded ? "▾" : "▸"}</span> <span class="soft">{line.kind}</span> <b>{line.label}</b>
    </span>
    <span role="gridcell" class="cell c-counts" style={{ "--level": line.level }}>
      {[...line.counts!].map(([state, many]) => <span key={state} class="count" style={{ "--c": `var(--${lookOf(state).look})` }} title={`${many} ${state}`}>
        <span class="sign" aria-hidden="true">{lookOf(state).sign}</span>{many}<span class="heard"> {state}</span>
      </span>)}
    </span>
  </>;
}

// Cells are the cells of one line.
export function Cells({ line }: { line: Line }) {
  const row = line.row;
  if (!row) return <Group line={line} />;
  const took = tookOf(row, now.value), failed = row.failed ?? 0;
  const several = (row.size ?? 1) > 1;
  return <>
    <span role="gridcell" class="cell c-name" style={{ "--level": line.level }} title={row.id}>{row.name}</span>
    <span role="gridcell" class="cell c-state"><State name={row.state} /></span>
    <span role="gridcell" class="cell c-waits" style={{ "--level": line.level }} title={row.message || undefined}>{row.message || row.waits?.join(", ")}</span>
    <span role="gridcell" class="cell c-done">{several ? `${row.done ?? 0}/${row.size}` + (failed ? `, ${failed} failed` : "") : ""}</span>
    <span role="gridcell" class="cell c-age" title={clock(row.created)}>{since(row.created, now.value)}</span>
    <span role="gridcell" class="cell c-took" title={clock(row.started)}>{took >= 0 ? lasting(took) : ""}</span>
  </>;
}
