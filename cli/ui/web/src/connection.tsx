// One line about the connection, when there is something to say, and the notes of the server.
import { connection, notes } from "./stream";

export function Connection() {
  const { state, message } = connection.value;
  const line = state === "problem" ? message : state === "lost" ? (message ?? "The server does not answer, trying again") : "";
  const bad = state === "problem" || state === "lost";
  return <div class="notes" role={bad ? "alert" : undefined}>
    {line ? <p class="note bad">{line} {state === "problem" ? <button onClick={() => location.reload()}>Load again</button> : null}</p> : null}
    {notes.value.map((note) => <p class="note" key={note}>{note}</p>)}
  </div>;
}
