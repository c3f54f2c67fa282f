// Deltas, as the page takes them in.
import { apply, fromSnapshot, type Delta, type NodeState, type Row, type Snapshot } from "../model";
import { sentence } from "../live";
import { equal, test } from "./harness";

const row = (name: string, state: string): Row => ({ id: "etl/" + name, ns: "etl", name, kind: "Job", state });
const state = (s: string): NodeState => ({ s, look: "idle", sign: "○" });

const begin = (): Snapshot => ({
  seq: 1, now: 100, rows: [row("a", "running"), row("b", "waiting")], graph: { width: 9, height: 9, nodes: [], edges: [] },
  states: [state("running"), state("waiting")], looks: [0, 1], counts: { running: 1, waiting: 1 }, end: 0, unknown: 0, notes: ["one"],
});

test("a delta changes only what it names", () => {
  const w = fromSnapshot(begin());
  const change = apply(w, { seq: 2, now: 101, rows: [row("a", "succeeded")], states: [[0, state("succeeded")]], looks: [[1, 4]] });
  equal([...w.rows.values()].map((r) => r.state), ["succeeded", "waiting"]);
  equal([w.states.map((s) => s.s), w.looks, w.counts, w.notes, w.now], [["succeeded", "waiting"], [0, 4], { running: 1, waiting: 1 }, ["one"], 101]);
  equal([change.rows, change.graph, change.nodes, change.edges, change.turned.map(([was, is]) => [was?.state, is.state])], [true, false, [0], [1], [["running", "succeeded"]]]);
});

test("a row with another message has not turned", () => {
  const change = apply(fromSnapshot(begin()), { seq: 2, now: 1, rows: [{ ...row("b", "waiting"), message: "new" }] });
  equal([change.rows, change.turned], [true, []]);
});

test("rows come and go", () => {
  const w = fromSnapshot(begin());
  const change = apply(w, { seq: 2, now: 1, rows: [row("c", "waiting")], gone: ["etl/a", "etl/never"] });
  equal([[...w.rows.keys()], change.gone.map((r) => r.name), change.turned.length], [["etl/b", "etl/c"], ["a"], 1]);
});

test("another layout comes with all states", () => {
  const w = fromSnapshot(begin()), d: Delta = { seq: 2, now: 1, graph: null, allStates: [], allLooks: [] };
  const change = apply(w, d);
  equal([w.graph, w.states, w.looks, change.graph], [null, [], [], true]);
});

test("a delta without a graph keeps the layout", () => {
  const w = fromSnapshot(begin()), graph = w.graph;
  equal([apply(w, { seq: 2, now: 1 }).graph, w.graph === graph], [false, true]);
});

test("a few news are told by name, many by number", () => {
  equal(sentence([["load", "failed"], ["mail", "skipped"]]), "load failed, mail skipped");
  equal(sentence([["a", "failed"], ["b", "skipped"], ["c", "failed"], ["d", "failed"]]), "4 changed: 3 failed, 1 skipped");
});
