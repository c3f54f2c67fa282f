// What stands beside the pointer: the name of a node, its state, and what it waits for.
import type { Signal } from "@preact/signals";
import { State } from "../sign";
import { world } from "../stream";
import { mayUnfold } from "./fold";
import type { Picture } from "./picture";

export interface Tipped { x: number; y: number; flip: boolean; title: string; state: string; text: string; message: string; checks: string[]; several: boolean }

export function tipOf(picture: Picture, i: number, [x, y]: [number, number]): Tipped {
  const node = picture.scene.graph.nodes[i], state = picture.stateOf(i), row = world.rows.get(node.id);
  return {
    x, y, flip: x > picture.camera.width / 2, title: node.id, state: state?.s ?? "", text: state?.text ?? "", message: row?.message ?? "",
    checks: row?.waits ?? [], several: mayUnfold(picture, i),
  };
}

export function Tip({ tip }: { tip: Signal<Tipped | null> }) {
  const t = tip.value;
  if (!t) return null;
  // On the side with more room.
  const place = { top: t.y + 14 + "px", left: t.flip ? undefined : t.x + 14 + "px", right: t.flip ? `calc(100% - ${t.x - 14}px)` : undefined };
  return <div class="tip" style={place} aria-hidden="true">
    <b>{t.title}</b>
    <div>{t.state ? <State name={t.state} /> : null} <span class="soft">{t.text}</span></div>
    {t.checks.length ? <div class="soft">waits for {t.checks.join(", ")}</div> : null}
    {t.message ? <div>{t.message}</div> : null}
    {t.several ? <div class="soft">Double click unfolds it</div> : null}
  </div>;
}
