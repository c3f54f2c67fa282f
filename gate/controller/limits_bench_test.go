package controller

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"

	"depctl.dev/gate"
	"depctl.dev/gate/access"
	"depctl.dev/lang"
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
				next := s.limits.observe(gate.Observe(job(holder, fmt.Sprint(version+1), "", uses("x"), carriedOut, complete)), nil, nil)
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

// BenchmarkElementTokenComesBack is what the gate does, beside its requests, from the end of an element that had the only
// token until it has decided to let the next of so many go.
func BenchmarkElementTokenComesBack(b *testing.B) {
	for _, size := range []int32{100, 10_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), map[string]string{"x": "1"})
			require.NoError(b, s.Update(job("a", "1", "", uses("x"), func(j *batchv1.Job) {
				inTurns(10)(j)
				j.Spec.Completions, j.Spec.Parallelism = &size, &size
				byElements(j)
			})))
			var pods []any
			for i := range size {
				pods = append(pods, tokenPod(fmt.Sprint("a-", i), "a", "uid-a", int(i), "n/x=1"))
			}
			require.NoError(b, podStore{s}.Replace(pods, ""))
			decides(b, s, "a")
			version := int(size) + 2
			for b.Loop() {
				d, _ := decides(b, s, "a")
				require.Len(b, d.Elements.Open, 1)
				for n, phase := range []corev1.PodPhase{corev1.PodRunning, corev1.PodFailed, corev1.PodPending} {
					pod := tokenPod(d.Elements.Open[0].Name, "a", "uid-a", int(d.Elements.Open[0].Index), "n/x=1")
					if pod.Status.Phase = phase; n < 2 {
						pod.Spec.SchedulingGates = nil
					} else { // its retry
						pod.UID += types.UID(fmt.Sprint(version))
					}
					version++
					pod.ResourceVersion = fmt.Sprint(version)
					require.NoError(b, podStore{s}.Update(pod))
					if n == 2 {
						gone := tokenPod(d.Elements.Open[0].Name, "a", "uid-a", int(d.Elements.Open[0].Index), "n/x=1")
						gone.UID = d.Elements.Open[0].UID
						require.NoError(b, podStore{s}.Delete(gone))
					}
				}
			}
		})
	}
}

// BenchmarkReleaseBesideLimits is what the gate does, beside its requests, for a Job that uses no limit and the one that it
// waits for, beside 10,000 others that wait: where it keeps no limits, and where the others wait for tokens.
func BenchmarkReleaseBesideLimits(b *testing.B) {
	clock := clocktesting.NewFakePassiveClock(time.Unix(100, 0))
	for _, limits := range []bool{false, true} {
		b.Run(map[bool]string{false: "without", true: "with"}[limits], func(b *testing.B) {
			s := newStore(func(lang.Ref, time.Time) {}, clock)
			s.access = access.Fixed{Access: gate.Open{}}
			other := func(name, version string) *batchv1.Job { return job(name, version, "none") }
			if limits {
				s = limitedStore(clock, map[string]string{"x": "1"})
				other = func(name, version string) *batchv1.Job { return job(name, version, "", uses("x")) }
			}
			version := 0
			for range 10_000 {
				version++
				name := fmt.Sprint("job-", version)
				require.NoError(b, s.Update(other(name, fmt.Sprint(version))))
				decides(b, s, name)
			}
			update := func(name, dependsOn string, changes ...func(*batchv1.Job)) {
				version++
				require.NoError(b, s.Update(job(name, fmt.Sprint(version), dependsOn, changes...)))
			}
			for b.Loop() {
				update("before", "")
				update("after", "before")
				d, _ := decides(b, s, "after")
				require.Equal(b, gate.Waiting, d.Action)
				update("before", "", complete)
				d, _ = decides(b, s, "after")
				require.Equal(b, gate.Releasing, d.Action)
				s.rank(lang.Job("n", "after"))
				update("after", "before", carriedOut)
				update("after", "before", carriedOut, complete)
				require.NoError(b, s.Delete(job("before", fmt.Sprint(version), "", complete)))
				require.NoError(b, s.Delete(job("after", fmt.Sprint(version), "before", carriedOut, complete)))
			}
		})
	}
}
