// The keys of the page, as a dialog.
import { useEffect, useRef } from "preact/hooks";
import { about } from "./about";
import { helpShown, shortcuts } from "./keys";

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpShown.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [helpShown.value]);
  const a = about.value;
  return <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => { helpShown.value = false; }}>
    <h2 id="help-title">Keys</h2>
    <dl>{shortcuts.map((s) => <div key={s.key}><dt><kbd>{s.key}</kbd></dt><dd>{s.does}</dd></div>)}</dl>
    {a ? <p class="soft">You are {a.user} on {a.cluster}. This is depctl {a.version}{a.readOnly ? ", which only shows" : ""}.</p> : null}
    <form method="dialog"><button>Close</button></form>
  </dialog>;
}
