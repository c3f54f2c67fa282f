package controller

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	clocktesting "k8s.io/utils/clock/testing"

	"depctl.dev/gate"
)

// BenchmarkTokenComesBack is what the gate does, beside its requests, from the end of a Job that had the only token until
// it has decided to release the next of so many that wait.
func BenchmarkTokenComesBack(b *testing.B) {
	for _, waiting := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprint(waiting), func(b *testing.B) {
			s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), map[string]string{"x": "1"})
			names := make([]string, waiting)
			for i := range names {
				names[i] = fmt.Sprintf("job-%06d", i)
				require.NoError(b, s.Update(job(names[i], fmt.Sprint(i+1), "", uses("x"))))
				decides(b, s, names[i])
			}
			version, holder := waiting, names[0]
			for b.Loop() {
				version += 2
				require.NoError(b, s.Update(job(holder, fmt.Sprint(version), "", uses("x"), carriedOut)))
				next := s.limits.observe(gate.Observe(job(holder, fmt.Sprint(version+1), "", uses("x"), carriedOut, complete)), nil)
				require.Len(b, next, 1)
				_, d, _ := s.decide(next[0])
				require.Equal(b, gate.Releasing, d.Action)
				// The one that ended comes anew, at the end of the line.
				require.NoError(b, s.Delete(job(holder, fmt.Sprint(version+1), "", uses("x"), carriedOut, complete)))
				require.NoError(b, s.Update(job(holder, fmt.Sprint(version+1), "", uses("x"))))
				decides(b, s, holder)
				holder = next[0].Name
			}
		})
	}
}
