// What commands of depctl print with -o json, as far as the page shows it. The names are
// those of docs/reference/json.md.

export interface List<T> { items: T[] }
export interface Advice { why: string; command?: string }

export interface Cause {
  reason: string; message?: string; pods?: number; pod?: string; container?: string; exitCode?: number;
  log?: string[]; noLog?: string; advice?: string; command?: string;
}

export interface Thing {
  kind: string; namespace: string; name: string; run?: string; state: string; message?: string;
  causes?: Cause[]; again?: boolean; cycle?: boolean; tree?: Part;
}

export interface Part {
  kind: string; check?: string; value: string; found?: string; problem?: string;
  terms?: Part[]; objects?: Thing[]; more?: number; runs?: Thing[]; perElement?: boolean;
}

export interface Explained {
  kind?: string; namespace: string; name: string; run?: string; state: string; action: string; reason?: string; message?: string;
  dependsOn?: string; over?: string; since?: string; because?: string[];
  condition?: { status: string; reason: string; message?: string; written?: string };
  causes?: Cause[]; tree?: Part; element?: number;
  elements?: { size: number; succeeded?: string; failed?: string; running?: string; mayRun?: string; waiting?: string; never?: string; limit?: string; first?: number; tree?: Part };
  next?: string; waitTimeout?: string;
  expected?: { start?: string; end?: string; basis?: string; unknown?: string };
  limits?: { namespace: string; name: string; needs: number; tokens: number; used: number; usedBy: Tokens[]; placeInLine: number }[];
  roots?: Thing[]; advice?: Advice[];
}

export interface Tokens { object: string; tokens: number; since?: string }

export interface CronJob {
  kind: string; namespace: string; name: string; schedule: string; timeZone?: string; suspended?: boolean; concurrencyPolicy?: string;
  time?: string; reason: string; message: string; active?: Thing[];
  runs?: { time: string; state: string; job?: string; message?: string; finished?: string }[];
  byHand?: Thing[];
  next?: { time: string; dependsOn: string; invalid?: string; tree?: Part; roots?: Thing[] };
  advice?: Advice[];
}

export interface Run {
  run?: string; namespace: string; cronJob?: string; scheduledTime?: string; state: string; done: number; size: number;
  blockedBy: string[]; reason?: string; steps: { step: string; job: string; state: string }[];
  created: string; started?: string; finished?: string;
}

export interface Job {
  kind: string; namespace: string; name: string; run?: string; step?: string; state: string; message?: string; dependsOn?: string;
  done: number; size: number; failed: number; created?: string; started?: string; finished?: string;
}

export interface Planned { namespace: string; name: string; run?: string; start: number; end: number; durationFrom: string; critical: boolean }

export interface Limit {
  namespace: string; limit: string; tokens?: number; problem?: string; used: number; waiting: number; usedBy: Tokens[];
  line: { job: string; tokens: number; priority: number; since?: string; possible: boolean; why: string }[];
}

export interface Checked { ok: boolean; findings: { check: string; level: string; message: string; fix?: string }[]; notChecked: string[] | null }
export interface Finding { file: string; kind: string; namespace: string; name: string; severity: string; code: string; message: string; hint: string }
export interface Parsed { text: string; names: { kind: string; namespace: string; name: string; check: string; set: boolean }[] }

// seconds returns an instant of the JSON as seconds since 1970.
export function seconds(time: string | undefined): number { return time ? Date.parse(time) / 1000 : 0; }
