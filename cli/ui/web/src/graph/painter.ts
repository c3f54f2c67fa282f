// Paints a rectangle of the graph: edges first, then nodes over them.
import type { NodeState } from "../model";
import type { Colours } from "./colours";
import { strokeEdges } from "./edges";
import { rasterEdges } from "./faredges";
import { drawNode, withName } from "./nodes";
import type { Raster } from "./raster";
import type { Scene } from "./scene";
import type { Rect } from "./trace";

// Painting is all that decides how a place of the graph looks.
export interface Painting {
  scene: Scene; states: NodeState[]; looks: number[]; colours: Colours;
  // faded has a 1 for each node that a filter leaves out, or is null without a filter.
  faded: Uint8Array | null;
}

// around is how far arrows, turns and shadows reach out of what they belong to.
export const around = 8;

// paintTile paints the pixels from column left and row top on, at a scale in pixels.
export function paintTile(ctx: CanvasRenderingContext2D, raster: Raster, p: Painting, left: number, top: number, scale: number, dpr: number): void {
  const size = raster.size, x = left / scale, y = top / scale, reach = size / scale;
  const many = p.scene.edgesIn(x - around, y - around, x + reach + around, y + reach + around);
  const some = { list: p.scene.found, many };
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  const near = scale / dpr >= withName;
  if (near) {
    ctx.fillStyle = p.colours.of.paper;
    ctx.fillRect(0, 0, size, size);
  } else {
    raster.clear(p.colours.numbers.paper);
    rasterEdges(raster, p.scene, some, p.looks, p.colours, p.faded, x, y, scale);
    ctx.putImageData(raster.image, 0, 0);
  }
  ctx.setTransform(scale, 0, 0, scale, -left, -top);
  if (near) strokeEdges(ctx, p.scene, some, p.looks, p.colours, p.faded, scale / dpr, { x: x - around, y: y - around, r: x + reach + around, b: y + reach + around });
  const boxes = p.scene.nodesIn(x - around, y - around, x + reach + around, y + reach + around);
  for (let k = 0; k < boxes; k++) {
    const i = p.scene.found[k];
    drawNode(ctx, p.scene, i, p.states[i], p.colours, scale / dpr, !!p.faded?.[i]);
  }
}

// paintNode paints one node over what a tile has of it.
export function paintNode(ctx: CanvasRenderingContext2D, p: Painting, i: number, left: number, top: number, scale: number, dpr: number): void {
  ctx.setTransform(scale, 0, 0, scale, -left, -top);
  drawNode(ctx, p.scene, i, p.states[i], p.colours, scale / dpr, !!p.faded?.[i]);
}

// mostLit is how many edges are lit up at once; with more, nobody could follow one.
const mostLit = 3000;

// paintSome paints nodes and edges over a dimmed picture, such as what waits for one.
export function paintSome(ctx: CanvasRenderingContext2D, p: Painting, nodes: Iterable<number>, edges: Uint32Array, scale: number, dpr: number, seen: Rect): void {
  const s = p.scene, lit = edges.length > mostLit ? edges.subarray(0, mostLit) : edges;
  strokeEdges(ctx, s, { list: lit, many: lit.length }, p.looks, p.colours, null, scale / dpr, seen);
  for (const i of nodes) {
    if (s.x[i] < seen.r && s.x[i] + s.w[i] > seen.x && s.y[i] < seen.b && s.y[i] + s.h[i] > seen.y) drawNode(ctx, s, i, p.states[i], p.colours, scale / dpr, false);
  }
}
