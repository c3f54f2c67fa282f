package attack

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
)

// No gate runs while a prerequisite is made, runs and is cleaned away.
func TestAPrerequisiteWhileNoGateRuns(t *testing.T) {
	f := begin(t, "A8", "what says keep-outcome is not forgotten while no gate runs")
	const n = 20
	for i := range n {
		f.make(f.victim, fmt.Sprint("w", i), fmt.Sprintf("p%d, go", i))
		f.make(f.victim, fmt.Sprint("plain", i), fmt.Sprintf("q%d, go", i))
	}
	f.othersGoOn()
	require.NoError(t, f.gate.Kill())
	for i := range n {
		f.make(f.victim, fmt.Sprint("p", i), "", ttl(0), annotate("depctl.dev/keep-outcome", "true"))
		f.make(f.victim, fmt.Sprint("q", i), "", ttl(0))
	}
	require.True(t, f.until(patience, func() bool {
		for i := range n {
			job, err := f.get(f.victim, fmt.Sprint("p", i))
			if err == nil && (job.Status.CompletionTime == nil || job.DeletionTimestamp == nil) {
				return false
			}
			if _, err := f.get(f.victim, fmt.Sprint("q", i)); err == nil {
				return false
			}
		}
		return true
	}), "the prerequisites do not end and go")
	require.NoError(t, f.gate.Restart())
	require.NoError(t, f.gate.WaitReady(t.Context()))
	f.make(f.victim, "go", "")
	require.True(t, f.completes(f.victim, "go"))
	f.until(15*time.Second, func() bool { return f.held(f.victim, n) == 0 })
	held, plain := f.held(f.victim, n), 0
	for i := range n {
		if job, err := f.get(f.victim, fmt.Sprint("plain", i)); err != nil || *job.Spec.Suspend {
			plain++
		}
	}
	f.figure("%d of %d held with %s, %d of %d without", held, n, "keep-outcome", plain, n)
	f.holds(held == 0, "%d of %d outcomes were lost", held, n)
	for i := range n {
		_, err := f.get(f.victim, fmt.Sprint("p", i))
		f.holds(err != nil || f.until(patience, func() bool { _, err := f.get(f.victim, fmt.Sprint("p", i)); return err != nil }),
			"p%d still has %s", i, gate.OutcomeFinalizer)
	}
}
