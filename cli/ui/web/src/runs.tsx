// The view Runs.
export function Runs(props: { namespace: string }) {
  return <section aria-label="Runs" data-namespace={props.namespace} />;
}
