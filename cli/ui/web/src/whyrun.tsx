// A run as a whole, in the panel: how its steps stand. And what stands for several in the graph.
import { JobLink } from "./parts";
import { follow } from "./place";
import { State } from "./sign";
import { world } from "./stream";
import type { Subject } from "./subject";

export function WhyRun({ subject: s }: { subject: Subject }) {
  const steps = [...world.rows.values()].filter((r) => r.run === s.run && r.ns === s.namespace);
  return <>
    <p><a {...follow({ view: "runs", run: s.run, runns: s.namespace, id: null, tab: null })}>See its times</a></p>
    <ul class="plain">{steps.map((r) => <li key={r.id} class="reason"><State name={r.state} /><JobLink id={r.id}>{r.step ?? r.name}</JobLink>
      {r.message ? <span class="soft">{r.message}</span> : null}</li>)}</ul>
  </>;
}

// WhySeveral says what a folded node of the graph is.
export function WhySeveral({ id }: { id: string }) {
  const members = world.graph?.nodes.find((n) => n.id === id)?.members ?? [];
  return <>
    <p class="soft">This stands for several. Unfold it in the graph to see each.</p>
    {members.length ? <ul>{members.map((m) => <li key={m}>{m}</li>)}</ul> : null}
  </>;
}
