// What one could do, as depctl advises: a button where the page can do it, and always the command.
import { ActButton } from "./act";
import { known } from "./forms";
import type { Advice, Cause } from "./json";
import { Command, idOf } from "./parts";
import { follow } from "./place";

function Does({ line }: { line: string }) {
  const k = known(line);
  if (!k) return null;
  if (k.action === "explain" || k.action === "logs") {
    const kind = k.name.includes("/") ? k.name.split("/")[0] : "job";
    const id = idOf({ kind, namespace: k.namespace, name: k.name.slice(k.name.indexOf("/") + 1), run: k.options.run });
    return <a class="button" {...follow({ id, tab: k.action === "logs" ? "logs" : null })}>{k.action === "logs" ? "See the log" : "See why"}</a>;
  }
  return <ActButton {...k} />;
}

function AdviceLine({ advice: { why, command } }: { advice: Advice }) {
  return <>
    <div class="advice-line"><span>{why}</span>{command ? <Does line={command} /> : null}</div>
    {command ? <Command line={command} /> : null}
  </>;
}

export function AdviceList({ list }: { list: Advice[] | undefined }) {
  if (!list?.length) return null;
  return <section class="section"><h3>What you can do</h3>
    <ul class="advice">{list.map((a) => <li key={a.why + a.command}>
      <AdviceLine advice={a} />
    </li>)}</ul>
  </section>;
}

// Causes says why something does not run. What is advised elsewhere is not said again.
export function Causes({ list, advised }: { list: Cause[] | undefined; advised?: Advice[] }) {
  if (!list?.length) return null;
  return <ul class="causes">{list.map((c) => <li key={c.reason + c.pod + c.message}>
    <b>{c.reason}</b>{c.exitCode === undefined ? "" : ` (exit code ${c.exitCode})`}
    {c.message ? <span> {c.message}</span> : null}
    {c.pod ? <div class="soft">{c.pods && c.pods > 1 ? `${c.pods} pods, the latest ` : "pod "}<code>{c.pod}</code>{c.container ? <> container <code>{c.container}</code></> : null}</div> : null}
    {c.log?.length ? <pre class="said" tabIndex={0} aria-label="The last lines of its log">{c.log.join("\n")}</pre> : null}
    {c.noLog ? <div class="soft">No log: {c.noLog}</div> : null}
    {c.advice && !advised?.some((a) => a.command === c.command) ? <AdviceLine advice={{ why: c.advice, command: c.command }} /> : null}
  </li>)}</ul>;
}
