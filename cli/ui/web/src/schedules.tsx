// The view Schedules.
export function Schedules(props: { namespace: string }) {
  return <section aria-label="Schedules" data-namespace={props.namespace} />;
}
