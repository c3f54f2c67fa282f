// Asks the server for what commands of depctl print, and to run one that changes something.
// Each answer has the command line that a person would type.
import { useEffect, useRef, useState } from "preact/hooks";
import { rowsChanged } from "./stream";

export interface Answer<T> { command: string; code: number; result: T | null; text: string; notes: string; does?: string }
export type Values = Record<string, string>;

export interface Action { action: string; namespace: string; name: string; options: Values }

// The query of a GET may be so long; what is longer goes into the body of a POST.
const longestQuery = 4000;

const headers = { "X-Depctl": "page", "Content-Type": "application/json" };

async function answered<T>(response: Response): Promise<Answer<T>> {
  const body = await response.json().catch(() => null);
  if (!response.ok || !body) throw new Error(body?.message ?? `the server answered ${response.status}`);
  return body;
}

// call runs a command that changes nothing.
export async function call<T>(name: string, values: Values, signal?: AbortSignal): Promise<Answer<T>> {
  const query = new URLSearchParams(values).toString(), path = "api/call/" + name;
  if (query.length < longestQuery) return answered(await fetch(path + "?" + query, { signal }));
  return answered(await fetch(path, { method: "POST", headers, signal, body: JSON.stringify(values) }));
}

// act has something done, or, with dryRun, said what would be.
export async function act(action: Action, dryRun: boolean, signal?: AbortSignal): Promise<Answer<unknown>> {
  return answered(await fetch("api/act", { method: "POST", headers, signal, body: JSON.stringify({ ...action, dryRun }) }));
}

// log reads what pods print, piece by piece, until it ends or the signal says so. It returns nothing
// but tells the command line first.
export async function log(values: Values, signal: AbortSignal, began: (command: string) => void, take: (text: string) => void): Promise<void> {
  const response = await fetch("api/logs?" + new URLSearchParams(values), { signal });
  if (!response.ok || !response.body) {
    await answered(response);
    return;
  }
  began(response.headers.get("X-Depctl-Command") ?? "");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    take(value);
  }
}

export interface Asked<T> { answer: Answer<T> | null; error: string; busy: boolean; reload: () => void }

// A command is run again when something in the cluster has changed, but not sooner than this, and
// not so often that it runs for more than a tenth of the time.
const soonest = 3000, share = 10;

// useCall keeps the answer of a command: of the last values, and fresh. Null asks nothing.
export function useCall<T>(name: string, values: Values | null, live = true): Asked<T> {
  const [state, set] = useState<{ key: string; answer: Answer<T> | null; error: string; busy: boolean }>({ key: "", answer: null, error: "", busy: false });
  const [turn, again] = useState(0);
  const rest = useRef(soonest);
  const key = values && name + JSON.stringify(values);
  useEffect(() => {
    if (!values || !key) return;
    const stop = new AbortController(), began = performance.now();
    set((s) => ({ key, answer: s.key === key ? s.answer : null, error: "", busy: true }));
    call<T>(name, values, stop.signal).then(
      (answer) => set({ key, answer, error: "", busy: false }),
      (error: Error) => { if (!stop.signal.aborted) set((s) => ({ ...s, error: error.message, busy: false })); },
    ).finally(() => { rest.current = Math.max(soonest, share * (performance.now() - began)); });
    return () => stop.abort();
  }, [key, turn]);
  useEffect(() => {
    if (!live || !key) return;
    let timer = 0, first = true;
    const stop = rowsChanged.subscribe(() => {
      if (first) { first = false; return; }
      if (!timer) timer = window.setTimeout(() => { timer = 0; if (!document.hidden) again((n) => n + 1); }, rest.current);
    });
    return () => { stop(); clearTimeout(timer); };
  }, [key, live]);
  // What belongs to other values is never shown for these.
  const mine = state.key === key;
  return { answer: mine ? state.answer : null, error: mine ? state.error : "", busy: key !== null && (!mine || state.busy), reload: () => again((n) => n + 1) };
}
