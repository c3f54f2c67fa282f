// Tries an expression as it is typed: what it means, where it is wrong, and, with a Job, whether
// that Job would run with it.
import { useEffect, useState } from "preact/hooks";
import { about } from "./about";
import { useCall } from "./api";
import type { Explained, Parsed } from "./json";
import { Command, idOf, JobLink, Said, Verdict } from "./parts";
import { go, param } from "./place";
import { Reasons } from "./reasons";
import { rowsChanged, world } from "./stream";
import { valuesOf, subjectOf } from "./subject";

// Asked a moment after the last key.
const moment = 250;
// Of all Jobs so many are proposed as one types.
const proposed = 200;

function useSettled(text: string): string {
  const [settled, set] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => set(text), moment);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function Trial({ id, expr }: { id: string; expr: string }) {
  const asked = useCall<Explained>("explain", { ...valuesOf(subjectOf(id)), expr, recursive: "true" }), e = asked.answer?.result;
  return <section class="section"><h3>What it would mean for {id}</h3>
    <Said asked={asked} what="Trying" />
    {e ? <><Verdict state={e.state} message={e.message} />{e.over ? <p>{e.over}</p> : null}<Reasons tree={e.tree} /></> : null}
    {asked.answer ? <Command line={asked.answer.command} /> : null}
  </section>;
}

export function Playground({ namespace }: { namespace: string }) {
  rowsChanged.value;
  const [text, set] = useState(param("expr")), [job, setJob] = useState(param("try"));
  const expr = useSettled(text), asked = useCall<Parsed>("parse", expr.trim() ? { expr } : null, false), p = asked.answer?.result;
  useEffect(() => { if (expr.length < 2000) go({ expr: expr || null, try: job || null }, true); }, [expr, job]);
  const id = world.rows.has(job) ? job : world.rows.has(`${namespace || about.value?.namespace}/${job}`) ? `${namespace || about.value?.namespace}/${job}` : "";
  const ids = [...world.rows.keys()].slice(0, proposed);
  return <section class="section playground"><h2>Try an expression</h2>
    <label class="field"><span>Expression</span><textarea rows={3} spellcheck={false} autocomplete="off" placeholder="extract, (train or failed(tune)), finished(cleanup) + 10m" value={text} onInput={(e) => set(e.currentTarget.value)} /></label>
    <label class="field"><span>For the Job</span><input list="jobs-to-try" value={job} placeholder="none" onInput={(e) => setJob(e.currentTarget.value.trim())} /></label>
    <datalist id="jobs-to-try">{ids.map((one) => <option key={one} value={one} />)}</datalist>
    {job && !id ? <p class="soft">There is no Job {job} here.</p> : null}
    {expr.trim() ? <>
      <Said asked={asked} what="Reading" />
      {p ? <>
        <p>It means: <code class="wrap">{p.text}</code></p>
        {p.names.length ? <ul class="names">{p.names.map((n, i) => <li key={i}>{n.set ? <code>{n.check}</code> : <JobLink id={idOf({ ...n, namespace: n.namespace || namespace || about.value!.namespace })}><code>{n.check}</code></JobLink>}</li>)}</ul> : null}
        {id ? <Trial key={id} id={id} expr={expr} /> : null}
      </> : null}
      {asked.answer ? <Command line={asked.answer.command} /> : null}
    </> : null}
  </section>;
}
