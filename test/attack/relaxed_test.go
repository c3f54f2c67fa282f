package attack

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
)

// on-dependency-failure: run is for whatever came of the prerequisites.
func TestWhateverCameOfIt(t *testing.T) {
	f := begin(t, "A12", "on-dependency-failure: run runs whatever came of it")
	run := annotate("depctl.dev/on-dependency-failure", "run")
	f.make(f.victim, "not", "not failed(p)", run)
	f.make(f.victim, "plain", "p", run)
	f.make(f.victim, "both", "not failed(p), not succeeded(q)", run)
	f.make(f.victim, "p", "", template("exit-code", "3"))
	f.make(f.victim, "q", "")
	f.holds(f.ends(f.victim, batchv1.JobFailed, "p"), "p does not fail")
	for _, name := range []string{"not", "plain", "both"} {
		f.holds(f.completes(f.victim, name), "%s does not run", name)
	}
}
