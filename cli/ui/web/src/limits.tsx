// The view Limits: how many tokens there are, who has some, and who waits, in which order.
import { useCall } from "./api";
import { seconds, type Limit, type List } from "./json";
import { Ago, Command, JobLink, Said } from "./parts";
import "./views.css";

function One({ limit: l }: { limit: Limit }) {
  const all = l.tokens ?? 0, share = all ? Math.min(100, 100 * l.used / all) : 0;
  return <section class="section"><h2>{l.namespace}/{l.limit}</h2>
    {l.problem ? <p class="note bad">{l.problem}</p> : null}
    <p class="tokens"><span class="meter"><span style={{ width: share + "%" }} /></span>
      {l.tokens === undefined ? `${l.used} in use, and it is not known how many there are` : `${l.used} of ${l.tokens} in use`}, {l.waiting} waiting</p>
    <div class="columns">
      <div><h3>Who has some</h3>{l.usedBy.length ? <table class="table"><thead><tr><th>Job</th><th>Tokens</th><th>Since</th></tr></thead>
        <tbody>{l.usedBy.map((u) => <tr key={u.object}><td><JobLink id={u.object} /></td><td>{u.tokens}</td><td><Ago at={seconds(u.since)} /></td></tr>)}</tbody></table> : <p class="soft">Nobody.</p>}</div>
      <div><h3>Who waits</h3>{l.line.length ? <table class="table"><thead><tr><th>Place</th><th>Job</th><th>Tokens</th><th>Priority</th><th>Why</th></tr></thead>
        <tbody>{l.line.map((w, i) => <tr key={w.job}><td>{i + 1}</td><td><JobLink id={w.job} /><div class="soft"><Ago at={seconds(w.since)} /></div></td><td>{w.tokens}</td><td>{w.priority}</td>
          <td class={w.possible ? "" : "bad-text"}>{w.why}</td></tr>)}</tbody></table> : <p class="soft">Nobody.</p>}</div>
    </div>
  </section>;
}

export function Limits({ namespace }: { namespace: string }) {
  const asked = useCall<List<Limit>>("limits", { namespace }), limits = asked.answer?.result?.items;
  return <div class="page">
    <Said asked={asked} what="Reading the limits" />
    {limits && !limits.length ? <p class="wait">There are no limits here, and no Job asks for one: they are numbers in the ConfigMap depctl-limits.</p> : null}
    {limits?.map((l) => <One key={l.namespace + "/" + l.limit} limit={l} />)}
    {asked.answer ? <Command line={asked.answer.command} /> : null}
  </div>;
}
