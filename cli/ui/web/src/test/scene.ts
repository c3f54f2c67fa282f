// The index of the graph, against looking at everything.
import { Camera } from "../graph/camera";
import { styleOf } from "../graph/edges";
import { Raster } from "../graph/raster";
import { Scene } from "../graph/scene";
import type { Graph } from "../model";
import { equal, random, test } from "./harness";

function graphOf(seed: number): Graph {
  const next = random(seed), at = (most: number) => Math.floor(next() * most), graph: Graph = { width: 5000, height: 3000, nodes: [], edges: [] };
  for (let i = 0; i < 200; i++) graph.nodes.push({ id: `n/${i}`, kind: "job", label: `${i}`, ns: "n", x: at(4900), y: at(2950), w: 96, h: 44 });
  for (let e = 0; e < 300; e++) {
    const f = at(199), t = f + 1 + at(199 - f), a = graph.nodes[f], b = graph.nodes[t], x = at(5000);
    graph.edges.push({ f, t, p: [a.x, a.y, x, a.y, x, b.y, b.x, b.y] });
  }
  return graph;
}

const sorted = (list: Iterable<number>) => [...list].sort((a, b) => a - b);

test("a rectangle has all nodes that touch it, each once", () => {
  const graph = graphOf(1), scene = new Scene(graph), next = random(2);
  for (let k = 0; k < 50; k++) {
    const x = next() * 5000, y = next() * 3000, r = x + next() * 900, b = y + next() * 900;
    const got = [...scene.found.slice(0, scene.nodesIn(x, y, r, b))];
    equal(new Set(got).size, got.length);
    const missing = graph.nodes.flatMap((n, i) => (n.x <= r && n.x + n.w >= x && n.y <= b && n.y + n.h >= y && !got.includes(i) ? [i] : []));
    equal(missing, []);
  }
});
test("a rectangle has all edges that pass through it", () => {
  const graph = graphOf(3), scene = new Scene(graph), next = random(4);
  for (let k = 0; k < 50; k++) {
    const x = next() * 5000, y = next() * 3000, r = x + 300, b = y + 300;
    const got = new Set(scene.found.slice(0, scene.edgesIn(x, y, r, b)));
    const missing = graph.edges.flatMap(({ p }, e) => {
      for (let q = 0; q + 3 < p.length; q += 2) {
        const passes = Math.min(p[q], p[q + 2]) <= r && Math.max(p[q], p[q + 2]) >= x && Math.min(p[q + 1], p[q + 3]) <= b && Math.max(p[q + 1], p[q + 3]) >= y;
        if (passes) return got.has(e) ? [] : [e];
      }
      return [];
    });
    equal(missing, []);
  }
});
test("the node under a point is found", () => {
  const scene = new Scene({ width: 300, height: 100, nodes: [{ id: "a", kind: "job", label: "a", ns: "", x: 10, y: 10, w: 96, h: 44 }], edges: [] });
  equal([scene.nodeAt(50, 30, 0), scene.nodeAt(200, 30, 0), scene.nodeAt(108, 30, 3)], [0, -1, 0]);
});
test("what waits goes both ways, and not sideways", () => {
  const node = (id: string) => ({ id, kind: "job", label: id, ns: "", x: 0, y: 0, w: 1, h: 1 }), p = [0, 0, 1, 1];
  // a -> b -> c, a -> d, e -> c
  const scene = new Scene({ width: 9, height: 9, nodes: ["a", "b", "c", "d", "e"].map(node), edges: [{ f: 0, t: 1, p }, { f: 1, t: 2, p }, { f: 0, t: 3, p }, { f: 4, t: 2, p }] });
  const reach = scene.reach(1);
  equal([sorted(reach.nodes), sorted(reach.edges)], [[0, 1, 2], [0, 1]]);
});
test("a circle ends", () => {
  const node = (id: string) => ({ id, kind: "job", label: id, ns: "", x: 0, y: 0, w: 1, h: 1 }), p = [0, 0, 1, 1];
  const scene = new Scene({ width: 9, height: 9, nodes: ["a", "b"].map(node), edges: [{ f: 0, t: 1, p }, { f: 1, t: 0, p }] });
  equal(sorted(scene.reach(0).edges), [0, 1]);
});
test("zooming keeps the point under the pointer", () => {
  const camera = new Camera();
  camera.width = 800; camera.height = 600;
  camera.fit(4000, 900);
  const before = camera.toWorld(123, 456);
  camera.zoom(1.7, 123, 456);
  equal(camera.toWorld(123, 456).map(Math.round), before.map(Math.round));
});
test("lines are cut at the sides of a tile", () => {
  const raster = new Raster(8), dark = () => { let n = 0; for (let i = 0; i < raster.image.data.length; i += 4) if (raster.image.data[i] < 128) n++; return n; };
  const cases: [number, number, number, number, number][] = [[-1e6, 3, 1e6, 3, 8], [3, 5, 3, 1e7, 3], [-50, -50, 50, 50, 8], [20, 0, 20, 8, 0], [0, -4, 8, -4, 0]];
  for (const [x0, y0, x1, y1, want] of cases) {
    raster.clear(0xffffff);
    raster.line(x0, y0, x1, y1, 0, 1);
    equal(dark(), want);
  }
});
test("the longest way lies over all, also where it is never true", () => equal([0, 4, 2, 1, 3, 5].map(styleOf), [1, 0, 2, 3, 4, 3]));
