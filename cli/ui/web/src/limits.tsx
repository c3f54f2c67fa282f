// The view Limits.
export function Limits(props: { namespace: string }) {
  return <section aria-label="Limits" data-namespace={props.namespace} />;
}
