// Which rows a search finds. Words are apart by spaces, and a row must have them all.
import { computed, signal } from "@preact/signals";
import type { Row } from "./model";
import { states, text } from "./place";
import { rowsChanged, world } from "./stream";

export type Test = (row: Row) => boolean;

// testOf returns what finds rows by words: KEY=VALUE and KEY= are labels, all else is part
// of a name, a namespace, a run or a step, in which a star stands for anything.
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
  const fits = part(word);
  return (row) => fits(row.id) || (!!row.run && fits(row.run)) || (!!row.step && fits(row.step));
}

// part returns what finds a word in a text; a star stands for anything.
function part(word: string): (text: string) => boolean {
  if (!word.includes("*")) return (text) => text.toLowerCase().includes(word);
  const pattern = new RegExp(word.split("*").map((piece) => piece.replace(/[^a-z0-9]/g, "\\$&")).join(".*"), "i");
  return (text) => pattern.test(text);
}

// words is the test of the search field alone, and filter that of words and states; null asks for nothing.
export const words = computed<Test | null>(() => testOf(text.value));
export const filter = computed<Test | null>(() => {
  const test = words.value, some = states.value;
  if (!some.length) return test;
  return (row) => some.includes(row.state) && (!test || test(row));
});

// found is how many rows the filter leaves; -1 without a filter.
export const found = computed(() => {
  const test = filter.value;
  if (!test) return -1;
  rowsChanged.value;
  let many = 0;
  for (const row of world.rows.values()) if (test(row)) many++;
  return many;
});

// jump counts how often the reader asked for the next hit; with back, for the one before.
export const jump = signal(0);
export let jumpBack = false;
export function nextHit(back: boolean): void {
  jumpBack = back;
  jump.value++;
}
