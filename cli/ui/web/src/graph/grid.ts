// Which items touch which cell of a plane: an index that is made once and asked at each frame.

type Put = (item: number, x0: number, y0: number, x1: number, y1: number) => void;

// Grid knows which items touch which cell of a plane.
export class Grid {
  private readonly columns: number; private readonly rows: number;
  private readonly at: Uint32Array; private readonly items: Uint32Array;
  private readonly seen: Uint32Array; private question = 0;

  constructor(plane: { width: number; height: number }, private readonly cell: number, items: number, each: (put: Put) => void) {
    this.columns = Math.max(1, Math.ceil(plane.width / cell));
    this.rows = Math.max(1, Math.ceil(plane.height / cell));
    const at = new Uint32Array(this.columns * this.rows + 1);
    each((_, x0, y0, x1, y1) => this.cells(x0, y0, x1, y1, (c) => { at[c + 1]++; }));
    for (let c = 0; c < at.length - 1; c++) at[c + 1] += at[c];
    const next = at.slice(), list = new Uint32Array(at[at.length - 1]);
    each((item, x0, y0, x1, y1) => this.cells(x0, y0, x1, y1, (c) => { list[next[c]++] = item; }));
    this.at = at;
    this.items = list;
    this.seen = new Uint32Array(items);
  }

  private column(x: number): number { return Math.min(this.columns - 1, Math.max(0, Math.floor(x / this.cell))); }
  private row(y: number): number { return Math.min(this.rows - 1, Math.max(0, Math.floor(y / this.cell))); }

  private cells(x0: number, y0: number, x1: number, y1: number, visit: (cell: number) => void): void {
    for (let r = this.row(y0); r <= this.row(y1); r++) for (let c = this.column(x0); c <= this.column(x1); c++) visit(r * this.columns + c);
  }

  // ask puts the items of the cells that a rectangle touches into found, each once, and returns how many.
  ask(x0: number, y0: number, x1: number, y1: number, found: Uint32Array): number {
    this.question++;
    let many = 0;
    for (let r = this.row(y0); r <= this.row(y1); r++) {
      const from = this.at[r * this.columns + this.column(x0)], to = this.at[r * this.columns + this.column(x1) + 1];
      for (let k = from; k < to; k++) {
        const item = this.items[k];
        if (this.seen[item] === this.question) continue;
        this.seen[item] = this.question;
        found[many++] = item;
      }
    }
    return many;
  }
}
