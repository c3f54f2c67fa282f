// Draws nodes: boxes with text from near, boxes with signs from farther, dots from afar.
import type { NodeState } from "../model";
import type { Colours } from "./colours";
import type { Scene } from "./scene";

// From which scale on a box has all its text, has its name alone, and is a box at all.
export const withText = 0.65, withName = 0.3, withBox = 0.2;

const mono = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
export const smallFont = `11px ${mono}`;
const nameFont = `600 13px ${mono}`, signFont = `700 17px ${mono}`;
const dashed = [5, 4], solid: number[] = [], fade = 0.2;

const strip = 26, readable = 9.5; // pixels: of the graph, and of the screen
const letter = 0.61; // how wide a letter is for its size

// cut returns what there is room for.
function cut(text: string, room: number, size: number): string {
  const most = Math.floor(room / (size * letter));
  return text.length > most ? text.slice(0, most - 1) + "…" : text;
}

// nameOf returns the name in a box, with how many Jobs it stands for if they are several.
function nameOf(label: string, state: NodeState | undefined): string {
  if (!state || state.s) return label;
  let many = 0;
  for (const one in state.counts) many += state.counts[one];
  return many ? `${label} (${many})` : label;
}

// drawNode draws one node on a canvas whose units are those of the graph.
export function drawNode(ctx: CanvasRenderingContext2D, scene: Scene, i: number, state: NodeState | undefined, colours: Colours, scale: number, faded: boolean): void {
  const x = scene.x[i], y = scene.y[i], w = scene.w[i], h = scene.h[i], node = scene.graph.nodes[i];
  const look = state?.look ?? "idle", colour = colours.of[look] ?? colours.of.idle;
  if (faded) {
    // What was there is covered, so that a node can be drawn over itself.
    ctx.fillStyle = colours.of.paper;
    ctx.fillRect(x - 2, y - 2, w + 8, h + 8);
    ctx.globalAlpha = fade;
  }
  if (scale < withBox) {
    ctx.fillStyle = colour;
    ctx.fillRect(x, y, Math.max(w, 1 / scale), Math.max(h, 1 / scale));
    ctx.globalAlpha = 1;
    return;
  }
  ctx.fillStyle = colours.of.box;
  ctx.strokeStyle = colour;
  ctx.lineWidth = Math.max(state?.crit ? 3 : 1.5, 1 / scale);
  ctx.setLineDash(look === "absent" ? dashed : solid);
  const radius = node.kind === "cronjob" ? h / 2 : 6;
  if (state && !state.s) box(ctx, x + 4, y + 4, w, h, radius);
  box(ctx, x, y, w, h, radius);
  ctx.setLineDash(solid);
  if (scale < withText) {
    // A strip tells the state where there is no room for the word.
    ctx.save();
    ctx.clip();
    ctx.fillStyle = colour;
    ctx.fillRect(x, y, strip, h);
    ctx.restore();
    ctx.fillStyle = colours.of.paper;
    sign(ctx, state?.sign, x + strip / 2, y + h / 2);
    if (scale >= withName) nameAlone(ctx, x, y, w, h, nameOf(node.label, state), colours, scale);
  } else {
    ctx.fillStyle = colour;
    sign(ctx, state?.sign, x + 18, y + h / 2);
    texts(ctx, x, y, w, h, nameOf(node.label, state), state?.text ?? state?.s ?? "", node.when, !!state?.size, colours);
    if (state?.size) bar(ctx, x, y, w, h, state, colours);
  }
  ctx.globalAlpha = 1;
}

function box(ctx: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, radius: number): void {
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, radius);
  ctx.fill();
  ctx.stroke();
}

function sign(ctx: CanvasRenderingContext2D, text: string | undefined, x: number, y: number): void {
  if (!text) return;
  ctx.font = signFont;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, x, y + 1);
}

function texts(ctx: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, name: string, below: string, when: string | undefined, hasBar: boolean, colours: Colours): void {
  const top = y + h / 2 - (when ? 3 : 2) * 8 + 12 - (hasBar ? 5 : 0), room = w - 40;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.font = nameFont;
  ctx.fillStyle = colours.of.ink;
  ctx.fillText(cut(name, room, 13), x + 36, top);
  ctx.font = smallFont;
  ctx.fillStyle = colours.of.soft;
  ctx.fillText(cut(below, room, 11), x + 36, top + 16);
  if (when) ctx.fillText(cut("if " + when, room, 11), x + 36, top + 32);
}

// nameAlone writes the name as small as can be read, without the namespace if there is no room for it.
function nameAlone(ctx: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, name: string, colours: Colours, scale: number): void {
  const size = Math.min(readable / scale, h * 0.7), room = w - strip - 8;
  const short = name.length * size * letter > room ? name.slice(name.lastIndexOf("/") + 1) : name;
  ctx.font = `600 ${size}px ${mono}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillStyle = colours.of.ink;
  ctx.fillText(cut(short, room, size), x + strip + 4, y + h / 2 + 1);
}

function bar(ctx: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, state: NodeState, colours: Colours): void {
  const room = w - 48, left = x + 36, top = y + h - 11, done = (room * (state.done ?? 0)) / state.size!, failed = (room * (state.failed ?? 0)) / state.size!;
  ctx.fillStyle = colours.of.rest;
  ctx.fillRect(left, top, room, 4);
  ctx.fillStyle = colours.of.good;
  ctx.fillRect(left, top, done, 4);
  ctx.fillStyle = colours.of.bad;
  ctx.fillRect(left + done, top, failed, 4);
}
