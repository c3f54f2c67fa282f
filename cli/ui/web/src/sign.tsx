// A state as all views show it: sign and word in its colour.
import { colourOf, lookOf } from "./about";

export function State({ name, short }: { name: string; short?: boolean }) {
  return <span class="state" style={{ "--c": colourOf(name) }}>
    <span class="sign" aria-hidden={short ? undefined : "true"} role={short ? "img" : undefined} aria-label={short ? name : undefined}>{lookOf(name).sign}</span>
    {short ? null : <span class="word">{name}</span>}
  </span>;
}
