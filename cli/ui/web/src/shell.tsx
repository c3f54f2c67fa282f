// The frame around the views: title, tabs, scope, search, and the panel of what is selected.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { about } from "./about";
import { Check } from "./check";
import { Connection } from "./connection";
import { FilterBar } from "./filter";
import { GraphView } from "./graph/view";
import { Help } from "./help";
import { helpShown } from "./keys";
import { Limits } from "./limits";
import { List } from "./list";
import { Live } from "./live";
import { follow, namespace, selected, view, views, type View } from "./place";
import { Panel } from "./panel";
import { Runs } from "./runs";
import { Schedules } from "./schedules";
import { Scope } from "./scope";
import { ThemeChoice } from "./theme";

const pages: Record<View, () => ComponentChildren> = {
  graph: () => <GraphView />,
  list: () => <List />,
  runs: () => <Runs namespace={namespace.value} />,
  limits: () => <Limits namespace={namespace.value} />,
  schedules: () => <Schedules namespace={namespace.value} />,
  check: () => <Check namespace={namespace.value} />,
};

function titleOf(v: View): string { return v[0].toUpperCase() + v.slice(1); }

function Header() {
  return <header>
    <h1><span class="brand">depctl</span> <span class="cluster">{about.value?.cluster}</span></h1>
    <nav aria-label="Views">
      {views.map((v) => <a key={v} {...follow({ view: v })} aria-current={v === view.value ? "page" : undefined}>{titleOf(v)}</a>)}
    </nav>
    <div class="choices">
      <Scope />
      <ThemeChoice />
      <button class="icon" aria-label="Keys" title="Keys (?)" onClick={() => { helpShown.value = true; }}>?</button>
    </div>
  </header>;
}

export function Shell() {
  const shown = view.value, where = namespace.value || "all namespaces", cluster = about.value?.cluster ?? "";
  useEffect(() => { document.title = [titleOf(shown), where, cluster, "depctl"].filter(Boolean).join(" · "); }, [shown, where, cluster]);
  return <div class={"shell" + (selected.value ? " with-panel" : "")}>
    <a class="skip" href="#main">Skip to the content</a>
    <Header />
    <Connection />
    {shown === "graph" || shown === "list" ? <FilterBar /> : null}
    <div class="middle">
      <main id="main" tabIndex={-1} class={"view-" + shown} aria-label={titleOf(shown)}>{about.value ? pages[shown]() : <p class="wait">Asking the server…</p>}</main>
      <Panel />
    </div>
    <Live />
    <Help />
  </div>;
}
