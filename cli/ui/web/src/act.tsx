// The form of an action: its options, what a dry run says of them, the command line that does the
// same, and a button that has it done. It is one dialog for the whole page.
import { render } from "preact";
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { about } from "./about";
import { act, call, type Action, type Answer } from "./api";
import { forms, type Field } from "./forms";
import type { Explained } from "./json";
import { Command } from "./parts";

// asked is the action of which the form is open.
const asked = signal<Action | null>(null);

// ask opens the form of an action, with options that are filled in.
export function ask(action: string, namespace: string, name: string, options: Action["options"] = {}): void {
  asked.value = { action, namespace, name, options };
}

// ActButton opens the form of an action. Where the page only shows, there is none.
export function ActButton(props: { action: string; namespace: string; name: string; options?: Action["options"]; label?: string }) {
  if (about.value?.readOnly) return null;
  const label = props.label ?? forms[props.action].title;
  return <button onClick={() => ask(props.action, props.namespace, props.name, props.options)}>{label}…</button>;
}

function Input({ field, value, change }: { field: Field; value: string; change: (value: string) => void }) {
  if (field.kind === "toggle") {
    return <label class="field toggle"><input type="checkbox" checked={value === "true"} onChange={(e) => change(e.currentTarget.checked ? "true" : "")} />{field.label}</label>;
  }
  return <label class="field"><span>{field.label}</span>
    {field.kind === "choice" ? <select value={value} onChange={(e) => change(e.currentTarget.value)}>
      {field.choices!.map((c) => <option key={c} value={c}>{c || "unchanged"}</option>)}
    </select>
      : field.kind === "expression" ? <textarea rows={3} spellcheck={false} value={value} onInput={(e) => change(e.currentTarget.value)} />
        : <input value={value} placeholder={field.hint} onInput={(e) => change(e.currentTarget.value)} />}
  </label>;
}

function Form({ first }: { first: Action }) {
  const form = forms[first.action], dialog = useRef<HTMLDialogElement>(null);
  const [options, setOptions] = useState(first.options);
  const [tried, setTried] = useState<{ key: string; answer: Answer<unknown> } | null>(null);
  const [done, setDone] = useState<Answer<unknown> | null>(null);
  const [error, setError] = useState(""), [busy, setBusy] = useState(false);
  const [now, setNow] = useState<Action["options"]>({}); // what stands there before
  const given = Object.fromEntries(Object.entries(options).filter(([name, value]) => value !== "" && value !== now[name]));
  const nothing = !!form.needs && !Object.keys(given).length;
  const action = { ...first, options: given }, key = JSON.stringify(action);
  useEffect(() => {
    dialog.current!.showModal();
    if (!form.fields.some((f) => f.name === "expr")) return;
    call<Explained>("explain", { namespace: first.namespace, name: first.name }).then(({ result }) => {
      const expr = result?.dependsOn ?? "";
      setNow({ expr });
      setOptions((o) => ({ expr, ...o }));
    }, () => {}); // one can type it all the same
  }, []);
  useEffect(() => {
    // What a change would do is tried while one types, a moment after the last key.
    if (nothing) return;
    const stop = new AbortController();
    const timer = setTimeout(() => act(action, true, stop.signal).then((answer) => {
      setTried({ key, answer });
      setError("");
    }, (e: Error) => { if (!stop.signal.aborted) setError(e.message); }), tried ? 400 : 0);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [key]);
  const answer = tried?.key === key && !nothing ? tried.answer : null;
  const confirm = () => {
    setBusy(true);
    act(action, false).then((a) => { setDone(a); setError(""); }, (e: Error) => setError(e.message)).finally(() => setBusy(false));
  };
  const shown = done ?? answer, ready = !done && !busy && answer?.code === 0;
  return <dialog ref={dialog} class="act" aria-labelledby="act-title" onClose={() => { asked.value = null; }}>
    <h2 id="act-title">{form.title} {first.name || first.options.from || first.options.run}</h2>
    <form onSubmit={(e) => { e.preventDefault(); if (ready) confirm(); }}>
    <p>{form.about}</p>
    {done ? null : form.fields.map((f) => <Input key={f.name} field={f} value={options[f.name] ?? ""} change={(value) => setOptions({ ...options, [f.name]: value })} />)}
    <h3>{done ? "What was done" : "What would be done"}</h3>
    <pre class={"said" + (shown?.code ? " bad" : "")} tabIndex={0} role="status">{shown ? (shown.text + shown.notes).trim() || "Nothing." : nothing ? "Nothing is changed yet." : error ? "" : "Trying…"}</pre>
    {error ? <p class="note bad" role="alert">{error}</p> : null}
    {done || !answer ? null : <Command line={answer.does ?? ""} />}
    <div class="buttons">
      {done ? null : <button class="primary" disabled={!ready}>{busy ? "Working…" : form.confirm}</button>}
      <button type="button" onClick={() => dialog.current!.close()}>{done ? "Close" : "Leave it"}</button>
    </div>
    </form>
  </dialog>;
}

function Dialog() { return asked.value ? <Form key={JSON.stringify(asked.value)} first={asked.value} /> : null; }

const root = document.createElement("div");
document.body.append(root);
render(<Dialog />, root);
