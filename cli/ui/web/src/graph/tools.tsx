// The buttons over the graph: zoom, fold and unfold, and which Jobs are drawn.
import { about } from "../about";
import { fold, go, nameOf, open, selected, withAll } from "../place";
import { now, end, graphChanged } from "../stream";
import { until } from "../time";
import type { Picture } from "./picture";
import { foldAgain, mayUnfold, unfold } from "./fold";

export function Tools({ picture }: { picture: Picture }) {
  graphChanged.value;
  const i = picture.scene.byId.get(selected.value) ?? -1;
  return <div class="tools" role="toolbar" aria-label="Graph">
    <button class="icon" aria-label="Zoom in" title="Zoom in (+)" onClick={() => picture.zoom(1.4)}>+</button>
    <button class="icon" aria-label="Zoom out" title="Zoom out (-)" onClick={() => picture.zoom(1 / 1.4)}>−</button>
    <button title="Show all (0)" onClick={() => picture.fit()}>Fit</button>
    {mayUnfold(picture, i) ? <button title="Draw what it stands for (u)" onClick={() => unfold(picture, i)}>Unfold</button> : null}
    <select aria-label="Fold" value={fold.value} onChange={(e) => go({ fold: e.currentTarget.value === "auto" ? null : e.currentTarget.value, open: null })}>
      <option value="auto">folded as needed</option>
      <option value="none">nothing folded</option>
      <option value="namespace">by namespace</option>
    </select>
    <label class="choice"><input type="checkbox" checked={withAll.value} onChange={(e) => go({ all: e.currentTarget.checked ? "1" : null })} /> all Jobs</label>
    {open.value.map((id) => <button key={id} class="chip" title={`Fold ${id} again`} aria-label={`Fold ${id} again`} onClick={() => foldAgain(id)}>{nameOf(id).name} ×</button>)}
    <Forecast />
  </div>;
}

// Forecast says when all will have ended, as far as that can be said.
function Forecast() {
  const { end: at, unknown } = end.value;
  if (!at) return null;
  return <span class="soft forecast"><span class="sign" aria-hidden="true">{about.value?.critical}</span> estimated finish: {until(at, now.value)}{unknown ? `; no estimate for ${unknown} ${unknown === 1 ? "Job" : "Jobs"}` : ""}</span>;
}
