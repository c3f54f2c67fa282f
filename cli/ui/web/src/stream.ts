// Hears of the cluster: one stream of Server-Sent Events for the scope of the page,
// a snapshot first and then what changed. The browser connects again by itself.
import { batch, effect, signal } from "@preact/signals";
import { apply, emptyWorld, fromSnapshot, type Change, type Delta, type World } from "./model";
import { about, Refusal } from "./about";
import { fold, namespace, open, withAll } from "./place";
import { tell } from "./live";

// world is changed in place; the signals below say which part of it is another one now.
export let world: World = emptyWorld();
export const rowsChanged = signal(0);
export const graphChanged = signal(0);
export const counts = signal<Record<string, number>>({});
export const notes = signal<string[]>([]);
export const end = signal({ end: 0, unknown: 0 });

// watchers hear of each change at once; null means that all is new.
export const watchers = new Set<(change: Change | null) => void>();

// connection says how the stream is: "problem" has a message, and is for good.
export const connection = signal<{ state: "connecting" | "live" | "lost" | "problem"; message?: string }>({ state: "connecting" });

// skew is by how much the clock of the server is before that of the browser, in seconds.
let skew = 0;
export const now = signal(Date.now() / 1000);
setInterval(() => { now.value = Math.floor(Date.now() / 1000 + skew); }, 1000);

export const retryAfter = 3000;

// Sorting and grouping many rows takes a while, so it is done a few times a second and not
// for each change.
const many = 2000, breath = 100;
let breathes = 0, waiting = false;

function tellOfRows(): void {
  if (breathes) {
    waiting = true;
    return;
  }
  waiting = false;
  rowsChanged.value++;
  if (world.rows.size > many) breathes = window.setTimeout(() => {
    breathes = 0;
    if (waiting) tellOfRows();
  }, breath);
}

function heard(change: Change | null): void {
  // The graph is first: what follows may ask it for the new layout.
  for (const watch of watchers) watch(change);
  batch(() => {
    skew = world.now - Date.now() / 1000;
    if (connection.peek().state !== "live") connection.value = { state: "live" };
    if (!change || change.rows) tellOfRows();
    if (!change || change.graph) graphChanged.value++;
    counts.value = world.counts;
    notes.value = world.notes;
    if (end.value.end !== world.end || end.value.unknown !== world.unknown) end.value = { end: world.end, unknown: world.unknown };
  });
}

export function address(): string {
  const query = new URLSearchParams({ namespace: namespace.value, fold: fold.value });
  if (withAll.value) query.set("all", "1");
  for (const id of open.value) query.append("open", id);
  return "api/stream?" + query;
}

// why asks once more for a stream that was refused, for the reason; it is null if nobody is there.
async function why(url: string): Promise<Refusal | null> {
  const stop = new AbortController();
  try {
    const answer = await fetch(url, { signal: stop.signal });
    return answer.ok ? null : await Refusal.of(answer);
  } catch {
    return null;
  } finally {
    stop.abort();
  }
}

// lost says that something was refused or not answered, and returns whether to ask again.
export function lost(refusal: Refusal | null): boolean {
  connection.value = { state: refusal?.final ? "problem" : "lost", message: refusal?.message };
  return !refusal?.final;
}

// away says that nobody has looked at the page for a while. A browser has six connections to a
// server, so a tab that is not seen gives its own to those that are.
const away = signal(false);
const glance = 5000;

function watchWhetherSeen(): void {
  let timer = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) timer = window.setTimeout(() => { away.value = true; }, glance);
    else away.value = false;
  });
}

// listen keeps a stream of what the URL of the page asks for, and begins another when that changes.
export function listen(): void {
  watchWhetherSeen();
  effect(() => {
    if (!about.value || away.value) return;
    const url = address();
    let source: EventSource | undefined;
    let timer = 0, over = false;
    connection.value = { state: "connecting" };
    const connect = () => {
      source = new EventSource(url);
      source.addEventListener("snapshot", (e) => {
        world = fromSnapshot(JSON.parse((e as MessageEvent).data));
        heard(null);
      });
      source.addEventListener("delta", (e) => {
        const change = apply(world, JSON.parse((e as MessageEvent).data) as Delta);
        heard(change);
        tell(change);
      });
      source.addEventListener("problem", (e) => {
        source!.close();
        connection.value = { state: "problem", message: JSON.parse((e as MessageEvent).data).message };
      });
      source.onerror = async () => {
        if (connection.peek().state === "problem") return;
        if (source!.readyState !== EventSource.CLOSED) return void lost(null);
        // A browser gives up when the answer is no stream, and does not say what it was.
        const refusal = await why(url);
        if (!over && lost(refusal)) timer = window.setTimeout(connect, retryAfter);
      };
    };
    connect();
    return () => {
      over = true;
      source?.close();
      clearTimeout(timer);
    };
  });
}
