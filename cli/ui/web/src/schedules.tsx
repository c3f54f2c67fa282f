// The view Schedules: CronJobs with their last and next times, and what their runs wait for.
import { ActButton } from "./act";
import { useCall } from "./api";
import { seconds, type CronJob, type List } from "./json";
import { Ago, Command, idOf, JobLink, Said } from "./parts";
import { State } from "./sign";
import { now } from "./stream";
import "./views.css";

function Row({ c, several }: { c: CronJob; several: boolean }) {
  const to = { namespace: c.namespace, name: c.name };
  return <tr>
    {several ? <td>{c.namespace}</td> : null}
    <th scope="row"><JobLink id={idOf(c)}>{c.name}</JobLink></th>
    <td><code>{c.schedule}</code>{c.timeZone ? <div class="soft">{c.timeZone}</div> : null}</td>
    <td>{c.suspended ? <b>suspended</b> : c.time ? <Ago at={seconds(c.time)} /> : null}
      {seconds(c.time) > now.value && !c.suspended ? null : <div class="soft clamp" title={c.message}>{c.message}</div>}</td>
    <td class="signs">{(c.runs ?? []).slice().reverse().map((r) => <span key={r.time} title={`${r.time}: ${r.state}${r.message ? ", " + r.message : ""}`}>
      {r.job ? <JobLink id={c.namespace + "/" + r.job} label={`${c.name}, ${r.time}: ${r.state}`}><State name={r.state} short /></JobLink> : <State name={r.state} short />}</span>)}</td>
    <td>{c.active?.map((a) => <div key={idOf(a)} class="reason"><State name={a.state} /><JobLink id={idOf(a)}>{a.name}</JobLink></div>)}</td>
    <td>{c.next ? <code class="wrap">{c.next.dependsOn}</code> : null}</td>
    <td><div class="buttons"><ActButton action="run-now" {...to} />{c.suspended ? <ActButton action="resume" {...to} /> : <ActButton action="suspend" {...to} />}</div></td>
  </tr>;
}

export function Schedules({ namespace }: { namespace: string }) {
  const asked = useCall<List<CronJob>>("schedules", { namespace }), all = asked.answer?.result?.items;
  return <div class="page">
    <Said asked={asked} what="Reading the CronJobs" />
    {all?.length ? <div class="scroll"><table class="table schedules"><thead><tr>{namespace ? null : <th>Namespace</th>}<th>CronJob</th><th>Schedule</th><th>Next</th><th>Last runs</th><th>Now</th><th>Each run waits for</th><th>Do</th></tr></thead>
      <tbody>{all.map((c) => <Row key={idOf(c)} c={c} several={!namespace} />)}</tbody></table></div> : null}
    {asked.answer ? <Command line={asked.answer.command} /> : null}
  </div>;
}
