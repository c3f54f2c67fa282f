// What the panel is about: an id of the stream, as the commands take it.
import { world } from "./stream";
import type { Row } from "./model";

export interface Subject { id: string; namespace: string; name: string; run: string; kind: string; row: Row | undefined }

// A run as a whole is called so in the graph, and a Job of a step that was recreated has a #.
const whole = /^(.+)\/\*@(.+) as a whole$/, before = /^(.+)\/([^@]+)@.+#$/;

// subjectOf returns what an id means. A Job of a run is named by its own name if it is there,
// and else by its step.
export function subjectOf(id: string): Subject {
  const row = world.rows.get(id), inRun = id.match(whole), again = id.match(before);
  if (inRun) return { id, namespace: inRun[1], kind: "run", name: inRun[2], run: inRun[2], row };
  if (again && !row) return { id, namespace: again[1], kind: "job", name: again[2], run: "", row };
  if (id.startsWith("group:") || id.endsWith("/")) return { id, namespace: "", kind: "several", name: id.replace(/^group:|\/$/g, ""), run: "", row };
  const colon = id.indexOf(":"), slash = id.indexOf("/");
  const kind = colon > 0 && (slash < 0 || colon < slash) ? id.slice(0, colon) : "job";
  const rest = kind === "job" ? id : id.slice(colon + 1);
  const at = rest.indexOf("/"), run = rest.indexOf("@", at);
  const namespace = row?.ns ?? (at < 0 ? "" : rest.slice(0, at));
  const named = rest.slice(at + 1, run < 0 ? undefined : run);
  return { id, namespace, kind, row, name: row?.name ?? named, run: row || run < 0 ? "" : rest.slice(run + 1) };
}

// argument returns how a command is told of it.
export function argument(s: Subject): string { return s.kind === "job" ? s.name : `${s.kind}/${s.name}`; }

// valuesOf returns how a call is told of it.
export function valuesOf(s: Subject): Record<string, string> {
  if (s.kind === "run") return { namespace: s.namespace, run: s.run };
  const values: Record<string, string> = { namespace: s.namespace, name: argument(s) };
  if (s.run && s.kind === "job") values.run = s.run;
  return values;
}
