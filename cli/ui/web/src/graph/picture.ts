// The graph on its canvas: it puts scene, tiles, minimap and hands together, and draws a
// frame only when something is another than before.
import type { Graph, NodeState } from "../model";
import { Camera } from "./camera";
import { readColours } from "./colours";
import { Minimap } from "./minimap";
import { labelEdges } from "./edges";
import { drawNode, withText } from "./nodes";
import { paintSome, type Painting } from "./painter";
import { Scene } from "./scene";
import { Tiles } from "./tiles";

const empty: Graph = { width: 1, height: 1, nodes: [], edges: [] };

// Below tooSmall nothing can be told of a graph.
const tooSmall = 0.03;

// dim is how much of the picture is left while what waits for one node is shown.
const dim = 0.22;

// outlineOf tells outlines apart that do not cover one another.
function outlineOf(state: NodeState): string { return `${state.crit ?? false} ${state.s === ""} ${state.look === "absent"}`; }

export class Picture {
  readonly camera = new Camera();
  private readonly ctx: CanvasRenderingContext2D;
  private readonly tiles = new Tiles();
  readonly minimap: Minimap;
  private readonly dpr = Math.min(3, window.devicePixelRatio || 1);
  private painting: Painting = { scene: new Scene(empty), states: [], looks: [], colours: readColours(), faded: null };
  private picked = "";
  private pointed = -1;
  private reach: { nodes: Set<number>; edges: Uint32Array } | null = null;
  private waits = 0;
  private fitted = false;
  // nodesTurned are to be painted again; true where the outline is not the one before.
  private readonly nodesTurned = new Map<number, boolean>();
  private outlines: string[] = [];
  private readonly edgesTurned = new Set<number>();

  constructor(private readonly canvas: HTMLCanvasElement, small: HTMLCanvasElement) {
    this.ctx = canvas.getContext("2d", { alpha: false })!;
    this.minimap = new Minimap(small, this.dpr);
  }

  get scene(): Scene { return this.painting.scene; }
  stateOf(i: number): NodeState | undefined { return this.painting.states[i]; }

  resize(width: number, height: number): void {
    this.canvas.width = Math.round(width * this.dpr);
    this.canvas.height = Math.round(height * this.dpr);
    const was = this.scene.byId.get(this.picked), seen = was !== undefined && this.onScreen(was);
    this.camera.width = width;
    this.camera.height = height;
    if (!this.fitted) this.begin();
    else if (seen && !this.onScreen(was)) this.centre(this.scene.x[was] + this.scene.w[was] / 2, this.scene.y[was] + this.scene.h[was] / 2);
    // Changing its size has emptied the canvas.
    this.frame();
  }

  // show takes another layout. What the reader looks at stays where it is on the screen.
  show(graph: Graph | null, states: NodeState[], looks: number[]): void {
    const old = this.scene, next = graph === old.graph ? old : new Scene(graph ?? empty), { camera } = this;
    if (next !== old && this.fitted && old.nodes) {
      const anchor = this.anchor(old, next);
      if (anchor >= 0) {
        const now = next.byId.get(old.graph.nodes[anchor].id)!;
        camera.x += next.x[now] + next.w[now] / 2 - (old.x[anchor] + old.w[anchor] / 2);
        camera.y += next.y[now] + next.h[now] / 2 - (old.y[anchor] + old.h[anchor] / 2);
      } else {
        this.fitted = false;
      }
    }
    this.painting = { ...this.painting, scene: next, states, looks, faded: null };
    this.outlines = states.map(outlineOf);
    this.point(-1);
    this.forget(false);
    if (!this.fitted) this.begin();
  }

  // anchor returns the node that stays in place: the selected one if it is on the screen, or the one nearest to the middle.
  private anchor(old: Scene, next: Scene): number {
    const picked = old.byId.get(this.picked) ?? -1;
    if (picked >= 0 && next.byId.has(this.picked) && this.onScreen(picked)) return picked;
    return old.nearest(...this.camera.toWorld(this.camera.width / 2, this.camera.height / 2), (i) => next.byId.has(old.graph.nodes[i].id));
  }

  private onScreen(i: number): boolean {
    const { scene, camera } = this, [x1, y1] = camera.toWorld(camera.width, camera.height);
    const x = scene.x[i] + scene.w[i] / 2, y = scene.y[i] + scene.h[i] / 2;
    return x > camera.x && x < x1 && y > camera.y && y < y1;
  }

  // turn says that nodes and edges look otherwise; they are painted with the next frame.
  turn(states: NodeState[], looks: number[], nodes: number[], edges: number[]): void {
    this.painting.states = states;
    this.painting.looks = looks;
    for (const i of nodes) {
      const outline = outlineOf(states[i]);
      this.nodesTurned.set(i, this.nodesTurned.get(i) || outline !== this.outlines[i]);
      this.outlines[i] = outline;
    }
    for (const e of edges) this.edgesTurned.add(e);
    if (nodes.length || edges.length) this.draw();
  }

  fade(faded: Uint8Array | null): void {
    if (!faded && !this.painting.faded) return;
    this.painting.faded = faded;
    this.forget(true);
  }

