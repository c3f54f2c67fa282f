// Keeps the picture in square tiles, as maps on the web do: while the reader moves, what
// was painted is only copied, and a few tiles that come into sight are painted a frame.
import { around, paintNode, paintTile, type Painting } from "./painter";
import { Raster } from "./raster";

const size = 256, mostTiles = 220, patience = 9, mostPatience = 120, slowFrame = 24;

interface Tile { i: number; j: number; ctx: CanvasRenderingContext2D; stale: boolean; used: number }

// Level is the tiles of one scale, in pixels of the screen.
interface Level { scale: number; tiles: Map<number, Tile> }

function ordered(a: number, b: number): [number, number] { return a < b ? [a, b] : [b, a]; }

function keyOf(i: number, j: number): number { return i * 1e7 + j; }

export class Tiles {
  private level: Level = { scale: 0, tiles: new Map() };
  // before is the last level that had something to show; it stands in while the next is painted.
  private before: Level | null = null;
  private readonly raster = new Raster(size);
  private readonly spare: CanvasRenderingContext2D[] = [];
  private frame = 0;
  private allowed = 8;
  private last = 0;
  // bare says that there is nothing to show meanwhile: one late frame is better than a flash.
  private bare = true;

  // forget drops all tiles: another layout, other colours or another filter. With keep, the
  // old ones are shown until there are new ones.
  forget(keep: boolean): void {
    if (keep) {
      for (const tile of this.level.tiles.values()) tile.stale = true;
      return;
    }
    this.drop(this.level);
    if (this.before) this.drop(this.before);
    this.before = null;
    this.bare = true;
  }

  private drop(level: Level): void {
    for (const tile of level.tiles.values()) if (this.spare.length < 64) this.spare.push(tile.ctx);
    level.tiles.clear();
  }

  // repaint paints nodes over what the tiles have of them. The tiles of edges, and of nodes with another
  // outline, are painted again as a whole.
  repaint(p: Painting, nodes: Iterable<[number, boolean]>, edges: Iterable<number>, dpr: number): void {
    const { scale, tiles } = this.level, s = p.scene;
    for (const e of edges) {
      for (let k = s.at[e]; k + 3 < s.at[e + 1]; k += 2) {
        const [ax, bx] = ordered(s.points[k], s.points[k + 2]), [ay, by] = ordered(s.points[k + 1], s.points[k + 3]);
        this.each(ax - around, ay - around, bx + around, by + around, (tile) => { tile.stale = true; });
      }
    }
    if (tiles.size) {
      for (const [i, outline] of nodes) {
        this.each(s.x[i] - 4, s.y[i] - 4, s.x[i] + s.w[i] + 8, s.y[i] + s.h[i] + 8, (tile) => {
          if (outline) tile.stale = true;
          else paintNode(tile.ctx, p, i, tile.i * size, tile.j * size, scale, dpr);
        });
      }
    }
  }

  private each(x0: number, y0: number, x1: number, y1: number, act: (tile: Tile) => void): void {
    const { scale, tiles } = this.level, f = scale / size;
    const i0 = Math.floor(x0 * f), i1 = Math.floor(x1 * f), j0 = Math.floor(y0 * f), j1 = Math.floor(y1 * f);
    if ((i1 - i0 + 1) * (j1 - j0 + 1) > tiles.size) {
      for (const tile of tiles.values()) if (tile.i >= i0 && tile.i <= i1 && tile.j >= j0 && tile.j <= j1) act(tile);
      return;
    }
    for (let j = j0; j <= j1; j++) for (let i = i0; i <= i1; i++) {
      const tile = tiles.get(keyOf(i, j));
      if (tile) act(tile);
    }
  }

  // draw shows the graph with the point left, top of the plane (in pixels at this scale) at the
  // upper left. It returns whether there is more to paint, in another frame.
  draw(ctx: CanvasRenderingContext2D, p: Painting, left: number, top: number, scale: number, dpr: number): boolean {
    const began = performance.now();
    this.frame++;
    // A frame that came late had too much to paint.
    if (began - this.last < 200) this.allowed = began - this.last > slowFrame ? Math.max(1, this.allowed >> 1) : Math.min(32, this.allowed + 1);
    this.last = began;
    if (scale !== this.level.scale) this.turnTo(scale);
    const width = ctx.canvas.width, height = ctx.canvas.height;
    const lastI = Math.floor((p.scene.graph.width * scale) / size), lastJ = Math.floor((p.scene.graph.height * scale) / size);
    const i0 = Math.max(0, Math.floor(left / size)), j0 = Math.max(0, Math.floor(top / size));
    const i1 = Math.min(lastI, Math.floor((left + width - 1) / size)), j1 = Math.min(lastJ, Math.floor((top + height - 1) / size));
    let missing = 0, painted = 0, more = false;
    for (let j = j0; j <= j1; j++) for (let i = i0; i <= i1; i++) {
      let tile = this.level.tiles.get(keyOf(i, j));
      if (tile) tile.used = this.frame;
      if (tile && !tile.stale) continue;
      const spent = performance.now() - began;
      if (this.bare ? spent > mostPatience : painted >= this.allowed || (painted > 0 && spent > patience)) {
        more = true;
        if (!tile) missing++;
        continue;
      }
      tile ??= this.add(i, j);
      paintTile(tile.ctx, this.raster, p, i * size, j * size, scale, dpr);
      tile.stale = false;
      painted++;
    }
    this.bare = false;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.fillStyle = p.colours.of.paper;
    ctx.fillRect(0, 0, width, height);
    if (missing && this.before) this.copyScaled(ctx, this.before, left, top, scale);
    for (let j = j0; j <= j1; j++) for (let i = i0; i <= i1; i++) {
      const tile = this.level.tiles.get(keyOf(i, j));
      if (tile) ctx.drawImage(tile.ctx.canvas, i * size - left, j * size - top);
    }
    if (!missing && this.before) {
      this.drop(this.before);
      this.before = null;
    }
    if (this.level.tiles.size > mostTiles) this.evict();
    return more;
  }

  private turnTo(scale: number): void {
    // While zooming goes on, the level that had the most stands in for all that follow.
    if (!this.before || this.level.tiles.size >= this.before.tiles.size) {
      if (this.before) this.drop(this.before);
      this.before = this.level;
    } else {
      this.drop(this.level);
    }
    this.level = { scale, tiles: new Map() };
  }

  private copyScaled(ctx: CanvasRenderingContext2D, level: Level, left: number, top: number, scale: number): void {
    const side = (size * scale) / level.scale;
    for (const tile of level.tiles.values()) {
      const x = tile.i * side - left, y = tile.j * side - top;
      if (x < ctx.canvas.width && y < ctx.canvas.height && x + side > 0 && y + side > 0) ctx.drawImage(tile.ctx.canvas, x, y, side, side);
    }
  }

  private add(i: number, j: number): Tile {
    let ctx = this.spare.pop();
    if (!ctx) {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = size;
      ctx = canvas.getContext("2d", { alpha: false })!;
    }
    const tile = { i, j, ctx, stale: true, used: this.frame };
    this.level.tiles.set(keyOf(i, j), tile);
    return tile;
  }

  private evict(): void {
    const oldest = [...this.level.tiles].sort((a, b) => a[1].used - b[1].used).slice(0, this.level.tiles.size - mostTiles + 40);
    for (const [key, tile] of oldest) {
      if (tile.used === this.frame) return;
      this.level.tiles.delete(key);
      if (this.spare.length < 64) this.spare.push(tile.ctx);
    }
  }
}
