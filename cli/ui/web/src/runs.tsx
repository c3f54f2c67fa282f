// The view Runs: steps by runs, as a grid. A run leads to its times, and two runs can be compared.
import { useCall } from "./api";
import { Gantt } from "./gantt";
import { seconds, type List, type Run } from "./json";
import { Command, JobLink, Said } from "./parts";
import { follow, go, param } from "./place";
import { State } from "./sign";
import { now } from "./stream";
import { clock, lasting } from "./time";
import "./views.css";

// Of the latest so many runs are columns.
const most = 40;

// brief is an instant as the head of a column, by the reader's clock.
const format = new Intl.DateTimeFormat(undefined, { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
function brief(at: number): string { return format.format(at * 1000); }

interface Column { key: string; title: string; run: Run | null; state: string; took: number; began: number }
interface Cell { id: string; state: string; reason?: string }
interface Grid { key: string; title: string; columns: Column[]; rows: { name: string; id: string; cells: (Cell | undefined)[] }[] }

function tookOf(run: Run): number {
  const began = seconds(run.started);
  return began ? (run.finished ? seconds(run.finished) : now.peek()) - began : 0;
}

// ofRuns returns the grid of the runs of steps in a namespace.
function ofRuns(namespace: string, runs: Run[]): Grid {
  const latest = runs.slice(0, most).reverse(), steps = new Set<string>();
  for (const run of [...latest].reverse()) for (const s of run.steps) steps.add(s.step);
  return {
    key: namespace, title: `Runs in ${namespace}`,
    columns: latest.map((run) => ({ key: run.run!, title: run.run!, run, state: run.state, took: tookOf(run), began: seconds(run.started) })),
    rows: [...steps].map((name) => ({
      name, id: "", cells: latest.map((run) => {
        const one = run.steps.find((s) => s.step === name);
        return one && { id: `${namespace}/${name}@${run.run}`, state: one.state };
      }),
    })),
  };
}

// ofCronJobs returns the grid of the CronJobs of a namespace by scheduled times.
function ofCronJobs(namespace: string, runs: Run[]): Grid {
  const times = [...new Set(runs.map((r) => r.scheduledTime!))].sort().slice(-most), names = [...new Set(runs.map((r) => r.cronJob!))].sort();
  const at = new Map(runs.map((r) => [r.cronJob + " " + r.scheduledTime, r]));
  return {
    key: namespace + " cron", title: `CronJobs in ${namespace}`,
    columns: times.map((time) => ({ key: time, title: time, run: null, state: "", took: 0, began: seconds(time) })),
    rows: names.map((name) => ({
      name, id: `cronjob:${namespace}/${name}`, cells: times.map((time) => {
        const run = at.get(name + " " + time);
        return run && { id: run.steps[0]?.job ? `${namespace}/${run.steps[0].job}` : "", state: run.state, reason: run.reason };
      }),
    })),
  };
}

function gridsOf(runs: Run[]): Grid[] {
  return [...new Set(runs.map((r) => r.namespace))].sort().flatMap((namespace) => {
    const mine = runs.filter((r) => r.namespace === namespace), steps = mine.filter((r) => r.run), cron = mine.filter((r) => r.cronJob);
    return [steps.length ? [ofRuns(namespace, steps)] : [], cron.length ? [ofCronJobs(namespace, cron)] : []].flat();
  });
}

function Sign({ cell, label }: { cell: Cell; label: string }) {
  const sign = <State name={cell.state} short />;
  return <span title={label}>{cell.id ? <JobLink id={cell.id} label={label}>{sign}</JobLink> : sign}</span>;
}

function Table({ grid, namespace }: { grid: Grid; namespace: string }) {
  const longest = Math.max(1, ...grid.columns.map((c) => c.took)), chosen = param("run"), ns = grid.key;
  return <section class="section"><h2>{grid.title}</h2>
    <div class="scroll"><table class="grid">
      <thead><tr><th scope="col">{grid.columns.some((c) => c.run) ? "Step" : "CronJob"}</th>
        {grid.columns.map((c) => <th key={c.key} scope="col" class={c.key === chosen ? "chosen" : ""}>
          {c.run ? <a {...follow({ run: c.key, runns: namespace ? null : ns, against: null })} title={`${c.title}, ${c.state}, ${lasting(c.took)}, began ${clock(c.began)}`}>
            <span class="height" style={{ height: 4 + 40 * c.took / longest + "px", background: `var(--state-${c.state})` }} />
            <span class="vertical">{c.title}</span><State name={c.state} short />
          </a> : <time class="vertical" dateTime={c.key} title={c.title}>{brief(c.began)}</time>}
        </th>)}
      </tr></thead>
      <tbody>{grid.rows.map((row) => <tr key={row.name}><th scope="row">{row.id ? <JobLink id={row.id}>{row.name}</JobLink> : row.name}</th>
        {row.cells.map((cell, i) => <td key={grid.columns[i].key} class={grid.columns[i].key === chosen ? "chosen" : ""}>
          {cell ? <Sign cell={cell} label={`${row.name}, ${grid.columns[i].title}: ${cell.state}${cell.reason ? ", " + cell.reason : ""}`} /> : null}
        </td>)}
      </tr>)}</tbody>
    </table></div>
  </section>;
}

export function Runs({ namespace }: { namespace: string }) {
  const asked = useCall<List<Run>>("runs", { namespace, limit: "400" }), runs = asked.answer?.result?.items;
  const run = param("run"), ns = param("runns") || namespace;
  const names = (runs ?? []).filter((r) => r.run && r.namespace === ns).map((r) => r.run!);
  return <div class="page">
    <Said asked={asked} what="Reading the runs" />
    {runs && !runs.length ? <p class="wait">There are no runs here. depctl run makes the Jobs of a folder one run, and each scheduled time of a CronJob is one.</p> : null}
    {run && ns ? <Gantt key={ns + run} namespace={ns} run={run} names={names} close={() => go({ run: null, runns: null, against: null })} /> : null}
    {runs ? gridsOf(runs).map((grid) => <Table key={grid.key} grid={grid} namespace={namespace} />) : null}
    {asked.answer ? <Command line={asked.answer.command} /> : null}
  </div>;
}
