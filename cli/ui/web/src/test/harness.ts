// Collects the tests of the page's own logic; script_test.go runs them in a browser.

export const failures: string[] = [];
export let many = 0;

// test runs one test, and notes how it fails.
export function test(name: string, run: () => void): void {
  many++;
  try {
    run();
  } catch (error) {
    failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}

export function equal(got: unknown, want: unknown): void {
  const a = JSON.stringify(got), b = JSON.stringify(want);
  if (a !== b) throw new Error(`got ${a}, want ${b}`);
}

// random returns numbers from 0 to 1, the same ones at each run.
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
