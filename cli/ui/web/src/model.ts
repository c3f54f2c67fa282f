// What the server sends, and how a delta changes what is known. The names are
// those of cli/ui; nothing here knows what a state means.

export interface Row {
  id: string; ns: string; name: string; kind: string; state: string;
  run?: string; step?: string;
  done?: number; size?: number; failed?: number;
  message?: string; waits?: string[]; blocked?: string[];
  created?: number; started?: number; ended?: number;
  labels?: Record<string, string>; array?: boolean;
}

export interface Node {
  id: string; kind: string; label: string; ns: string;
  x: number; y: number; w: number; h: number;
  members?: string[]; when?: string;
}

// Edge goes from node f to node t; p is x, y, x, y, … with the arrow at the end.
export interface Edge { f: number; t: number; p: number[]; c?: string }

export interface Graph { width: number; height: number; nodes: Node[]; edges: Edge[]; tooLarge?: string }

export interface NodeState {
  s: string; look: string; sign: string; text?: string;
  counts?: Record<string, number>;
  done?: number; size?: number; failed?: number; crit?: boolean;
}

// The bits of how an edge looks.
export const LONGEST = 1, NEVER = 2, TRUE = 4;

export interface Snapshot {
  seq: number; now: number; rows: Row[]; graph: Graph | null;
  states: NodeState[]; looks: number[]; counts: Record<string, number>;
  end: number; unknown: number; notes: string[];
}

export interface Delta {
  seq: number; now: number; rows?: Row[]; gone?: string[]; graph?: Graph | null;
  allStates?: NodeState[]; states?: [number, NodeState][];
  allLooks?: number[]; looks?: [number, number][];
  counts?: Record<string, number>; end?: number; unknown?: number; notes?: string[];
}

// World is all that is known of the scope; it is changed in place, as copies of
// 10,000 rows for one changed row would cost more than all the rest.
export interface World {
  rows: Map<string, Row>; graph: Graph | null; states: NodeState[]; looks: number[];
  counts: Record<string, number>; now: number; end: number; unknown: number; notes: string[];
}

// Change says what became different, so that each part draws only what it must: all of
// the graph, or these nodes and edges of it.
export interface Change { rows: boolean; graph: boolean; nodes: number[]; edges: number[]; turned: [Row | undefined, Row][]; gone: Row[] }

export function emptyWorld(): World {
  return { rows: new Map(), graph: null, states: [], looks: [], counts: {}, now: 0, end: 0, unknown: 0, notes: [] };
}

export function fromSnapshot(s: Snapshot): World {
  return {
    rows: new Map(s.rows.map((r) => [r.id, r])), graph: s.graph, states: s.states ?? [], looks: s.looks ?? [],
    counts: s.counts ?? {}, now: s.now, end: s.end ?? 0, unknown: s.unknown ?? 0, notes: s.notes ?? [],
  };
}

// apply changes the world by a delta. A row is in "turned" if its state is another one than before.
export function apply(w: World, d: Delta): Change {
  const change: Change = { rows: false, graph: false, nodes: [], edges: [], turned: [], gone: [] };
  w.now = d.now;
  for (const row of d.rows ?? []) {
    const before = w.rows.get(row.id);
    if (before?.state !== row.state) change.turned.push([before, row]);
    w.rows.set(row.id, row);
    change.rows = true;
  }
  for (const id of d.gone ?? []) {
    const before = w.rows.get(id);
    if (!before) continue;
    change.gone.push(before);
    w.rows.delete(id);
    change.rows = true;
  }
  if (d.graph !== undefined) w.graph = d.graph;
  w.states = d.allStates ?? w.states;
  w.looks = d.allLooks ?? w.looks;
  change.graph = d.graph !== undefined || !!d.allStates || !!d.allLooks;
  for (const [i, state] of d.states ?? []) {
    w.states[i] = state;
    change.nodes.push(i);
  }
  for (const [i, look] of d.looks ?? []) {
    w.looks[i] = look;
    change.edges.push(i);
  }
  w.counts = d.counts ?? w.counts;
  w.end = d.end ?? w.end;
  w.unknown = d.unknown ?? w.unknown;
  w.notes = d.notes ?? w.notes;
  return change;
}
