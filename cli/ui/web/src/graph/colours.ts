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
  return colours;
}
