// Why a Job, or what else waits, stands as it does: what depctl explain -r says.
import { useState } from "preact/hooks";
import { AdviceList, Causes } from "./advice";
import { useCall } from "./api";
import { seconds, type Explained } from "./json";
import { Ago, Command, idOf, JobLink, Said, Verdict } from "./parts";
import { Reasons } from "./reasons";
import { State } from "./sign";
import { valuesOf, type Subject } from "./subject";

// Of an expression so many letters are shown without a frame to scroll in.
const short = 600;

function Expression({ text }: { text: string }) {
  return text.length < short ? <code class="wrap">{text}</code> : <code class="wrap long" tabIndex={0} role="region" aria-label="What it waits for">{text}</code>;
}

function Facts({ e }: { e: Explained }) {
  const expected = e.expected;
  return <dl class="facts">
    {e.since ? <><dt>Since</dt><dd><Ago at={seconds(e.since)} /></dd></> : null}
    {e.dependsOn ? <><dt>Waits for</dt><dd><Expression text={e.dependsOn} /></dd></> : null}
    {expected?.start ? <><dt>May start</dt><dd><Ago at={seconds(expected.start)} /></dd></> : null}
    {expected?.end ? <><dt>May end</dt><dd><Ago at={seconds(expected.end)} /></dd></> : null}
    {expected?.basis ? <><dt>Known from</dt><dd>{expected.basis}</dd></> : null}
    {expected?.unknown ? <><dt>Expected</dt><dd>not known: {expected.unknown}</dd></> : null}
    {e.next ? <><dt>Looks again</dt><dd><Ago at={seconds(e.next)} /></dd></> : null}
    {e.waitTimeout ? <><dt>Gives up</dt><dd>{e.waitTimeout}</dd></> : null}
  </dl>;
}

function Elements({ e, explain }: { e: Explained; explain: (index: string) => void }) {
  const x = e.elements!;
  const rows = ([["Succeeded", x.succeeded], ["Failed", x.failed], ["Running", x.running], ["May run", x.mayRun], ["Waiting", x.waiting], ["Never", x.never]] as const).filter(([, value]) => value);
  return <section class="section"><h3>{x.size} elements</h3>
    <dl class="facts">{rows.map(([word, value]) => <><dt>{word}</dt><dd class="wrap">{value}</dd></>)}{x.limit ? <><dt>At once</dt><dd>{x.limit}</dd></> : null}</dl>
    {x.tree ? <><p>Element {x.first}: <button onClick={() => explain(String(x.first))}>Explain it</button></p><Reasons tree={x.tree} /></> : null}
  </section>;
}

export function WhyJob({ subject }: { subject: Subject }) {
  const [index, setIndex] = useState("");
  const values: Record<string, string> = { ...valuesOf(subject), recursive: "true" };
  if (index) values.index = index;
  const asked = useCall<Explained>("explain", values), e = asked.answer?.result;
  return <>
    {subject.row?.array ? <label class="field inline">Element <input type="number" min={0} value={index} placeholder="all" onChange={(x) => setIndex(x.currentTarget.value)} /></label> : null}
    <Said asked={asked} what="Asking why" />
    {e ? <>
      <Verdict state={e.state} message={e.message} />
      {e.over ? <p>{e.over}</p> : null}
      <Causes list={e.causes} advised={e.advice} />
      <Facts e={e} />
      {e.because?.length ? <section class="section"><h3>Because</h3><ul>{e.because.map((b) => <li key={b}>{b}</li>)}</ul></section> : null}
      {e.elements ? <Elements e={e} explain={setIndex} /> : null}
      {e.tree ? <section class="section"><h3>{e.element === undefined ? "What it waits for" : `What element ${e.element} waits for`}</h3><Reasons tree={e.tree} /></section> : null}
      {e.limits?.length ? <section class="section"><h3>Tokens</h3><ul>{e.limits.map((l) => <li key={l.namespace + l.name}>
        {l.namespace}/{l.name}: needs {l.needs}, {l.used} of {l.tokens} in use, place {l.placeInLine} in line
        {l.usedBy?.length ? <ul>{l.usedBy.map((u) => <li key={u.object}><JobLink id={u.object} /> has {u.tokens}</li>)}</ul> : null}
      </li>)}</ul></section> : null}
      {e.roots?.length ? <section class="section"><h3>What blocks it in the end</h3><ul class="plain">{e.roots.map((r) => <li key={idOf(r)}>
        <div class="reason"><State name={r.state} /><JobLink id={idOf(r)} /></div><Causes list={r.causes} />
      </li>)}</ul></section> : null}
      <AdviceList list={e.advice} />
      {e.condition ? <section class="section"><h3>What the gate wrote</h3><p><b>{e.condition.reason}</b> {e.condition.message !== e.message ? e.condition.message : null} <span class="soft"><Ago at={seconds(e.condition.written)} /></span></p></section> : null}
    </> : null}
    {asked.answer ? <Command line={asked.answer.command} /> : null}
  </>;
}
