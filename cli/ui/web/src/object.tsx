// An object as Kubernetes has it: its manifest, and of a Job its pods and the events of both.
import { useCall, type Values } from "./api";
import { seconds } from "./json";
import { Ago, Command, Said } from "./parts";
import { follow } from "./place";

export function Manifest({ values }: { values: Values }) {
  const asked = useCall<never>("object", plain(values));
  return <>
    <Said asked={asked} what="Reading" />
    {asked.answer?.text ? <pre class="yaml" tabIndex={0} role="region" aria-label="Manifest">{asked.answer.text}</pre> : null}
    {asked.answer ? <Command line={asked.answer.command} /> : null}
  </>;
}

// plain leaves the run out: an object is read by its own name.
function plain({ namespace, name }: Values): Values { return { namespace, name }; }

interface Meta { name: string; creationTimestamp?: string; annotations?: Record<string, string> }
interface Ended { exitCode: number; reason?: string; message?: string }
interface Container { name: string; restartCount?: number; state?: { waiting?: { reason?: string; message?: string }; running?: object; terminated?: Ended } }
interface Item {
  kind: string; metadata: Meta; spec?: { nodeName?: string };
  status?: { phase?: string; reason?: string; message?: string; containerStatuses?: Container[]; initContainerStatuses?: Container[] };
  type?: string; reason?: string; message?: string; count?: number; lastTimestamp?: string; eventTime?: string; involvedObject?: { kind: string; name: string };
}

function stateOf(c: Container): string {
  const { waiting, running, terminated } = c.state ?? {};
  if (terminated) return `exit code ${terminated.exitCode}${terminated.reason ? ", " + terminated.reason : ""}`;
  if (waiting) return [waiting.reason, waiting.message].filter(Boolean).join(": ");
  return running ? "running" : "";
}

function Pod({ pod }: { pod: Item }) {
  const index = pod.metadata.annotations?.["batch.kubernetes.io/job-completion-index"];
  const containers = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return <tr>
    <td><code class="wrap">{pod.metadata.name}</code>{index ? <> element <a {...follow({ tab: "logs", element: index })}>{index}</a></> : null}</td>
    <td>{pod.status?.phase}{pod.status?.reason ? ", " + pod.status.reason : ""}{pod.status?.message ? <div class="soft">{pod.status.message}</div> : null}
      {containers.map((c) => <div key={c.name} class="soft"><code>{c.name}</code> {stateOf(c)}{c.restartCount ? `, ${c.restartCount} restarts` : ""}</div>)}</td>
    <td>{pod.spec?.nodeName ?? ""}</td>
    <td><Ago at={seconds(pod.metadata.creationTimestamp)} /></td>
  </tr>;
}

export function Pods({ values }: { values: Values }) {
  const asked = useCall<{ items: Item[] }>("objects", plain(values)), items = asked.answer?.result?.items;
  const pods = items?.filter((i) => i.kind === "Pod") ?? [], events = items?.filter((i) => i.kind === "Event") ?? [];
  return <>
    <Said asked={asked} what="Reading" />
    {items ? <>
      <section class="section"><h3>Pods</h3>
        {pods.length ? <div class="scroll"><table class="table"><thead><tr><th>Pod</th><th>Phase</th><th>Node</th><th>Created</th></tr></thead>
          <tbody>{pods.map((p) => <Pod key={p.metadata.name} pod={p} />)}</tbody></table></div> : <p class="soft">There are none.</p>}
      </section>
      <section class="section"><h3>Events</h3>
        {events.length ? <div class="scroll"><table class="table"><thead><tr><th>When</th><th>About</th><th>What</th></tr></thead>
          <tbody>{events.map((e) => <tr key={e.metadata.name}>
            <td><Ago at={seconds(e.lastTimestamp ?? e.eventTime ?? e.metadata.creationTimestamp)} />{e.count && e.count > 1 ? `, ${e.count} times` : ""}</td>
            <td>{e.involvedObject?.kind} {e.involvedObject?.name}</td>
            <td class={e.type === "Warning" ? "warning" : ""}><b>{e.reason}</b> {e.message}</td>
          </tr>)}</tbody></table></div> : <p class="soft">There are none, or they are over: Kubernetes keeps events for an hour.</p>}
      </section>
    </> : null}
    {asked.answer ? <Command line={asked.answer.command} /> : null}
  </>;
}
