// What the pods of a Job, or of a run, have printed, and print.
import { useEffect, useRef, useState } from "preact/hooks";
import { log, type Values } from "./api";
import { Command } from "./parts";
import { param } from "./place";

// Of a log so much is kept on the page, in characters; its beginning is left out first.
const kept = 2_000_000;

// What drives a terminal is nothing to read.
const controls = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]/g;

// Screen writes pieces of a log into an element, and keeps its end in sight as long as it was.
class Screen {
  private length = 0;
  constructor(private pre: HTMLPreElement) { pre.textContent = ""; }
  add(text: string): void {
    const { pre } = this, atEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 40;
    const clean = text.replace(controls, "");
    pre.append(clean);
    this.length += clean.length;
    while (this.length > kept && pre.firstChild !== pre.lastChild) {
      this.length -= pre.firstChild!.textContent!.length;
      pre.firstChild!.remove();
    }
    if (atEnd) pre.scrollTop = pre.scrollHeight;
  }
}

interface Choice { follow: boolean; tail: string; container: string; all: boolean; index: string; previous: boolean; timestamps: boolean }

function valuesFor(values: Values, c: Choice): Values {
  const all: Values = { ...values };
  if (c.follow && !c.previous) all.follow = "true";
  if (c.tail) all.tail = c.tail;
  if (c.all) all["all-containers"] = "true";
  else if (c.container) all.container = c.container;
  if (c.index) all.index = c.index;
  if (c.previous) all.previous = "true";
  if (c.timestamps) all.timestamps = "true";
  return all;
}

export function Logs({ values, array, over }: { values: Values; array: boolean; over: boolean }) {
  const pre = useRef<HTMLPreElement>(null);
  const [choice, set] = useState<Choice>({ follow: !over, tail: "1000", container: "", all: false, index: array ? param("element") : "", previous: false, timestamps: false });
  const [command, setCommand] = useState(""), [state, setState] = useState(""), [turn, again] = useState(0);
  const asked = valuesFor(values, choice), key = JSON.stringify(asked);
  useEffect(() => {
    const stop = new AbortController(), screen = new Screen(pre.current!);
    let pieces = 0;
    setState("Reading…");
    log(asked, stop.signal, (line) => { setCommand(line); setState(asked.follow ? "Following…" : "Reading…"); }, (text) => { pieces++; screen.add(text); })
      .then(() => setState(pieces ? "This is all." : "Nothing was printed."), (error: Error) => { if (!stop.signal.aborted) setState(error.message); });
    return () => stop.abort();
  }, [key, turn]);
  const toggle = (name: "follow" | "all" | "previous" | "timestamps", label: string) => <label class="toggle">
    <input type="checkbox" checked={choice[name]} onChange={(e) => set({ ...choice, [name]: e.currentTarget.checked })} />{label}
  </label>;
  const text = (name: "tail" | "container" | "index", label: string, hint: string) => <label class="field inline">{label}
    <input size={hint.length + 2} value={choice[name]} placeholder={hint} onChange={(e) => set({ ...choice, [name]: e.currentTarget.value.trim() })} />
  </label>;
  return <div class="logs">
    <div class="controls">
      {toggle("follow", "Follow")}
      {text("tail", "Last lines", "all")}
      {array ? text("index", "Elements", "3,5-7") : null}
      {choice.all ? null : text("container", "Container", "the first")}
      {toggle("all", "All containers")}
      {toggle("previous", "Before the last restart")}
      {toggle("timestamps", "Times")}
      <button onClick={() => again(turn + 1)}>Read again</button>
    </div>
    <pre ref={pre} class="log" tabIndex={0} role="region" aria-label="Log" />
    <p class="soft" role="status">{state}</p>
    <Command line={command} />
  </div>;
}
