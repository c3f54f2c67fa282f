// Which rows a search finds. Words are apart by spaces, and a row must have them all.
import { computed } from "@preact/signals";
import type { Row } from "./model";
import { states, text } from "./place";

export type Test = (row: Row) => boolean;

// testOf returns what finds rows by words: KEY=VALUE and KEY= are labels, all else is part
// of a name, a namespace, a run or a step.
export function testOf(words: string): Test | null {
  const tests = words.toLowerCase().split(/\s+/).filter(Boolean).map(wordTest);
  return tests.length ? (row) => tests.every((test) => test(row)) : null;
}

function wordTest(word: string): Test {
  const at = word.indexOf("=");
  if (at > 0) {
    const key = word.slice(0, at), value = word.slice(at + 1);
    return (row) => {
      for (const [k, v] of Object.entries(row.labels ?? {})) if (k.toLowerCase() === key && v.toLowerCase().startsWith(value)) return true;
      return false;
    };
  }
  return (row) => row.id.toLowerCase().includes(word) || !!row.run?.toLowerCase().includes(word) || !!row.step?.toLowerCase().includes(word);
}

// filter is what the URL asks for: words and states; null when it asks for nothing.
export const filter = computed<Test | null>(() => {
  const test = testOf(text.value), some = states.value;
  if (!some.length) return test;
  return (row) => some.includes(row.state) && (!test || test(row));
});
