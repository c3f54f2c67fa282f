// How the runs before this one went: of a step in other runs, of a CronJob's Job at other times.
import { useCall } from "./api";
import { seconds, type List, type Run } from "./json";
import { Ago, Command, JobLink, Said } from "./parts";
import { State } from "./sign";
import { world } from "./stream";
import type { Subject } from "./subject";
import { lasting } from "./time";

interface Line { key: string; id: string; label: string; state: string; began: number; took: number }

// linesOf returns the runs of the same step, or of the same CronJob.
function linesOf(runs: Run[], s: Subject): Line[] | null {
  const mine = runs.find((r) => r.namespace === s.namespace && r.steps.some((step) => step.job === s.name));
  if (!mine) return null;
  if (mine.cronJob) {
    return runs.filter((r) => r.namespace === s.namespace && r.cronJob === mine.cronJob).map((r) => {
      const began = seconds(r.started), id = r.steps[0]?.job ? r.namespace + "/" + r.steps[0].job : "";
      return { key: r.scheduledTime!, id, label: r.scheduledTime!, state: r.state, began, took: r.finished ? seconds(r.finished) - began : 0 };
    });
  }
  const step = mine.steps.find((x) => x.job === s.name)!.step;
  return runs.flatMap((r) => {
    const one = r.namespace === s.namespace && r.run ? r.steps.find((x) => x.step === step) : undefined;
    if (!one) return [];
    const id = `${r.namespace}/${step}@${r.run}`, row = world.rows.get(id), began = row?.started ?? 0;
    return [{ key: r.run!, id, label: r.run!, state: one.state, began, took: began && row?.ended ? row.ended - began : 0 }];
  });
}

export function History({ subject }: { subject: Subject }) {
  const asked = useCall<List<Run>>("runs", { namespace: subject.namespace }), runs = asked.answer?.result?.items;
  const lines = runs && linesOf(runs, subject), longest = Math.max(1, ...(lines ?? []).map((l) => l.took));
  return <>
    <Said asked={asked} what="Reading" />
    {runs && !lines ? <p class="soft">This Job is of no run: depctl run makes runs, and CronJobs do.</p> : null}
    {lines ? <div class="scroll"><table class="table"><thead><tr><th>Run</th><th>State</th><th>Began</th><th>Took</th></tr></thead>
      <tbody>{lines.map((l) => <tr key={l.key} class={l.id === subject.id ? "chosen" : ""}>
        <td>{l.id ? <JobLink id={l.id}>{l.label}</JobLink> : l.label}</td>
        <td><State name={l.state} /></td>
        <td><Ago at={l.began} /></td>
        <td><div class="took"><span>{l.took ? lasting(l.took) : ""}</span>{l.took ? <span class="bar" style={{ width: 60 * l.took / longest + "px", background: `var(--state-${l.state})` }} /> : null}</div></td>
      </tr>)}</tbody></table></div> : null}
    {asked.answer ? <Command line={asked.answer.command} /> : null}
  </>;
}
