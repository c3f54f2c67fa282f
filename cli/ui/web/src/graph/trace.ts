// Turns what can be seen of an edge into a path: lines with round turns, and an arrow.
import type { Scene } from "./scene";

export const dashed = [5, 4], solid: number[] = [];
const turn = 6, arrow = 7, period = 9;
// From clear on, arrows are as large as they are; below they are larger, or nobody would see where they point.
const clear = 0.6;

// reached is how far lines have been drawn already that come into a tile from one side of it:
// in a fan of 10,000, all edges go the same way for most of it, and drawn over one
// another they would look thicker in one tile than in the next.
const reached = new Map<number, number>();

// forgetLines says that the next lines are of another style or tile.
export function forgetLines(): void { reached.clear(); }

// freshFrom returns from where on a line must be drawn that goes from a side of the tile to a
// place; NaN if all of it is drawn. The key tells lines and sides apart.
function freshFrom(key: number, to: number, border: number): number {
  const before = reached.get(key) ?? border, back = key & 1;
  if (back ? to >= before : to <= before) return NaN;
  reached.set(key, to);
  return before;
}

// Rect is from x, y to r, b.
export interface Rect { x: number; y: number; r: number; b: number }

function isIn(x: number, y: number, rect: Rect): boolean { return x >= rect.x && x <= rect.r && y >= rect.y && y <= rect.b; }

function touches(x0: number, y0: number, x1: number, y1: number, rect: Rect): boolean {
  return Math.min(x0, x1) <= rect.r && Math.max(x0, x1) >= rect.x && Math.min(y0, y1) <= rect.b && Math.max(y0, y1) >= rect.y;
}

// clamped brings one coordinate near, by whole dashes, so that dashes meet where tiles do.
function clamped(v: number, low: number, high: number): number {
  if (v < low) return v + Math.floor((low - v) / period) * period;
  return v > high ? v - Math.floor((v - high) / period) * period : v;
}

// trace adds what can be seen of an edge to the path, with round turns.
export function trace(ctx: CanvasRenderingContext2D, scene: Scene, e: number, style: { width: number; dash: number[] }, within: Rect): void {
  const p = scene.points, first = scene.at[e], last = scene.at[e + 1] - 2, shares = style.dash === solid;
  let down = false; // whether the pen is where the segment begins
  for (let k = first; k < last; k += 2) {
    const ax = p[k], ay = p[k + 1], bx = p[k + 2], by = p[k + 3], ends = k + 2 === last;
    if (!touches(ax, ay, bx, by, within)) {
      down = false;
      continue;
    }
    const upright = ax === bx, straight = upright || ay === by, aIn = isIn(ax, ay, within), bIn = isIn(bx, by, within);
    const low = upright ? within.y : within.x, high = upright ? within.b : within.r, a = upright ? ay : ax, b = upright ? by : bx;
    const lineTo = (v: number) => (upright ? ctx.lineTo(ax, v) : ctx.lineTo(v, ay)), moveTo = (v: number) => (upright ? ctx.moveTo(ax, v) : ctx.moveTo(v, ay));
    if (shares && straight && !(aIn && bIn)) {
      const outside = aIn ? b : a, back = outside > high ? 1 : 0, key = (upright ? ax : ay) * 4 + (upright ? 2 : 0) + back;
      const inside = aIn ? a : bIn ? b : back ? low : high, fresh = freshFrom(key, inside, back ? high : low);
      if (aIn) {
        if (!down) moveTo(a);
        if (fresh === fresh) lineTo(fresh);
        down = false;
        continue;
      }
      if (!bIn) {
        if (fresh === fresh) { moveTo(fresh); lineTo(inside); }
        down = false;
        continue;
      }
      moveTo(fresh === fresh ? fresh : b + Math.sign(a - b) * Math.min(arrow * 2, Math.abs(a - b)));
    } else if (!down) {
      if (straight) moveTo(clamped(a, low, high));
      else ctx.moveTo(ax, ay);
    }
    if (ends) {
      // The line ends inside the arrow, so that its end is not wider than the tip.
      const dx = bx - ax, dy = by - ay, length = Math.hypot(dx, dy) || 1, short = 1 - Math.min(length, arrow * 0.7 + style.width - 1) / length;
      if (straight) lineTo(clamped(a + (b - a) * short, low, high));
      else ctx.lineTo(ax + dx * short, ay + dy * short);
    } else if (bIn) {
      const before = Math.abs(bx - ax) + Math.abs(by - ay), after = Math.abs(p[k + 4] - bx) + Math.abs(p[k + 5] - by);
      ctx.arcTo(bx, by, near(p[k + 4], bx), near(p[k + 5], by), Math.min(turn, before / 2, after / 2));
      down = true;
    } else {
      if (straight) lineTo(clamped(b, low, high));
      else ctx.lineTo(bx, by);
      down = false;
    }
  }
}

// near brings the point after a turn near; only its direction matters.
function near(v: number, from: number): number { return Math.min(Math.max(v, from - 99), from + 99); }

// head adds the arrow of an edge to a path that is filled.
export function head(path: Path2D, scene: Scene, e: number, width: number, within: Rect, scale: number): void {
  const p = scene.points, last = scene.at[e + 1] - 2;
  if (last <= scene.at[e] || !isIn(p[last], p[last + 1], within)) return;
  const dx = p[last] - p[last - 2], dy = p[last + 1] - p[last - 1], length = Math.hypot(dx, dy) || 1;
  const size = (arrow + width) * Math.max(1, clear / scale), ux = (dx / length) * size, uy = (dy / length) * size;
  path.moveTo(p[last], p[last + 1]);
  path.lineTo(p[last] - ux - uy * 0.5, p[last + 1] - uy + ux * 0.5);
  path.lineTo(p[last] - ux + uy * 0.5, p[last + 1] - uy - ux * 0.5);
  path.closePath();
}

