// Draws edges: with turns and arrows from near, as thin lines from afar.
import { LONGEST, NEVER, TRUE } from "../model";
import type { Colours } from "./colours";
import { smallFont } from "./nodes";
import type { Raster } from "./raster";
import type { Scene } from "./scene";

interface Style { colour: string; width: number; dash: number[] }

const dashed = [5, 4], solid: number[] = [], turn = 6, arrow = 7, period = 9, enough = 8;

// styles are the ways an edge can look, the last one over the others.
const styles: Style[] = [
  { colour: "past", width: 1, dash: solid }, // is true already
  { colour: "line", width: 1.5, dash: solid },
  { colour: "bad", width: 1.5, dash: dashed },
  { colour: "ink", width: 3, dash: solid },
  { colour: "ink", width: 3, dash: dashed },
];

export function styleOf(look: number): number {
  if (look & LONGEST) return look & NEVER ? 4 : 3;
  if (look & NEVER) return 2;
  return look & TRUE ? 0 : 1;
}

// Edges are the indexes list[0] to list[many - 1].
export interface Some { list: ArrayLike<number>; many: number }

// reached is how far lines have been drawn already that come into a tile from one side of it:
// in a fan of 10,000, all edges go the same way for most of it, and drawn over one
// another they would look thicker in one tile than in the next.
const reached = new Map<number, number>();

// freshFrom returns from where on a line must be drawn that goes from a side of the tile to a
// place; NaN if all of it is drawn. The key tells lines and sides apart.
function freshFrom(key: number, to: number, border: number): number {
  const before = reached.get(key) ?? border, back = key & 1;
  if (back ? to >= before : to <= before) return NaN;
  reached.set(key, to);
  return before;
}

// strokeEdges draws edges on a canvas whose units are those of the graph, within a rectangle of it.
export function strokeEdges(ctx: CanvasRenderingContext2D, scene: Scene, some: Some, looks: number[], colours: Colours, faded: Uint8Array | null, scale: number, within: Rect): void {
  ctx.lineJoin = "round";
  for (let s = 0; s < styles.length; s++) {
    const style = styles[s];
    for (let pass = faded ? 0 : 1; pass < 2; pass++) {
      const arrows = new Path2D();
      let any = false;
      reached.clear();
      ctx.beginPath();
      for (let k = 0; k < some.many; k++) {
        const e = some.list[k];
        if (styleOf(looks[e]) !== s || (faded && isFaded(scene, e, faded) !== (pass === 0))) continue;
        any = true;
        trace(ctx, scene, e, style, within);
        head(arrows, scene, e, style.width, within);
      }
      if (!any) continue;
      ctx.globalAlpha = pass === 0 ? 0.2 : 1;
      ctx.strokeStyle = ctx.fillStyle = colours.of[style.colour];
      ctx.lineWidth = Math.max(style.width, 0.8 / scale);
      ctx.setLineDash(style.dash);
      ctx.stroke();
      ctx.fill(arrows);
    }
  }
  ctx.setLineDash(solid);
  ctx.globalAlpha = 1;
}

function isFaded(scene: Scene, e: number, faded: Uint8Array): boolean { return !!(faded[scene.from[e]] || faded[scene.to[e]]); }

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
function trace(ctx: CanvasRenderingContext2D, scene: Scene, e: number, style: Style, within: Rect): void {
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

function head(path: Path2D, scene: Scene, e: number, width: number, within: Rect): void {
  const p = scene.points, last = scene.at[e + 1] - 2;
  if (last <= scene.at[e] || !isIn(p[last], p[last + 1], within)) return;
  const dx = p[last] - p[last - 2], dy = p[last + 1] - p[last - 1], length = Math.hypot(dx, dy) || 1;
  const size = arrow + width, ux = (dx / length) * size, uy = (dy / length) * size;
  path.moveTo(p[last], p[last + 1]);
  path.lineTo(p[last] - ux - uy * 0.5, p[last + 1] - uy + ux * 0.5);
  path.lineTo(p[last] - ux + uy * 0.5, p[last + 1] - uy - ux * 0.5);
  path.closePath();
}

// labelEdges says of the edges of one node what is asked, beside their arrows.
export function labelEdges(ctx: CanvasRenderingContext2D, scene: Scene, node: number, colours: Colours): void {
  ctx.font = smallFont;
  ctx.textBaseline = "middle";
  for (let e = 0; e < scene.edges; e++) {
    const text = scene.graph.edges[e].c;
    if (!text || (scene.from[e] !== node && scene.to[e] !== node)) continue;
    const last = scene.at[e + 1] - 2, x = scene.points[last], y = scene.points[last + 1], upright = x === scene.points[last - 2];
    ctx.textAlign = upright ? "left" : "right";
    const wide = ctx.measureText(text).width + 6, left = upright ? x + 7 : x - 13 - wide, top = upright ? y - 21 : y - 8;
    ctx.fillStyle = colours.of.paper;
    ctx.fillRect(left, top, wide, 16);
    ctx.fillStyle = colours.of.ink;
    ctx.fillText(text, upright ? left + 3 : left + wide - 3, top + 8);
  }
}

// rasterEdges draws edges into the pixels of a tile, whose upper left is at left and top.
export function rasterEdges(raster: Raster, scene: Scene, some: Some, looks: number[], colours: Colours, faded: Uint8Array | null, left: number, top: number, scale: number): void {
  const p = scene.points, passed = new Map<number, number>();
  for (let s = 0; s < styles.length; s++) {
    const style = styles[s], colour = colours.numbers[style.colour];
    const cover = Math.min(1, Math.max(0.12, style.width * scale * 1.6)), size = raster.size;
    passed.clear();
    for (let k = 0; k < some.many; k++) {
      const e = some.list[k];
      if (styleOf(looks[e]) !== s) continue;
      const c = faded && isFaded(scene, e, faded) ? cover * 0.2 : style.width > 2 ? Math.max(cover, 0.9) : cover;
      for (let q = scene.at[e]; q + 3 < scene.at[e + 1]; q += 2) {
        const x0 = (p[q] - left) * scale, y0 = (p[q + 1] - top) * scale, x1 = (p[q + 2] - left) * scale, y1 = (p[q + 3] - top) * scale;
        if (Math.max(x0, x1) > size && Math.min(x0, x1) < 0 || Math.max(y0, y1) > size && Math.min(y0, y1) < 0) {
          // It goes right through; after so many, one more cannot be seen.
          const key = x0 === x1 ? p[q] * 2 : p[q + 1] * 2 + 1, many = passed.get(key) ?? 0;
          if (many >= enough) continue;
          passed.set(key, many + 1);
        }
        raster.line(x0, y0, x1, y1, colour, c);
        if (style.width * scale > 0.9) raster.line(x0 + (x0 === x1 ? 1 : 0), y0 + (y0 === y1 ? 1 : 0), x1 + (x0 === x1 ? 1 : 0), y1 + (y0 === y1 ? 1 : 0), colour, c);
      }
    }
  }
}
