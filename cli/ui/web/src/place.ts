// Where the reader is: the view, the scope, what is selected, what is filtered. All
// of it is in the URL and nowhere else, so every link and the way back work.
import { computed, signal, untracked } from "@preact/signals";
import { about } from "./about";

const params = signal(new URLSearchParams(location.search));

addEventListener("popstate", () => { params.value = new URLSearchParams(location.search); });

export const views = ["graph", "list", "runs", "limits", "schedules", "check"] as const;
export type View = (typeof views)[number];

// everywhere is what stands in the URL for all namespaces.
export const everywhere = "*";

// param returns one word of the URL; a component that reads it is drawn again when it changes.
export function param(name: string): string { return params.value.get(name) ?? ""; }

export const view = computed<View>(() => views.find((v) => v === param("view")) ?? "graph");
export const selected = computed(() => param("id"));
export const text = computed(() => param("q"));
export const states = computed(() => listOf(param("state")));
export const open = computed(() => params.value.getAll("open"));
export const fold = computed(() => param("fold") || "auto");
export const withAll = computed(() => param("all") === "1");

// namespace is the scope as the server takes it: "" for all namespaces.
export const namespace = computed(() => {
  const ns = param("ns");
  if (ns === everywhere) return "";
  return ns || about.value?.namespace || "";
});

function listOf(words: string): string[] { return words ? words.split(",") : []; }

type Changes = Record<string, string | string[] | null>;

// changed returns the search part of the URL with these words changed; null and "" remove one.
export function changed(changes: Changes): string {
  const next = new URLSearchParams(params.value);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) if (one && !(name === "view" && one === views[0])) next.append(name, one);
  }
  // Colons, commas and slashes may stand in a query as they are, and can be read.
  const search = next.toString().replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
  return search ? "?" + search : location.pathname;
}

// go changes the URL, and with it what is shown. With replace, the way back leaves this step out.
export function go(changes: Changes, replace = false): void {
  const url = untracked(() => changed(changes));
  if (url === location.search || (url === location.pathname && !location.search)) return;
  history[replace ? "replaceState" : "pushState"](null, "", url);
  params.value = new URLSearchParams(location.search);
}

// follow makes a link that has changed() as its address go there without loading the page.
export function follow(changes: Changes): { href: string; onClick: (e: MouseEvent) => void } {
  return {
    href: changed(changes),
    onClick: (e) => {
      if (e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
      e.preventDefault();
      go(changes);
    },
  };
}

// nameOf splits an id into namespace and name.
export function nameOf(id: string): { ns: string; name: string } {
  const at = id.indexOf("/");
  return at < 0 ? { ns: "", name: id } : { ns: id.slice(0, at), name: id.slice(at + 1) };
}
