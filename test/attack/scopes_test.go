package attack

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
)

// Gates of several teams, each with its own namespaces.
func TestGatesWithScopesOfTheirOwn(t *testing.T) {
	f := begin(t, "A6", "gates with other namespaces leave each other's finalizers alone, and no outcome is lost", "--namespaces=own-a6,others-a6")
	second := f.start("--namespaces=evil-a6")
	defer func() { require.NoError(t, second.Kill()) }()
	const n = 20
	for _, namespace := range []string{f.victim, f.evil} {
		for i := range n {
			f.make(namespace, fmt.Sprint("w", i), fmt.Sprintf("p%d, go", i))
			f.make(namespace, fmt.Sprint("p", i), "", ttl(0), untilTold)
		}
	}
	rate, what := f.quiet(30 * time.Second)
	f.figure("%.1f requests/s while nothing happens", float64(rate)/5)
	f.holds(rate <= 5, "%d requests in 5 s while nothing happens: %s", rate, what)
	f.othersGoOn()
	for _, namespace := range []string{f.victim, f.evil} {
		for i := range n {
			f.tell(namespace, fmt.Sprint("p", i))
		}
		left := n
		f.until(patience, func() bool {
			left = 0
			for i := range n {
				if _, err := f.get(namespace, fmt.Sprint("p", i)); err == nil {
					left++
				}
			}
			return left == 0
		})
		f.holds(left == 0, "%d of %d prerequisites of %s are still there", left, n, namespace)
		f.make(namespace, "go", "")
	}
	held := 0
	for _, namespace := range []string{f.victim, f.evil} {
		f.until(20*time.Second, func() bool { held = f.held(namespace, n); return held == 0 })
		f.holds(held == 0, "%d of %d waiters of %s are held forever", held, n, namespace)
		f.figure("%d of %d waiters held", held, n)
	}

	// The namespaces of a gate are changed, and changed back.
	f.make(f.victim, "late", "once, after")
	f.make(f.victim, "once", "", ttl(0), untilTold)
	f.holds(f.until(patience, func() bool {
		job, err := f.get(f.victim, "once")
		return err == nil && slices.Contains(job.Finalizers, gate.OutcomeFinalizer)
	}), "once is not guarded")
	require.NoError(t, f.gate.Kill())
	stranger := f.start("--namespaces=others-a6")
	f.tell(f.victim, "once")
	f.othersGoOn()
	require.NoError(t, stranger.Kill())
	f.gate = f.start("--namespaces=own-a6,others-a6")
	f.make(f.victim, "after", "")
	f.holds(f.completes(f.victim, "late"), "an outcome was lost while the gate had other namespaces")
}

// held returns how many of the waiters w0 to wN do not run.
func (f *field) held(namespace string, n int) (held int) {
	f.t.Helper()
	for i := range n {
		job, err := f.get(namespace, fmt.Sprint("w", i))
		if err != nil || *job.Spec.Suspend {
			held++
		}
	}
	return held
}
