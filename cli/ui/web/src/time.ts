// Times and durations in words, as depctl prints them: 45s, 3m, 2h, 5d.

const units: [string, number][] = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];

// lasting returns a duration in seconds in at most two units.
export function lasting(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  for (const [k, [unit, size]] of units.entries()) {
    if (whole < size) continue;
    const many = Math.floor(whole / size), next = units[k + 1];
    const rest = next && many < 10 ? Math.floor((whole % size) / next[1]) : 0;
    return `${many}${unit}` + (rest ? `${rest}${next[0]}` : "");
  }
  return "0s";
}

// since returns how long ago an instant is, and until how long it is to come.
export function since(at: number | undefined, now: number): string { return at ? lasting(now - at) : ""; }
export function until(at: number, now: number): string { return at > now ? `in ${lasting(at - now)}` : "now"; }

// clock returns an instant as the reader's clock shows it, for a tooltip.
export function clock(at: number | undefined): string { return at ? new Date(at * 1000).toLocaleString() : ""; }
