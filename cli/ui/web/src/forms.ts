// The forms of all actions: what each is called, what one may say with it, and how an advice
// of depctl becomes one.
import type { Values } from "./api";

export interface Field { name: string; label: string; kind: "text" | "toggle" | "choice" | "expression"; choices?: string[]; hint?: string }
// Of a form that needs something, nothing is tried before that is there.
interface Form { title: string; confirm: string; about: string; fields: Field[]; needs?: boolean }

export const forms: Record<string, Form> = {
  hold: { title: "Hold", confirm: "Hold it", about: "It is not released until somebody takes the hold off. What runs is not stopped.", fields: [{ name: "reason", label: "Why", kind: "text", hint: "the disk is full" }] },
  release: { title: "Release", confirm: "Release it", about: "Takes the hold off. It waits again for what it depends on.", fields: [{ name: "force", label: "Run it now, whatever it waits for. That cannot be taken back.", kind: "toggle" }] },
  retry: { title: "Retry", confirm: "Retry it", about: "Makes what has failed again, and all below that was skipped because of it.", fields: [{ name: "only", label: "Not those below it", kind: "toggle" }] },
  rerun: { title: "Rerun from", confirm: "Rerun it", about: "Makes this step of the run and all below it again, whatever came of them.", fields: [{ name: "only", label: "Not those below it", kind: "toggle" }] },
  cancel: {
    title: "Cancel", confirm: "Cancel it", about: "Deletes it with its pods, if it has not ended.", fields: [
      { name: "downstream", label: "And all that can no longer run then", kind: "toggle" },
      { name: "keep", label: "Fail it instead of deleting it", kind: "toggle" },
    ],
  },
  set: {
    title: "Set", confirm: "Change it", needs: true, about: "Changes what it waits for, and what becomes of it otherwise.", fields: [
      { name: "expr", label: "Waits for", kind: "expression" },
      { name: "on-failure", label: "If it can no longer run", kind: "choice", choices: ["", "fail", "wait", "run"] },
      { name: "wait-timeout", label: "Waits at most", kind: "text", hint: "2h" },
      { name: "array-limit", label: "Elements at once", kind: "text", hint: "10" },
    ],
  },
  "run-now": { title: "Run now", confirm: "Run it", about: "Makes one Job of the CronJob now.", fields: [{ name: "at", label: "For a scheduled time (none: for no time of the schedule)", kind: "text", hint: "2026-11-29T02:00:00Z" }] },
  suspend: { title: "Suspend", confirm: "Suspend it", about: "Kubernetes makes no more Jobs of the CronJob. Those that are there go on.", fields: [] },
  resume: { title: "Resume", confirm: "Resume it", about: "Kubernetes makes Jobs of the CronJob again.", fields: [] },
};

// words splits a command line as a shell does, as far as depctl quotes.
function words(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) => word.replace(/'([^']*)'|\\(.)/g, "$1$2"));
}

export interface Known { action: string; namespace: string; name: string; options: Values }

// known returns the action, "explain" or "logs" that a command line of depctl is, or null if it is
// none that the page has a button for.
export function known(line: string): Known | null {
  const [program, verb, ...rest] = words(line);
  if (program !== "depctl") return null;
  const options: Values = {}, names: string[] = [];
  let namespace = "";
  for (let i = 0; i < rest.length; i++) {
    const [flag, inline] = rest[i].split(/=(.*)/s);
    if (!flag.startsWith("-")) names.push(rest[i]);
    else if (flag === "-n" || flag === "--namespace") namespace = inline ?? rest[++i];
    else if (["--force", "--only", "--downstream", "--keep"].includes(flag)) options[flag.slice(2)] = "true";
    else if (["--at", "--run", "--from", "--reason"].includes(flag)) options[flag.slice(2)] = inline ?? rest[++i];
    else if (!["-f", "-r", "--failed"].includes(flag)) return null;
  }
  const cronJob = names[0]?.match(/^cronjob\/(.+)$/)?.[1];
  if (!namespace || names.length > 1) return null;
  if (verb === "run") return cronJob ? { action: "run-now", namespace, name: cronJob, options } : null;
  if (cronJob && verb === "release") return { action: "resume", namespace, name: cronJob, options };
  if (cronJob && verb === "hold") return { action: "suspend", namespace, name: cronJob, options };
  if (verb === "retry" && options.from) return { action: "rerun", namespace, name: "", options };
  if (!["hold", "release", "retry", "cancel", "explain", "logs"].includes(verb)) return null;
  return { action: verb, namespace, name: names[0] ?? "", options };
}
