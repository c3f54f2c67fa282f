// Draws edges: with turns and arrows from near, as thin lines from afar.
import { LONGEST, NEVER, TRUE } from "../model";
import type { Colours } from "./colours";
import type { Raster } from "./raster";
import type { Scene } from "./scene";

interface Style { colour: string; width: number; dash: number[]; strength: number }

const dashed = [5, 4], solid: number[] = [], turn = 6, arrow = 7;

// styles are the ways an edge can look, the last one over the others.
const styles: Style[] = [
  { colour: "line", width: 1, dash: solid, strength: 0.65 }, // is true already
  { colour: "line", width: 1.5, dash: solid, strength: 1 },
  { colour: "bad", width: 1.5, dash: dashed, strength: 1 },
  { colour: "ink", width: 3, dash: solid, strength: 1 },
  { colour: "ink", width: 3, dash: dashed, strength: 1 },
];

export function styleOf(look: number): number {
  if (look & LONGEST) return look & NEVER ? 4 : 3;
  if (look & NEVER) return 2;
  return look & TRUE ? 0 : 1;
}

// Edges are the indexes list[0] to list[many - 1].
export interface Some { list: ArrayLike<number>; many: number }

// strokeEdges draws edges on a canvas whose units are those of the graph.
export function strokeEdges(ctx: CanvasRenderingContext2D, scene: Scene, some: Some, looks: number[], colours: Colours, faded: Uint8Array | null, scale: number): void {
  ctx.lineJoin = "round";
  for (let s = 0; s < styles.length; s++) {
    const style = styles[s];
    for (let pass = 0; pass < (faded ? 2 : 1); pass++) {
      let any = false;
      ctx.beginPath();
      for (let k = 0; k < some.many; k++) {
        const e = some.list[k];
        if (styleOf(looks[e]) !== s || (faded && isFaded(scene, e, faded) !== (pass === 0))) continue;
        any = true;
        trace(ctx, scene, e, style.width);
      }
      if (!any) continue;
      ctx.globalAlpha = style.strength * (faded && pass === 0 ? 0.2 : 1);
      ctx.strokeStyle = ctx.fillStyle = colours.of[style.colour];
      ctx.lineWidth = Math.max(style.width, 0.8 / scale);
      ctx.setLineDash(style.dash);
      ctx.stroke();
      ctx.beginPath();
      for (let k = 0; k < some.many; k++) {
        const e = some.list[k];
        if (styleOf(looks[e]) === s && !(faded && isFaded(scene, e, faded) !== (pass === 0))) head(ctx, scene, e, style.width);
      }
      ctx.fill();
    }
  }
  ctx.setLineDash(solid);
  ctx.globalAlpha = 1;
}

function isFaded(scene: Scene, e: number, faded: Uint8Array): boolean { return !!(faded[scene.from[e]] || faded[scene.to[e]]); }

function trace(ctx: CanvasRenderingContext2D, scene: Scene, e: number, width: number): void {
  const p = scene.points, first = scene.at[e], last = scene.at[e + 1] - 2;
  if (last <= first) return;
  ctx.moveTo(p[first], p[first + 1]);
  for (let k = first + 2; k < last; k += 2) {
    const before = Math.abs(p[k] - p[k - 2]) + Math.abs(p[k + 1] - p[k - 1]), after = Math.abs(p[k + 2] - p[k]) + Math.abs(p[k + 3] - p[k + 1]);
    ctx.arcTo(p[k], p[k + 1], p[k + 2], p[k + 3], Math.min(turn, before / 2, after / 2));
  }
  // The line ends inside the arrow, so that its end is not wider than the tip.
  const dx = p[last] - p[last - 2], dy = p[last + 1] - p[last - 1], length = Math.hypot(dx, dy) || 1, back = Math.min(length, arrow * 0.7 + width - 1);
  ctx.lineTo(p[last] - (dx / length) * back, p[last + 1] - (dy / length) * back);
}

function head(ctx: CanvasRenderingContext2D, scene: Scene, e: number, width: number): void {
  const p = scene.points, last = scene.at[e + 1] - 2;
  if (last <= scene.at[e]) return;
  const dx = p[last] - p[last - 2], dy = p[last + 1] - p[last - 1], length = Math.hypot(dx, dy) || 1;
  const size = arrow + width, ux = (dx / length) * size, uy = (dy / length) * size;
  ctx.moveTo(p[last], p[last + 1]);
  ctx.lineTo(p[last] - ux - uy * 0.5, p[last + 1] - uy + ux * 0.5);
  ctx.lineTo(p[last] - ux + uy * 0.5, p[last + 1] - uy - ux * 0.5);
  ctx.closePath();
}

// rasterEdges draws edges into the pixels of a tile, whose upper left is at left and top.
export function rasterEdges(raster: Raster, scene: Scene, some: Some, looks: number[], colours: Colours, faded: Uint8Array | null, left: number, top: number, scale: number): void {
  const p = scene.points;
  for (let s = 0; s < styles.length; s++) {
    const style = styles[s], colour = colours.numbers[style.colour];
    const cover = Math.min(1, Math.max(0.12, style.width * scale * 1.6)) * style.strength;
    for (let k = 0; k < some.many; k++) {
      const e = some.list[k];
      if (styleOf(looks[e]) !== s) continue;
      const c = faded && isFaded(scene, e, faded) ? cover * 0.2 : style.width > 2 ? Math.max(cover, 0.9) : cover;
      for (let q = scene.at[e]; q + 3 < scene.at[e + 1]; q += 2) {
        const x0 = (p[q] - left) * scale, y0 = (p[q + 1] - top) * scale, x1 = (p[q + 2] - left) * scale, y1 = (p[q + 3] - top) * scale;
        raster.line(x0, y0, x1, y1, colour, c);
        if (style.width * scale > 0.9) raster.line(x0 + (x0 === x1 ? 1 : 0), y0 + (y0 === y1 ? 1 : 0), x1 + (x0 === x1 ? 1 : 0), y1 + (y0 === y1 ? 1 : 0), colour, c);
      }
    }
  }
}
