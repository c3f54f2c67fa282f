// The graph, on a canvas.
export function GraphView() { return <section aria-label="Graph" />; }
