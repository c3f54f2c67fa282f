// The panel of one Job: why it waits, and what to do.
export function Why(props: { id: string }) {
  return <section aria-label="Why" data-id={props.id} />;
}
