// Says to a screen reader what changed, in one sentence, and not more often than
// somebody can listen.
import { signal } from "@preact/signals";
import type { Change } from "./model";

const between = 5000, atMost = 3;
const said = signal("");
const turned = new Map<string, string>();
let timer = 0;

// tell notes what changed, for the next sentence.
export function tell(change: Change): void {
  for (const [, row] of change.turned) turned.set(row.name, row.state);
  for (const row of change.gone) turned.set(row.name, "deleted");
  if (turned.size && !timer) timer = window.setTimeout(speak, said.value ? between : 500);
}

// say tells one sentence at once, such as how many rows a filter leaves.
export function say(sentence: string): void { said.value = sentence; }

function speak(): void {
  timer = 0;
  said.value = sentence([...turned]);
  turned.clear();
}

// sentence returns the news in words: each Job by name if they are few, else how many.
export function sentence(news: [string, string][]): string {
  if (news.length <= atMost) return news.map(([name, state]) => `${name} ${state}`).join(", ");
  const counts = new Map<string, number>();
  for (const [, state] of news) counts.set(state, (counts.get(state) ?? 0) + 1);
  return `${news.length} changed: ` + [...counts].map(([state, n]) => `${n} ${state}`).join(", ");
}

export function Live() {
  return <div class="heard" role="status" aria-live="polite">{said.value}</div>;
}
