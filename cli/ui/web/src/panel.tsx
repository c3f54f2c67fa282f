// The panel at the side: Why for what is selected. Who opens it by a key goes into it,
// and comes back to where they were when they close it.
import { useLayoutEffect, useRef } from "preact/hooks";
import { go, selected } from "./place";
import { Why } from "./why";

let enter = false;
let cameFrom: HTMLElement | null = null;

// openWhy selects an object; with focus, what is typed next goes to the panel.
export function openWhy(id: string, focus: boolean): void {
  enter = focus;
  if (focus) cameFrom = document.activeElement as HTMLElement;
  if (id === selected.value && focus) document.querySelector<HTMLElement>(".panel")?.focus();
  go({ id });
}

export function closePanel(): void {
  const inside = document.querySelector(".panel")?.contains(document.activeElement);
  go({ id: null });
  if (inside) setTimeout(() => { (cameFrom?.isConnected ? cameFrom : document.querySelector<HTMLElement>('.list [tabindex="0"], #main'))?.focus(); });
}

export function Panel() {
  const panel = useRef<HTMLElement>(null), id = selected.value;
  useLayoutEffect(() => {
    if (!enter) return;
    enter = false;
    panel.current?.focus();
  }, [id]);
  if (!id) return null;
  return <aside aria-label={`Why ${id}`} class="panel" ref={panel} tabIndex={-1}>
    <button class="icon close" aria-label="Close the panel" title="Close (Esc)" onClick={closePanel}>×</button>
    <Why key={id} id={id} />
  </aside>;
}
