// Begins the page: asks the server what it is, listens to the cluster, and draws.
import { render } from "preact";
import { loadAbout, Refusal } from "./about";
import { listenToKeys } from "./keys";
import { Shell } from "./shell";
import { listen, lost, retryAfter } from "./stream";
import { keepTheme } from "./theme";
import "./app.css";

keepTheme();
listenToKeys();
render(<Shell />, document.getElementById("app")!);
void begin();

async function begin(): Promise<void> {
  try {
    await loadAbout();
    listen();
  } catch (error) {
    if (lost(error instanceof Refusal ? error : null)) setTimeout(begin, retryAfter);
  }
}
