// The colours of the server's style sheet, as a canvas needs them.

export interface Colours { of: Record<string, string>; numbers: Record<string, number> }

const names = ["paper", "box", "ink", "soft", "line", "rest", "good", "busy", "idle", "stopped", "bad", "absent"];

// readColours asks the page which colours it has now: light ones or dark ones.
export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const probe = document.createElement("canvas").getContext("2d")!;
  const colours: Colours = { of: {}, numbers: {} };
  for (const name of names) {
    probe.fillStyle = "#888";
    probe.fillStyle = style.getPropertyValue("--" + name).trim();
    const text = probe.fillStyle as string; // now #rrggbb, whatever it was
    colours.of[name] = text;
    colours.numbers[name] = parseInt(text.slice(1), 16);
  }
  // What is over stands back; it is no mixture of light, as lines that cross would show.
  const { line, paper } = colours.numbers, mixed = (shift: number) => Math.round(((line >> shift) & 255) * 0.65 + ((paper >> shift) & 255) * 0.35);
  colours.numbers.past = (mixed(16) << 16) | (mixed(8) << 8) | mixed(0);
  colours.of.past = "#" + colours.numbers.past.toString(16).padStart(6, "0");
  return colours;
}
