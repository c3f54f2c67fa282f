// What the server says of itself, and of how states look.
import { computed, signal } from "@preact/signals";

export interface StateLook { name: string; sign: string; look: string }

export interface About {
  cluster: string; user: string; version: string; namespace: string;
  namespaces: string[] | null; mayListAll: boolean; readOnly: boolean; login: boolean;
  states: StateLook[]; several: string; critical: string;
}

export const about = signal<About | null>(null);

const byName = computed(() => new Map((about.value?.states ?? []).map((s, i) => [s.name, { ...s, order: i }])));

// lookOf returns how a state is shown; one that the server did not name has no sign.
export function lookOf(state: string): StateLook & { order: number } {
  return byName.value.get(state) ?? { name: state, sign: "", look: "idle", order: 99 };
}

// colourOf returns the CSS colour of a state.
export function colourOf(state: string): string { return `var(--${lookOf(state).look})`; }

export async function loadAbout(): Promise<void> {
  const answer = await fetch("api/about");
  if (!answer.ok) throw await Refusal.of(answer);
  about.value = await answer.json();
}

// Refusal is what the server says instead of what was asked for.
export class Refusal extends Error {
  // final says that asking again is of no use: whoever asks is not logged in.
  constructor(message: string, readonly final: boolean) { super(message); }

  static async of(answer: Response): Promise<Refusal> {
    const text = await answer.text(), final = answer.status === 401;
    try {
      return new Refusal(JSON.parse(text).message, final);
    } catch {
      return new Refusal(text.trim() || `The server answered ${answer.status}.`, final);
    }
  }
}
