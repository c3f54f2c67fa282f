// Where the reader looks: which point of the graph is at the upper left, and how large it is.

export const smallest = 0.0005, largest = 4, readable = 1;

export class Camera {
  x = 0; y = 0; scale = 1;
  width = 1; height = 1;

  toWorld(sx: number, sy: number): [number, number] { return [this.x + sx / this.scale, this.y + sy / this.scale]; }

  move(dx: number, dy: number): void {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
  }

  // zoom makes it larger by a factor, and keeps a point of the screen where it is.
  zoom(by: number, sx = this.width / 2, sy = this.height / 2): void {
    const [wx, wy] = this.toWorld(sx, sy);
    this.scale = Math.min(largest, Math.max(smallest, this.scale * by));
    this.x = wx - sx / this.scale;
    this.y = wy - sy / this.scale;
  }

  // fit shows all of a plane, though not larger than it is, below what covers the top of the screen.
  fit(width: number, height: number, top = 0): void {
    this.scale = Math.min(largest, Math.max(smallest, Math.min(this.width / width, (this.height - top) / height, readable)));
    this.x = (width - this.width / this.scale) / 2;
    this.y = (height - (this.height + top) / this.scale) / 2;
  }

  // centre brings a point into the middle.
  centre(x: number, y: number): void {
    this.x = x - this.width / this.scale / 2;
    this.y = y - this.height / this.scale / 2;
  }

  // keepIn holds some of a plane on the screen, so that nobody gets lost.
  keepIn(width: number, height: number): void {
    const roomX = (this.width / this.scale) * 0.8, roomY = (this.height / this.scale) * 0.8;
    this.x = Math.min(Math.max(this.x, -roomX), Math.max(width - this.width / this.scale + roomX, -roomX));
    this.y = Math.min(Math.max(this.y, -roomY), Math.max(height - this.height / this.scale + roomY, -roomY));
  }

  // fill leaves no room beside a plane that is larger than the screen, and puts a smaller one into the middle.
  fill(width: number, height: number): void {
    const w = this.width / this.scale, h = this.height / this.scale;
    this.x = w >= width ? (width - w) / 2 : Math.min(Math.max(this.x, 0), width - w);
    this.y = h >= height ? (height - h) / 2 : Math.min(Math.max(this.y, 0), height - h);
  }
}
