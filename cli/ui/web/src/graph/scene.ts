// A laid out graph in flat arrays, with an index of what lies where and of what is
// beside what. It is made once for a layout; what is asked at each frame allocates nothing.
import type { Graph } from "../model";
import { Grid } from "./grid";

// mostEntries is about how many entries the index of edges has at most.
const mostEntries = 400_000;

export class Scene {
  readonly nodes: number;
  readonly edges: number;
  readonly x: Float32Array; readonly y: Float32Array; readonly w: Float32Array; readonly h: Float32Array;
  readonly from: Uint32Array; readonly to: Uint32Array;
  // The points of edge e are x and y in points, from at[e] to at[e + 1].
  readonly at: Uint32Array; readonly points: Float32Array;
  readonly byId = new Map<string, number>();
  private readonly nodeGrid: Grid;
  private readonly edgeGrid: Grid;
  // in and out of a node are its edges, by index.
  private readonly outAt: Uint32Array; private readonly outs: Uint32Array;
  private readonly inAt: Uint32Array; private readonly ins: Uint32Array;
  // What the last question found: indexes, as many as it returned.
  readonly found: Uint32Array;

  constructor(readonly graph: Graph) {
    const n = (this.nodes = graph.nodes.length), m = (this.edges = graph.edges.length);
    this.x = new Float32Array(n); this.y = new Float32Array(n); this.w = new Float32Array(n); this.h = new Float32Array(n);
    graph.nodes.forEach((node, i) => {
      this.x[i] = node.x; this.y[i] = node.y; this.w[i] = node.w; this.h[i] = node.h;
      this.byId.set(node.id, i);
    });
    this.from = Uint32Array.from(graph.edges, (e) => e.f);
    this.to = Uint32Array.from(graph.edges, (e) => e.t);
    this.at = new Uint32Array(m + 1);
    graph.edges.forEach((e, k) => { this.at[k + 1] = this.at[k] + e.p.length; });
    this.points = new Float32Array(this.at[m]);
    graph.edges.forEach((e, k) => this.points.set(e.p, this.at[k]));
    this.found = new Uint32Array(Math.max(n, m));
    // A fan of 10,000 has edges of millions of pixels; the cells must be so large that these are in few.
    let length = 0;
    for (let k = 2; k + 1 < this.points.length; k += 2) length += Math.abs(this.points[k] - this.points[k - 2]) + Math.abs(this.points[k + 1] - this.points[k - 1]);
    const cell = Math.max(256, Math.sqrt((graph.width * graph.height) / 16384), length / mostEntries);
    this.nodeGrid = new Grid(graph, cell, n, (put) => {
      for (let i = 0; i < n; i++) put(i, this.x[i], this.y[i], this.x[i] + this.w[i], this.y[i] + this.h[i]);
    });
    this.edgeGrid = new Grid(graph, cell, m, (put) => {
      for (let e = 0; e < m; e++) {
        for (let p = this.at[e]; p + 3 < this.at[e + 1]; p += 2) {
          const ax = this.points[p], ay = this.points[p + 1], bx = this.points[p + 2], by = this.points[p + 3];
          put(e, Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by));
        }
      }
    });
    [this.outAt, this.outs] = grouped(this.from, n);
    [this.inAt, this.ins] = grouped(this.to, n);
  }

  // nodesIn puts the nodes of a rectangle into found, and returns how many.
  nodesIn(x0: number, y0: number, x1: number, y1: number): number { return this.nodeGrid.ask(x0, y0, x1, y1, this.found); }
  // edgesIn does so with edges; some may only be near.
  edgesIn(x0: number, y0: number, x1: number, y1: number): number { return this.edgeGrid.ask(x0, y0, x1, y1, this.found); }

  // nodeAt returns the node at a point, or -1.
  nodeAt(x: number, y: number, slack: number): number {
    const many = this.nodesIn(x - slack, y - slack, x + slack, y + slack);
    for (let k = 0; k < many; k++) {
      const i = this.found[k];
      if (x >= this.x[i] - slack && x <= this.x[i] + this.w[i] + slack && y >= this.y[i] - slack && y <= this.y[i] + this.h[i] + slack) return i;
    }
    return -1;
  }

  // nearest returns the node whose middle is nearest to a point, and that "fits"; or -1.
  nearest(x: number, y: number, fits: (i: number) => boolean): number {
    let best = -1, distance = Infinity;
    for (let i = 0; i < this.nodes; i++) {
      const d = Math.hypot(this.x[i] + this.w[i] / 2 - x, this.y[i] + this.h[i] / 2 - y);
      if (d < distance && fits(i)) { best = i; distance = d; }
    }
    return best;
  }

  // reach returns all that a node waits for, all that waits for it, and the edges between them, the nearest first.
  reach(start: number): { nodes: Set<number>; edges: Set<number> } {
    const before = this.walk(start, this.inAt, this.ins, this.from), after = this.walk(start, this.outAt, this.outs, this.to);
    const edges = new Set<number>();
    for (let k = 0; k < Math.max(before.edges.length, after.edges.length); k++) {
      if (k < before.edges.length) edges.add(before.edges[k]);
      if (k < after.edges.length) edges.add(after.edges[k]);
    }
    return { nodes: new Set([...before.nodes, ...after.nodes]), edges };
  }

  private walk(start: number, at: Uint32Array, list: Uint32Array, other: Uint32Array): { nodes: Set<number>; edges: number[] } {
    // A set may grow while it is gone through, and is in the order in which it has grown.
    const nodes = new Set([start]), edges: number[] = [];
    for (const i of nodes) {
      for (let k = at[i]; k < at[i + 1]; k++) {
        edges.push(list[k]);
        nodes.add(other[list[k]]);
      }
    }
    return { nodes, edges };
  }
}

// grouped returns for each node the indexes of its edges, one list after the other.
function grouped(ends: Uint32Array, n: number): [Uint32Array, Uint32Array] {
  const at = new Uint32Array(n + 1), list = new Uint32Array(ends.length);
  for (const end of ends) at[end + 1]++;
  for (let i = 0; i < n; i++) at[i + 1] += at[i];
  const next = at.slice();
  ends.forEach((end, e) => { list[next[end]++] = e; });
  return [at, list];
}
