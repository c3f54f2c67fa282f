// Begins the page: asks the server what it is, listens to the cluster, and draws.
import { render } from "preact";
import { loadAbout } from "./about";
import { listenToKeys } from "./keys";
import { Shell } from "./shell";
import { connection, listen } from "./stream";
import { keepTheme } from "./theme";
import "./app.css";

keepTheme();
listenToKeys();
render(<Shell />, document.getElementById("app")!);
loadAbout().then(listen, (error: Error) => {
  connection.value = { state: "problem", message: error.message };
});
