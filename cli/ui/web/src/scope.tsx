// Chooses the namespace, or all of them.
import { about } from "./about";
import { everywhere, go, namespace } from "./place";

function choose(ns: string): void { go({ ns: ns || everywhere, open: null, id: null }); }

export function Scope() {
  const a = about.value;
  if (!a) return null;
  const here = namespace.value;
  if (!a.namespaces) {
    // The user may not list namespaces, so they type one.
    return <label class="choice"><span class="hide-small">Namespace</span>
      <input aria-label="Namespace" size={12} value={here} placeholder={a.mayListAll ? "all" : "name"}
        onChange={(e) => choose(e.currentTarget.value.trim())} />
    </label>;
  }
  const known = a.namespaces.includes(here) || !here ? a.namespaces : [here, ...a.namespaces];
  return <label class="choice"><span class="hide-small">Namespace</span>
    <select aria-label="Namespace" value={here} onChange={(e) => choose(e.currentTarget.value)}>
      {a.mayListAll || !here ? <option value="">all namespaces</option> : null}
      {known.map((ns) => <option key={ns} value={ns}>{ns}</option>)}
    </select>
  </label>;
}
