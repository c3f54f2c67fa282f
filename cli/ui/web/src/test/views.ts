// What the views decide for themselves: what an advice means, and what an id is.
import { known } from "../forms";
import { argument, subjectOf, valuesOf } from "../subject";
import { equal, test } from "./harness";

test("an advice of depctl becomes a form or a link", () => {
  equal(known("depctl release --force load -n etl"), { action: "release", namespace: "etl", name: "load", options: { force: "true" } });
  equal(known("depctl retry --run mon --from load -n etl"), { action: "rerun", namespace: "etl", name: "", options: { run: "mon", from: "load" } });
  equal(known("depctl run cronjob/night -n etl --at 2026-11-29T02:00:00Z"), { action: "run-now", namespace: "etl", name: "night", options: { at: "2026-11-29T02:00:00Z" } });
  equal(known("depctl release cronjob/night -n etl"), { action: "resume", namespace: "etl", name: "night", options: {} });
  equal(known("depctl hold load -n etl --reason 'it'\\''s full'"), { action: "hold", namespace: "etl", name: "load", options: { reason: "it's full" } });
  equal(known("depctl logs -f load -n etl")?.action, "logs");
  equal(known("depctl explain deployment/web -n etl")?.name, "deployment/web");
});

test("what the page has no form for stays a command", () => {
  for (const line of ["kubectl get pods -n etl", "depctl uninstall -n etl", "depctl retry load", "depctl cancel a b -n etl", "depctl release --all -n etl", "depctl run -f x -n etl", ""]) equal(known(line), null);
});

test("an id is told to commands as they take it", () => {
  const told = (id: string) => valuesOf(subjectOf(id));
  equal(told("etl/load"), { namespace: "etl", name: "load" });
  equal(told("etl/load@mon"), { namespace: "etl", name: "load", run: "mon" });
  equal(told("etl/load-1a2b@mon#"), { namespace: "etl", name: "load-1a2b" });
  equal(told("etl/*@mon as a whole"), { namespace: "etl", run: "mon" });
  equal(told("cronjob:etl/night"), { namespace: "etl", name: "cronjob/night" });
  equal(told("cronjob:etl/night@2026-11-29T02:00:00Z"), { namespace: "etl", name: "cronjob/night" });
  equal(argument(subjectOf("deployment:etl/web")), "deployment/web");
  equal(subjectOf("group:etl/load").kind, "several");
  equal(subjectOf("etl/").kind, "several");
});
