// The panel of one Job: why it waits or runs, its logs, its pods and events, its manifest, and how
// its runs before this one went.
import { ActButton } from "./act";
import { History } from "./history";
import { Logs } from "./logs";
import { Manifest, Pods } from "./object";
import { follow, param } from "./place";
import { rowsChanged } from "./stream";
import { State } from "./sign";
import { argument, subjectOf, valuesOf, type Subject } from "./subject";
import { WhyCronJob } from "./whycronjob";
import { WhyJob } from "./whyjob";
import { WhyRun, WhySeveral } from "./whyrun";
import "./views.css";

const tabs = ["why", "logs", "pods", "yaml", "history"] as const;
const titles: Record<string, string> = { why: "Why", logs: "Logs", pods: "Pods and events", yaml: "YAML", history: "History" };

function Actions({ subject }: { subject: Subject }) {
  const { namespace, row } = subject, name = argument(subject);
  const to = { namespace, name };
  if (subject.kind === "cronjob") {
    return <div class="buttons">
      <ActButton action="run-now" namespace={namespace} name={subject.name} />
      <ActButton action="suspend" namespace={namespace} name={subject.name} />
      <ActButton action="resume" namespace={namespace} name={subject.name} />
    </div>;
  }
  if (subject.kind === "run") {
    return <div class="buttons">
      <ActButton action="retry" namespace={namespace} name="" options={{ run: subject.run }} label="Retry what failed" />
      <ActButton action="hold" namespace={namespace} name="" options={{ run: subject.run }} label="Hold what waits" />
      <ActButton action="cancel" namespace={namespace} name="" options={{ run: subject.run }} label="Cancel the run" />
    </div>;
  }
  if (subject.kind === "several") return null;
  return <div class="buttons">
    <ActButton action="hold" {...to} />
    <ActButton action="release" {...to} />
    <ActButton action="set" {...to} />
    {subject.kind === "job" ? <>
      <ActButton action="retry" {...to} />
      {row?.run ? <ActButton action="rerun" namespace={namespace} name="" options={{ run: row.run, from: row.step ?? row.name }} label="Rerun from here" /> : null}
      <ActButton action="cancel" {...to} />
    </> : null}
  </div>;
}

export function Why({ id }: { id: string }) {
  rowsChanged.value;
  const subject = subjectOf(id);
  const of: Record<string, string[]> = { cronjob: ["why", "yaml"], run: ["why", "logs"] };
  const shown = subject.kind === "job" ? tabs : tabs.filter((t) => (of[subject.kind] ?? ["why"]).includes(t));
  const tab = shown.find((t) => t === param("tab")) ?? "why";
  const keys = (e: KeyboardEvent) => {
    const step = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    e.preventDefault();
    const links = [...(e.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("a")];
    links[(links.indexOf(document.activeElement as HTMLElement) + step + links.length) % links.length]?.focus();
  };
  return <div class="why">
    <h2 class="why-title">{subject.kind === "job" || subject.kind === "several" ? "" : subject.kind + " "}{subject.name}</h2>
    <p class="soft">{subject.row ? <State name={subject.row.state} /> : null} {subject.namespace ? `in namespace ${subject.namespace}` : ""}{subject.row?.run ? `, step ${subject.row.step} of run ${subject.row.run}` : ""}</p>
    <Actions subject={subject} />
    <nav class="tabs" aria-label="About this object" onKeyDown={keys}>
      {shown.map((t) => <a key={t} {...follow({ tab: t === "why" ? null : t })} aria-current={t === tab ? "page" : undefined}>{titles[t]}</a>)}
    </nav>
    {tab === "why" ? subject.kind === "cronjob" ? <WhyCronJob values={valuesOf(subject)} />
      : subject.kind === "run" ? <WhyRun subject={subject} />
        : subject.kind === "several" ? <WhySeveral id={id} />
          : <WhyJob subject={subject} />
      : tab === "logs" ? rowsChanged.value > 0 && <Logs values={valuesOf(subject)} array={!!subject.row?.array} over={!!subject.row?.ended} />
        : tab === "pods" ? <Pods values={valuesOf(subject)} />
          : tab === "yaml" ? <Manifest values={valuesOf(subject)} />
            : <History subject={subject} />}
  </div>;
}
