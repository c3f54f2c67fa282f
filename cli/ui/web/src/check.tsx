// The view Check: is the installation in order, are there mistakes in Jobs, and what does an
// expression mean?
import { useCall } from "./api";
import { Command, JobLink, Said, Section } from "./parts";
import type { Checked, Finding, List } from "./json";
import { about } from "./about";
import { Playground } from "./playground";
import "./views.css";

function Installation({ namespace }: { namespace: string }) {
  const asked = useCall<Checked>("check", { namespace }, false), c = asked.answer?.result;
  return <Section title="The installation" command={asked.answer?.command}>
    <p><button onClick={asked.reload} disabled={asked.busy}>{asked.busy ? "Looking…" : "Look again"}</button></p>
    <Said asked={asked} what="Looking" />
    {c ? <div class="scroll"><table class="table"><thead><tr><th>Level</th><th>Check</th><th>What was found</th></tr></thead>
      <tbody>{c.findings.map((f) => <tr key={f.check + f.message}><td><span class={"level level-" + f.level}>{f.level}</span></td><td>{f.check}</td>
        <td>{f.message}{f.fix ? <Command line={f.fix} /> : null}</td></tr>)}</tbody></table></div> : null}
    {c?.notChecked?.length ? <ul class="soft">{c.notChecked.map((n) => <li key={n}>{n}</li>)}</ul> : null}
  </Section>;
}

function Lint({ namespace }: { namespace: string }) {
  const asked = useCall<List<Finding>>("lint", { namespace }), found = asked.answer?.result?.items;
  return <Section title="Mistakes in Jobs" command={asked.answer?.command}>
    <Said asked={asked} what="Looking" />
    {found && !found.length ? <p class="soft">None was found.</p> : null}
    {found?.length ? <div class="scroll"><table class="table"><thead><tr><th>Level</th><th>Object</th><th>What was found</th></tr></thead>
      <tbody>{found.map((f, i) => <tr key={i}><td><span class={"level level-" + f.severity}>{f.severity}</span></td>
        <td><JobLink id={(f.kind === "Job" ? "" : f.kind.toLowerCase() + ":") + f.namespace + "/" + f.name}>{f.namespace}/{f.name}</JobLink></td>
        <td>{f.message} <code>{f.code}</code>{f.hint ? <div class="soft">{f.hint}</div> : null}</td></tr>)}</tbody></table></div> : null}
  </Section>;
}

export function Check({ namespace }: { namespace: string }) {
  // The installation is of the whole cluster; a namespace is for trying whether Jobs are held.
  const tried = namespace || about.value?.namespace || about.value?.namespaces?.[0] || "default";
  return <div class="page">
    <Playground namespace={namespace} />
    <Lint namespace={namespace} />
    <Installation namespace={tried} />
  </div>;
}
