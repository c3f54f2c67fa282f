// Draws many thin lines into pixels. From afar, there are thousands of edges in each
// tile, and a canvas would take longer than a frame to stroke them.

export class Raster {
  readonly image: ImageData;
  private readonly data: Uint8ClampedArray;

  constructor(readonly size: number) {
    this.image = new ImageData(size, size);
    this.data = this.image.data;
  }

  clear(colour: number): void {
    // Red, green, blue and alpha lie in memory in this order on all machines that browsers run on.
    const swapped = (0xff << 24) | ((colour & 0xff) << 16) | (colour & 0xff00) | (colour >> 16);
    new Uint32Array(this.data.buffer).fill(swapped);
  }

  private blend(at: number, r: number, g: number, b: number, cover: number): void {
    const d = this.data;
    d[at] += (r - d[at]) * cover;
    d[at + 1] += (g - d[at + 1]) * cover;
    d[at + 2] += (b - d[at + 2]) * cover;
  }

  // line draws from one point to another, in pixels; cover is how much of what is below it hides.
  line(x0: number, y0: number, x1: number, y1: number, colour: number, cover: number): void {
    const r = colour >> 16, g = (colour >> 8) & 0xff, b = colour & 0xff, size = this.size;
    if (Math.abs(y0 - y1) < 0.5) {
      const y = Math.floor(y0);
      if (y < 0 || y >= size) return;
      const to = Math.min(size - 1, Math.floor(Math.max(x0, x1)));
      for (let x = Math.max(0, Math.floor(Math.min(x0, x1))); x <= to; x++) this.blend((y * size + x) * 4, r, g, b, cover);
    } else if (Math.abs(x0 - x1) < 0.5) {
      const x = Math.floor(x0);
      if (x < 0 || x >= size) return;
      const to = Math.min(size - 1, Math.floor(Math.max(y0, y1)));
      for (let y = Math.max(0, Math.floor(Math.min(y0, y1))); y <= to; y++) this.blend((y * size + x) * 4, r, g, b, cover);
    } else {
      this.slanted(x0, y0, x1, y1, r, g, b, cover);
    }
  }

  private slanted(x0: number, y0: number, x1: number, y1: number, r: number, g: number, b: number, cover: number): void {
    const size = this.size, steps = Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)));
    const dx = (x1 - x0) / steps, dy = (y1 - y0) / steps;
    // Only the steps inside, along the axis that can be far outside.
    let first = 0, last = steps;
    for (const [p, d] of [[x0, dx], [y0, dy]]) {
      if (d === 0) continue;
      const a = -p / d, z = (size - p) / d;
      first = Math.max(first, Math.floor(Math.min(a, z)));
      last = Math.min(last, Math.ceil(Math.max(a, z)));
    }
    for (let k = first; k <= last; k++) {
      const x = Math.floor(x0 + dx * k), y = Math.floor(y0 + dy * k);
      if (x >= 0 && y >= 0 && x < size && y < size) this.blend((y * size + x) * 4, r, g, b, cover);
    }
  }
}
