package attack

import (
	"fmt"
	"math/rand/v2"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
)

// Jobs on one circle with many chords, of which none can ever run.
func TestGreatCycle(t *testing.T) {
	f := begin(t, "A4", "a knot of Jobs that wait for each other costs the others no time")
	n := size(400, 1500)
	f.many(n, func(i int) *batchv1.Job {
		r := rand.New(rand.NewPCG(4, uint64(i))) // several make Jobs at once
		text := fmt.Sprintf("q%d", (i+1)%n)
		for _, j := range r.Perm(n)[:10] {
			if j != i {
				text += fmt.Sprintf(", q%d", j)
			}
		}
		return newJob(fmt.Sprintf("q%d", i), text)
	})
	f.othersGoOn()
	f.holds(f.until(patience, func() bool { return f.warned(f.evil, "q0", "DependencyCycle") > 0 }), "q0 is not told that it waits for itself")
}
