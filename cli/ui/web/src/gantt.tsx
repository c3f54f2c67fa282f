// The times of one run: what was, what runs, and what depctl plan expects. A second run can stand
// beside it, from the same beginning.
import { ActButton } from "./act";
import { useCall, type Asked } from "./api";
import { seconds, type Job, type List, type Planned } from "./json";
import { Command, JobLink, Said } from "./parts";
import { follow, go, param } from "./place";
import { State } from "./sign";
import { now } from "./stream";
import { clock, lasting, until } from "./time";

interface Bar { from: number; to: number; state: string; forecast: boolean }
interface Line { step: string; id: string; state: string; bars: Bar[]; took: number; other?: Line; critical: boolean }

interface Times { lines: Line[]; begin: number; end: number; asked: Asked<List<Job>>; forecast: Asked<{ jobs: Planned[] }> }

// useTimes returns the lines of a run, in the order in which they began, or are to begin.
function useTimes(namespace: string, run: string): Times {
  const asked = useCall<List<Job>>("jobs", run ? { namespace, run } : null);
  const jobs = asked.answer?.result?.items ?? [], open = jobs.some((j) => !j.finished);
  const forecast = useCall<{ jobs: Planned[] }>("plan", run && open ? { namespace, run } : null);
  const at = now.value, planned = new Map((forecast.answer?.result?.jobs ?? []).map((p) => [p.name, p]));
  const lines = jobs.map((job): Line => {
    const step = job.step ?? job.name, began = seconds(job.started), ended = seconds(job.finished), bars: Bar[] = [], plan = ended ? undefined : planned.get(step);
    if (began) bars.push({ from: began, to: ended || at, state: job.state, forecast: false });
    if (plan) bars.push({ from: Math.max(at + plan.start, began ? at : 0), to: at + plan.end, state: job.state, forecast: true });
    return { step, id: `${job.namespace}/${step}@${run}`, state: job.state, bars, took: began ? (ended || at) - began : 0, critical: !!plan?.critical };
  });
  const first = (l: Line) => l.bars[0]?.from ?? Infinity;
  lines.sort((a, b) => first(a) - first(b) || a.step.localeCompare(b.step));
  const begins = jobs.map((j) => seconds(j.started)).filter(Boolean);
  const begin = Math.min(...(begins.length ? begins : lines.flatMap((l) => l.bars.map((b) => b.from))), Infinity);
  return { lines, begin, end: Math.max(begin + 1, ...lines.flatMap((l) => l.bars.map((b) => b.to))), asked, forecast };
}

function Bars({ line, begin, span, second }: { line: Line; begin: number; span: number; second?: boolean }) {
  return <>{line.bars.map((b) => <span key={b.from + String(b.forecast)} class={"gantt-bar" + (b.forecast ? " forecast" : "") + (second ? " second" : "") + (b.forecast && line.critical ? " critical" : "")}
    title={`${line.step}${b.forecast ? ", expected" : ", " + line.state}: ${clock(b.from)} to ${clock(b.to)}, ${lasting(b.to - b.from)}`}
    style={{ left: 100 * (b.from - begin) / span + "%", width: Math.max(0.3, 100 * (b.to - b.from) / span) + "%", "--bar": b.forecast ? "var(--idle)" : `var(--state-${b.state})` }} />)}</>;
}

function difference(line: Line): string {
  if (!line.other) return "only here";
  if (!line.took) return "";
  const d = line.took - line.other.took;
  return Math.abs(d) < 1 ? "the same" : (d > 0 ? "+" : "−") + lasting(Math.abs(d));
}

export function Gantt({ namespace, run, names, close }: { namespace: string; run: string; names: string[]; close: () => void }) {
  const against = param("against"), one = useTimes(namespace, run), two = useTimes(namespace, against);
  const others = new Map(two.lines.map((l) => [l.step, l]));
  for (const line of one.lines) line.other = others.get(line.step);
  const span = Math.max(one.end - one.begin, against && isFinite(two.begin) ? two.end - two.begin : 0, 1), at = now.value;
  const marks = [0, 0.25, 0.5, 0.75, 1];
  return <section class="section gantt"><h2>Run {run}</h2>
    <div class="buttons">
      <label class="field inline">Compare with <select value={against} onChange={(e) => go({ against: e.currentTarget.value || null }, true)}>
        <option value="">no other</option>{names.filter((n) => n !== run).map((n) => <option key={n} value={n}>{n}</option>)}
      </select></label>
      <ActButton action="retry" namespace={namespace} name="" options={{ run }} label="Retry what failed" />
      <ActButton action="cancel" namespace={namespace} name="" options={{ run }} label="Cancel the run" />
      <a class="button" {...follow({ id: `${namespace}/*@${run} as a whole`, tab: "logs" })}>Logs</a>
      <button onClick={close}>Close</button>
    </div>
    <Said asked={one.asked} what="Reading the run" />
    <Said asked={one.forecast} what="Asking what is to come" />
    {one.lines.length && isFinite(one.begin) ? <div class="scroll"><table class="table">
      <thead><tr><th>Step</th><th>State</th><th>Took</th>{against ? <th>Against {against}</th> : null}
        <th class="axis"><div class="marks" aria-hidden="true">{marks.map((m) => <span key={m} style={{ left: 100 * m + "%" }}>{lasting(span * m)}</span>)}</div><span class="heard">Times</span></th></tr></thead>
      <tbody>{one.lines.map((line) => <tr key={line.step}>
        <th scope="row"><JobLink id={line.id}>{line.step}</JobLink></th><td><State name={line.state} /></td>
        <td>{line.took ? lasting(line.took) : line.bars[0] ? "begins " + until(line.bars[0].from, at) : ""}</td>
        {against ? <td>{difference(line)}</td> : null}
        <td class="bars"><div>
          <Bars line={line} begin={one.begin} span={span} />
          {line.other ? <Bars line={line.other} begin={two.begin} span={span} second /> : null}
          {at > one.begin && at < one.begin + span ? <span class="present" style={{ left: 100 * (at - one.begin) / span + "%" }} /> : null}
        </div></td>
      </tr>)}</tbody>
    </table></div> : null}
    {one.asked.answer ? <Command line={one.asked.answer.command} /> : null}
    {one.forecast.answer ? <Command line={one.forecast.answer.command} /> : null}
  </section>;
}
