// Draws edges from afar, where only many of them together can be seen.
import type { Colours } from "./colours";
import { isFaded, styleOf, styles, type Some } from "./edges";
import type { Raster } from "./raster";
import type { Scene } from "./scene";

const enough = 8;

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
