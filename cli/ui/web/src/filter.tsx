// The search field, and a button for each state with how many are in it.
import { about, colourOf } from "./about";
import { go, states, text } from "./place";
import { found, nextHit } from "./search";
import { counts } from "./stream";

function toggle(name: string): void {
  const on = states.value;
  const next = on.includes(name) ? on.filter((s) => s !== name) : [...on, name];
  go({ state: next.join(",") }, true);
}

export function FilterBar() {
  const on = states.value;
  const shown = (about.value?.states ?? []).filter((s) => counts.value[s.name] || on.includes(s.name));
  return <div class="filter" role="search">
    <input id="search" type="search" aria-label="Search by name, namespace, run or label" placeholder="Search (/): name, run, label=value"
      value={text.value} onInput={(e) => go({ q: e.currentTarget.value }, true)}
      onKeyDown={(e) => { if (e.key === "Enter") nextHit(e.shiftKey); }} />
    <span class="soft hits" role="status">{found.value < 0 ? "" : `${found.value} found`}</span>
    <div class="chips" role="group" aria-label="Show only these states">
      {shown.map((s) => <button key={s.name} class="chip" aria-pressed={on.includes(s.name)} style={{ "--c": colourOf(s.name) }} onClick={() => toggle(s.name)}>
        <span class="sign" aria-hidden="true">{s.sign}</span> {s.name} <b>{counts.value[s.name] ?? 0}</b>
      </button>)}
    </div>
  </div>;
}