  recolour(): void {
    this.painting.colours = readColours();
    this.forget(false);
  }

  private forget(keep: boolean): void {
    this.tiles.forget(keep);
    this.minimap.forget();
    this.draw();
  }

  fit(): void {
    if (this.camera.width < 2 || !this.scene.nodes) return;
    this.camera.fit(this.scene.graph.width, this.scene.graph.height, this.camera.width < 600 ? 80 : 40);
    this.fitted = true;
    this.draw();
  }

  // begin shows all of it, or where it is so long that nothing could be told: where it stands.
  private begin(): void {
    this.fit();
    if (!this.fitted || this.camera.scale >= tooSmall) return;
    const { camera, scene: s } = this, first = (look: string) => this.painting.states.findIndex((state) => state.look === look);
    const i = Math.max(0, first("busy") < 0 ? first("bad") : first("busy"));
    camera.scale = Math.min(1, Math.max(tooSmall, Math.max(camera.width / s.graph.width, camera.height / s.graph.height)));
    camera.centre(s.x[i] + s.w[i] / 2, s.y[i] + s.h[i] / 2);
    camera.fill(s.graph.width, s.graph.height);
  }

  move(dx: number, dy: number): void { this.camera.move(dx, dy); this.moved(); }
  zoom(by: number, x?: number, y?: number): void { this.camera.zoom(by, x, y); this.moved(); }
  centre(x: number, y: number): void { this.camera.centre(x, y); this.moved(); }

  private moved(): void {
    this.camera.keepIn(this.scene.graph.width, this.scene.graph.height);
    this.draw();
  }

  nodeAt(sx: number, sy: number): number {
    return this.scene.nodeAt(...this.camera.toWorld(sx, sy), 3 / this.camera.scale);
  }

  // point shows what a node waits for and what waits for it, and dims the rest; -1 ends that.
  point(i: number): void {
    if (i === this.pointed) return;
    this.pointed = i;
    const reach = i < 0 ? null : this.scene.reach(i);
    this.reach = reach && { nodes: reach.nodes, edges: Uint32Array.from(reach.edges) };
    this.draw();
  }

  // pick marks the selected node; with show it is brought onto the screen.
  pick(id: string, show: boolean): void {
    this.picked = id;
    const i = this.scene.byId.get(id);
    if (show && i !== undefined && !this.onScreen(i)) {
      this.camera.scale = Math.max(this.camera.scale, 0.6);
      this.camera.centre(this.scene.x[i] + this.scene.w[i] / 2, this.scene.y[i] + this.scene.h[i] / 2);
    }
    this.draw();
  }

  draw(): void { this.waits ||= requestAnimationFrame(() => this.frame()); }

  private frame(): void {
    cancelAnimationFrame(this.waits);
    this.waits = 0;
    const { painting: p, camera, ctx, dpr } = this, scale = camera.scale * dpr;
    if (this.nodesTurned.size || this.edgesTurned.size) {
      this.tiles.repaint(p, this.nodesTurned, this.edgesTurned, dpr);
      for (const i of this.nodesTurned.keys()) this.minimap.turn(p, i);
      this.nodesTurned.clear();
      this.edgesTurned.clear();
    }
    if (!p.scene.nodes) {
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.fillStyle = p.colours.of.paper;
      ctx.fillRect(0, 0, ctx.canvas.width, ctx.canvas.height);
      return this.minimap.hide();
    }
    const left = Math.round(camera.x * scale), top = Math.round(camera.y * scale);
    const more = this.tiles.draw(ctx, p, left, top, scale, dpr);
    if (this.reach) {
      ctx.globalAlpha = 1 - dim;
      ctx.fillStyle = p.colours.of.paper;
      ctx.fillRect(0, 0, ctx.canvas.width, ctx.canvas.height);
      ctx.globalAlpha = 1;
      ctx.setTransform(scale, 0, 0, scale, -left, -top);
      const [r, b] = camera.toWorld(camera.width, camera.height);
      paintSome(ctx, p, this.reach.nodes, this.reach.edges, scale, dpr, { x: camera.x, y: camera.y, r, b });
      if (camera.scale >= withText) labelEdges(ctx, p.scene, this.pointed, p.colours);
    }
    const picked = p.scene.byId.get(this.picked);
    if (picked !== undefined) {
      ctx.setTransform(scale, 0, 0, scale, -left, -top);
      this.ring(picked);
    }
    this.minimap.draw(p, camera);
    if (more) this.draw();
  }

  private ring(i: number): void {
    const { ctx, painting: p, camera } = this, s = p.scene, wide = Math.max(3, 3 / camera.scale);
    drawNode(ctx, s, i, p.states[i], p.colours, camera.scale, false);
    ctx.strokeStyle = p.colours.of.busy;
    ctx.lineWidth = wide;
    ctx.beginPath();
    ctx.roundRect(s.x[i] - wide, s.y[i] - wide, s.w[i] + 2 * wide, s.h[i] + 2 * wide, 6 + wide);
    ctx.stroke();
  }

  stop(): void { cancelAnimationFrame(this.waits); }
}
