// The whole graph in a corner, with a frame around what is on the screen.
import type { Camera } from "./camera";
import type { Painting } from "./painter";

const width = 200, height = 130;

export class Minimap {
  private readonly ctx: CanvasRenderingContext2D;
  // picture has the nodes alone; it is renewed only when they change.
  private readonly picture = document.createElement("canvas");
  // How much smaller it is, across and down: what is very long is squeezed.
  private sx = 1;
  private sy = 1;
  private stale = true;

  constructor(readonly canvas: HTMLCanvasElement, private readonly dpr: number) {
    this.ctx = canvas.getContext("2d")!;
  }

  forget(): void { this.stale = true; }
  hide(): void { this.canvas.hidden = true; }

  // draw shows nothing when all of the graph is on the screen anyway.
  draw(p: Painting, camera: Camera): void {
    const g = p.scene.graph, all = camera.x <= 0 && camera.y <= 0 && camera.width / camera.scale >= g.width && camera.height / camera.scale >= g.height;
    this.canvas.hidden = all || p.scene.nodes < 2;
    if (this.canvas.hidden) return;
    if (this.stale) this.paint(p);
    const sx = this.sx * this.dpr, sy = this.sy * this.dpr, { ctx } = this;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(this.picture, 0, 0);
    ctx.strokeStyle = p.colours.of.ink;
    ctx.lineWidth = 1.5 * this.dpr;
    ctx.strokeRect(camera.x * sx, camera.y * sy, Math.max(3, (camera.width / camera.scale) * sx), Math.max(3, (camera.height / camera.scale) * sy));
  }

  private paint(p: Painting): void {
    const g = p.scene.graph;
    const scale = Math.min(width / g.width, height / g.height);
    const w = Math.max(40, Math.round(g.width * scale)), h = Math.max(30, Math.round(g.height * scale));
    this.sx = w / g.width;
    this.sy = h / g.height;
    this.canvas.style.width = w + "px";
    this.canvas.style.height = h + "px";
    this.canvas.width = this.picture.width = w * this.dpr;
    this.canvas.height = this.picture.height = h * this.dpr;
    const ctx = this.picture.getContext("2d")!;
    ctx.fillStyle = p.colours.of.box;
    ctx.globalAlpha = 1;
    ctx.fillRect(0, 0, this.picture.width, this.picture.height);
    this.stale = false;
    for (let i = 0; i < p.scene.nodes; i++) this.turn(p, i);
  }

  // turn draws one node as it stands now.
  turn(p: Painting, i: number): void {
    if (this.stale) return;
    const ctx = this.picture.getContext("2d")!, sx = this.sx * this.dpr, sy = this.sy * this.dpr;
    ctx.globalAlpha = p.faded?.[i] ? 0.2 : 1;
    ctx.fillStyle = p.colours.of[p.states[i]?.look ?? "idle"];
    ctx.fillRect(p.scene.x[i] * sx, p.scene.y[i] * sy, Math.max(1, p.scene.w[i] * sx), Math.max(1, p.scene.h[i] * sy));
  }

  // placeOf returns the point of the graph under a point of the minimap.
  placeOf(e: PointerEvent): [number, number] {
    const box = this.canvas.getBoundingClientRect();
    return [(e.clientX - box.left) / this.sx, (e.clientY - box.top) / this.sy];
  }
}
