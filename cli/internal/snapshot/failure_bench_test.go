package snapshot

import (
	"fmt"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// BenchmarkDecideAFailedRun is what graph and status do about a run of which a step has failed: they decide about each
// Job that waits.
func BenchmarkDecideAFailedRun(b *testing.B) {
	for _, steps := range []int{500, 2000} {
		b.Run(fmt.Sprint(steps), func(b *testing.B) {
			w := NewWorld(time.Unix(2000, 0))
			labels := map[string]string{gate.RunLabel: "k"}
			w.Add(gate.Job{Namespace: "n", Name: "load", UID: "load", Labels: labels, Object: &lang.Object{Outcome: lang.Failed}})
			w.Add(gate.Job{Namespace: "n", Name: "slow", UID: "slow", Labels: labels, Object: &lang.Object{Started: true}})
			var refs []lang.Ref
			for i := range steps {
				job := gate.Job{
					Namespace: "n", Name: fmt.Sprintf("step-%d", i), UID: types.UID(fmt.Sprint(i)), Labels: labels, Annotated: true,
					DependsOn: "slow", Suspended: true, Object: &lang.Object{},
				}
				w.Add(job)
				refs = append(refs, job.Ref())
			}
			w.Settle()
			for b.Loop() {
				for _, ref := range refs {
					w.Decide(ref)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*steps), "µs/step")
		})
	}
}
