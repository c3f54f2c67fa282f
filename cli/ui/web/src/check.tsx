// The view Check.
export function Check(props: { namespace: string }) {
  return <section aria-label="Check" data-namespace={props.namespace} />;
}
