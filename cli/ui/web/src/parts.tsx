// Small pieces that several views have: a command line to copy, a moment, what a command said
// beside its answer, and a link to a Job.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Asked } from "./api";
import { follow } from "./place";
import { State } from "./sign";
import { now } from "./stream";
import { clock, lasting } from "./time";

// Command shows what one would type, with a button that copies it.
export function Command({ line }: { line: string }) {
  const [copied, set] = useState(false), code = useRef<HTMLElement>(null);
  if (!line) return null;
  // A page that did not come over TLS, nor from this machine, has no clipboard: then the line is selected.
  const copy = () => (navigator.clipboard?.writeText(line) ?? Promise.reject()).then(() => {
    set(true);
    setTimeout(() => set(false), 1500);
  }, () => getSelection()!.selectAllChildren(code.current!));
  return <div class="command"><code ref={code} tabIndex={0} role="group" aria-label="Command">{line}</code>
    <button type="button" aria-label={"Copy " + line} onClick={copy}>{copied ? "Copied" : "Copy"}</button>
  </div>;
}

// Ago shows how long ago, or until when, with the instant as a tooltip.
export function Ago({ at }: { at: number }) {
  if (!at) return null;
  const left = at - now.value;
  return <time dateTime={new Date(at * 1000).toISOString()} title={clock(at)}>{left > 0 ? "in " + lasting(left) : lasting(-left) + " ago"}</time>;
}

// JobLink leads to the panel of a Job, or of something else by its id. A link that is a sign alone
// has a label.
export function JobLink({ id, label, children }: { id: string; label?: string; children?: ComponentChildren }) {
  return <a {...follow({ id, tab: null, element: null })} aria-label={label}>{children ?? id}</a>;
}

// Said shows what is to be said of an answer beside itself: that it is on its way, an error, notes.
export function Said({ asked, what }: { asked: Asked<unknown>; what: string }) {
  const { answer, error, busy } = asked;
  if (error) return <p class="note bad" role="alert">{error} <button onClick={asked.reload}>Try again</button></p>;
  if (!answer) return busy ? <p class="wait" role="status">{what}…</p> : null;
  return answer.notes ? <pre tabIndex={0} role="region" aria-label="What is said of it" class={"said" + (answer.code && !answer.result ? " bad" : "")}>{answer.notes}</pre> : null;
}

// Section is a part of a view with a heading, and the command that prints the same.
export function Section({ title, command, children }: { title: string; command?: string; children: ComponentChildren }) {
  return <section class="section"><h2>{title}</h2>
    {children}
    {command ? <Command line={command} /> : null}
  </section>;
}

// Lines shows a text of several lines as it is.
export function Lines({ text }: { text: string }) {
  return <pre class="said" tabIndex={0} role="region" aria-label="What is said of it">{text}</pre>;
}

// Verdict is a state with its reason, which may begin with the name of the state.
export function Verdict({ state, message }: { state: string; message?: string }) {
  const named = !!message?.startsWith(state);
  // A mistake in an expression comes with the place, which needs its lines.
  if (message?.includes("\n")) return <><p class="verdict"><State name={state} /></p><Lines text={message} /></>;
  return <p class="verdict"><State name={state} short={named} />{message ? (named ? " " : ": ") + message : ""}</p>;
}

// idOf returns the id of an object that a command names, as the stream has it.
export function idOf(o: { kind?: string; namespace: string; name: string; run?: string }): string {
  const kind = o.kind && o.kind.toLowerCase() !== "job" ? o.kind.toLowerCase() + ":" : "";
  return `${kind}${o.namespace}/${o.name}` + (o.run ? "@" + o.run : "");
}
