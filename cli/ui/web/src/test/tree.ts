// The list: search, groups, order.
import type { Row } from "../model";
import { testOf } from "../search";
import { lasting } from "../time";
import { linesOf, type Wish } from "../tree";
import { equal, random, test } from "./harness";

const states = ["running", "waiting", "failed"];
const rows: Row[] = [
  { id: "etl/load", ns: "etl", name: "load", kind: "Job", state: "waiting", created: 10, labels: { team: "red", "app.kubernetes.io/part-of": "Night" } },
  { id: "etl/n2-extract", ns: "etl", name: "n2-extract", kind: "Job", state: "failed", created: 30, run: "night-2", step: "extract" },
  { id: "etl/n1-extract", ns: "etl", name: "n1-extract", kind: "Job", state: "running", created: 20, started: 25, run: "night-1", step: "extract" },
  { id: "ml/train", ns: "ml", name: "train", kind: "Job", state: "running", created: 5, started: 6, ended: 8 },
];

const wish = (changes: Partial<Wish>): Wish => ({
  test: null, order: { by: "name", down: false }, grouped: true, oneNamespace: false, closed: new Set(), now: 100, rankOf: (s) => states.indexOf(s), ...changes,
});
const shown = (changes: Partial<Wish>) => linesOf(rows, wish(changes)).map((l) => "  ".repeat(l.level - 1) + l.label);
const found = (words: string) => rows.filter((r) => testOf(words)?.(r) ?? true).map((r) => r.name);

test("Jobs are below their run and namespace, the latest run first", () => {
  equal(shown({}), ["etl", "  load", "  night-2", "    n2-extract", "  night-1", "    n1-extract", "ml", "  train"]);
});
test("one namespace needs no group", () => equal(shown({ oneNamespace: true }).slice(0, 2), ["load", "train"]));
test("what is closed is left out", () => equal(shown({ closed: new Set(["namespace\netl"]) }), ["etl", "ml", "  train"]));
test("a closed run keeps its line", () => equal(shown({ closed: new Set(["run\netl\nnight-2"]) }).slice(2, 4), ["  night-2", "  night-1"]));
test("the flat list is sorted by what is asked", () => {
  const flat = (by: Wish["order"]["by"], down: boolean) => shown({ grouped: false, order: { by, down } });
  equal(flat("name", true), ["train", "n2-extract", "n1-extract", "load"]);
  equal(flat("state", false), ["n1-extract", "train", "load", "n2-extract"]);
  equal(flat("age", false), ["n2-extract", "n1-extract", "load", "train"]);
  equal(flat("took", true), ["n1-extract", "train", "load", "n2-extract"]);
});
test("each line knows its group and its place", () => {
  const lines = linesOf(rows, wish({}));
  equal(lines.map((l) => [l.parent, l.place, l.siblings]), [[-1, 1, 2], [0, 1, 3], [0, 2, 3], [2, 1, 1], [0, 3, 3], [4, 1, 1], [-1, 2, 2], [6, 1, 1]]);
  equal([...lines[0].counts!], [["running", 1], ["waiting", 1], ["failed", 1]]);
});
test("no row is lost in groups", () => {
  const next = random(7), many: Row[] = [];
  for (let i = 0; i < 500; i++) many.push({ id: `n${i % 3}/j${i}`, ns: `n${i % 3}`, name: `j${i}`, kind: "Job", state: states[i % 3], run: next() < 0.5 ? `r${Math.floor(next() * 9)}` : undefined });
  const lines = linesOf(many, wish({}));
  equal(lines.filter((l) => l.row).length, 500);
  equal(new Set(lines.map((l) => l.key)).size, lines.length);
});

test("words are parts of names, namespaces, runs and steps, and all must be there", () => {
  equal(found("EXTRACT night-1"), ["n1-extract"]);
  equal(found("ml"), ["train"]);
  equal(found("n*-ext"), ["n2-extract", "n1-extract"]);
  equal(found("l*d e.l"), []);
  equal(found("  "), rows.map((r) => r.name));
});
test("labels are found by key and by the beginning of the value", () => {
  equal(found("team=r"), ["load"]);
  equal(found("app.kubernetes.io/part-of=night"), ["load"]);
  equal(found("team="), ["load"]);
  equal(found("team=blue"), []);
});
test("durations have at most two units", () => {
  equal([0, 45, 60, 200, 600, 3900, 7200, 90000, 864000].map(lasting), ["0s", "45s", "1m", "3m20s", "10m", "1h5m", "2h", "1d1h", "10d"]);
});
