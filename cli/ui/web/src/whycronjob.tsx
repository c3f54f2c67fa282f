// Why a CronJob has no Job for its next time, how its last runs went, and what the next waits for.
import { AdviceList } from "./advice";
import { useCall, type Values } from "./api";
import { seconds, type CronJob } from "./json";
import { Ago, Command, idOf, JobLink, Said } from "./parts";
import { Reasons } from "./reasons";
import { State } from "./sign";

export function WhyCronJob({ values }: { values: Values }) {
  const asked = useCall<CronJob>("explain", { ...values, recursive: "true" }), c = asked.answer?.result;
  return <>
    <Said asked={asked} what="Asking why" />
    {c ? <>
      <p class="verdict">{c.message}</p>
      <dl class="facts">
        <dt>Schedule</dt><dd><code>{c.schedule}</code> {c.timeZone ?? ""}{c.suspended ? ", suspended" : ""}</dd>
        {c.time ? <><dt>Next</dt><dd><Ago at={seconds(c.time)} /></dd></> : null}
        {c.concurrencyPolicy ? <><dt>Several at once</dt><dd>{c.concurrencyPolicy}</dd></> : null}
      </dl>
      {c.active?.length ? <section class="section"><h3>Now</h3><ul class="plain">{c.active.map((a) => <li key={idOf(a)} class="reason"><State name={a.state} /><JobLink id={idOf(a)} /></li>)}</ul></section> : null}
      {c.runs?.length ? <section class="section"><h3>Last runs</h3><ul class="plain">{c.runs.map((r) => <li key={r.time}>
        <div class="reason"><State name={r.state} /><time>{r.time}</time>{r.job ? <JobLink id={c.namespace + "/" + r.job}>{r.job}</JobLink> : null}</div>
        {r.message ? <div class="soft">{r.message}</div> : null}
      </li>)}</ul></section> : null}
      {c.next ? <section class="section"><h3>What the next run waits for</h3><p><code class="wrap">{c.next.dependsOn}</code></p>
        {c.next.invalid ? <pre class="said bad" tabIndex={0} role="region" aria-label="What is wrong with it">{c.next.invalid}</pre> : null}<Reasons tree={c.next.tree} /></section> : null}
      <AdviceList list={c.advice} />
    </> : null}
    {asked.answer ? <Command line={asked.answer.command} /> : null}
  </>;
}
