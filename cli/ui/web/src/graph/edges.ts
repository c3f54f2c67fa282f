// Draws edges from near, where each can be followed, and says how edges look.
import { LONGEST, NEVER, TRUE } from "../model";
import type { Colours } from "./colours";
import { smallFont } from "./nodes";
import type { Scene } from "./scene";
import { dashed, forgetLines, head, solid, trace, type Rect } from "./trace";

interface Style { colour: string; width: number; dash: number[] }

// styles are the ways an edge can look, the last one over the others.
export const styles: Style[] = [
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

// atOnce is how many edges are one path: what a canvas takes for a path grows faster than the path.
const atOnce = 200;

// strokeEdges draws edges on a canvas whose units are those of the graph, within a rectangle of it.
export function strokeEdges(ctx: CanvasRenderingContext2D, scene: Scene, some: Some, looks: number[], colours: Colours, faded: Uint8Array | null, scale: number, within: Rect): void {
  ctx.lineJoin = "round";
  for (let s = 0; s < styles.length; s++) {
    const style = styles[s];
    for (let pass = faded ? 0 : 1; pass < 2; pass++) {
      let arrows = new Path2D(), many = 0;
      forgetLines();
      const ink = () => {
        ctx.globalAlpha = pass === 0 ? 0.2 : 1;
        ctx.strokeStyle = ctx.fillStyle = colours.of[style.colour];
        ctx.lineWidth = Math.max(style.width, 0.8 / scale);
        ctx.setLineDash(style.dash);
        ctx.stroke();
        ctx.fill(arrows);
        ctx.beginPath();
        arrows = new Path2D();
        many = 0;
      };
      ctx.beginPath();
      for (let k = 0; k < some.many; k++) {
        const e = some.list[k];
        if (styleOf(looks[e]) !== s || (faded && isFaded(scene, e, faded) !== (pass === 0))) continue;
        trace(ctx, scene, e, style, within);
        head(arrows, scene, e, style.width, within, scale);
        if (++many === atOnce) ink();
      }
      if (many) ink();
    }
  }
  ctx.setLineDash(solid);
  ctx.globalAlpha = 1;
}

// isFaded reports whether an end of an edge is left out by the filter.
export function isFaded(scene: Scene, e: number, faded: Uint8Array): boolean { return !!(faded[scene.from[e]] || faded[scene.to[e]]); }

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
