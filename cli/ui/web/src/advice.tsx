// What one could do, as depctl advises: a button where the page can do it, and always the command.
import { ActButton } from "./act";
import { known } from "./forms";
import type { Advice, Cause } from "./json";
import { Command } from "./parts";
import { follow } from "./place";
import { idOf } from "./parts";

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

export function AdviceList({ list }: { list: Advice[] | undefined }) {
  if (!list?.length) return null;
  return <section class="section"><h3>What you can do</h3>
    <ul class="advice">{list.map((a) => <li key={a.why + a.command}>
      <div class="advice-line"><span>{a.why}</span>{a.command ? <Does line={a.command} /> : null}</div>
      {a.command ? <Command line={a.command} /> : null}
    </li>)}</ul>
  </section>;
}

export function Causes({ list }: { list: Cause[] | undefined }) {
  if (!list?.length) return null;
  return <ul class="causes">{list.map((c) => <li key={c.reason + c.pod + c.message}>
    <b>{c.reason}</b>{c.exitCode === undefined ? "" : ` (exit code ${c.exitCode})`}
    {c.message ? <span> {c.message}</span> : null}
    {c.pod ? <div class="soft">{c.pods && c.pods > 1 ? `${c.pods} pods, the latest ` : "pod "}<code>{c.pod}</code>{c.container ? <> container <code>{c.container}</code></> : null}</div> : null}
    {c.log?.length ? <pre class="said" tabIndex={0} aria-label="The last lines of its log">{c.log.join("\n")}</pre> : null}
    {c.noLog ? <div class="soft">No log: {c.noLog}</div> : null}
    {c.advice ? <div>{c.advice}</div> : null}
    {c.command ? <Command line={c.command} /> : null}
  </li>)}</ul>;
}
