// The explanation of depctl explain -r as a nested list: each check, whether it is true, what was
// found, and below it what its objects wait for themselves.
import { Causes } from "./advice";
import type { Part, Thing } from "./json";
import { idOf, JobLink } from "./parts";
import { State } from "./sign";

const headings: Record<string, string> = { all: "all of", any: "any of", not: "not" };

function Object({ thing }: { thing: Thing }) {
  return <li>
    <div class="reason"><State name={thing.state} /><JobLink id={idOf(thing)}>{thing.namespace}/{thing.name}{thing.run ? "@" + thing.run : ""}</JobLink></div>
    {thing.message ? <div class="soft">{thing.message}</div> : null}
    {thing.again ? <div class="soft">It is explained elsewhere.</div> : null}
    {thing.cycle ? <div class="soft">It waits for itself: this is a circle.</div> : null}
    <Causes list={thing.causes} />
    {thing.tree ? <ul><Reason part={thing.tree} /></ul> : null}
  </li>;
}

export function Reason({ part }: { part: Part }) {
  const below = [...(part.objects ?? []), ...(part.runs ?? []).filter((r) => !part.objects?.some((o) => idOf(o) === idOf(r)))];
  return <li>
    <div class="reason">
      <span class={"value value-" + part.value}>{part.value}</span>
      {part.check ? <code>{part.check}</code> : <span>{headings[part.kind] ?? part.kind}</span>}
      {part.perElement ? <span class="soft">for each element</span> : null}
    </div>
    {part.found ? <div class={part.problem ? "bad-text" : "soft"}>{part.found}</div> : null}
    {part.terms?.length || below.length ? <ul>
      {part.terms?.map((term, i) => <Reason key={i} part={term} />)}
      {below.map((thing) => <Object key={idOf(thing)} thing={thing} />)}
      {part.more ? <li class="soft">and {part.more} more</li> : null}
    </ul> : null}
  </li>;
}

// Reasons is a whole tree.
export function Reasons({ tree }: { tree: Part | undefined }) {
  return tree ? <ul class="reasons"><Reason part={tree} /></ul> : null;
}
