// The list of all Jobs.
export function List() { return <section aria-label="Jobs" />; }
