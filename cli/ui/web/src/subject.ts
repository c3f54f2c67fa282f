// What the panel is about: an id of the stream, as the commands take it.
import { world } from "./stream";
import type { Row } from "./model";

export interface Subject { id: string; namespace: string; name: string; run: string; kind: string; row: Row | undefined }

// subjectOf returns what an id means. A Job of a run is named by its own name if it is there,
// and else by its step.
export function subjectOf(id: string): Subject {
  const row = world.rows.get(id);
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
  const values: Record<string, string> = { namespace: s.namespace, name: argument(s) };
  if (s.run && s.kind === "job") values.run = s.run;
  return values;
}
