package integration

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
	"depctl.dev/test/history"
	"depctl.dev/test/simulation"
)

var (
	firstSeed = flag.Uint64("seed", 1, "the first seed of the random graphs")
	seeds     = flag.Uint64("seeds", 12, "how many random graphs to run")
)

// Random Jobs, whose end does not depend on what comes first, end on a real
// cluster as they do where everything is decided from scratch.
func TestRandomJobsEndAsDecidedFromScratch(t *testing.T) {
	t.Parallel()
	for seed := *firstSeed; seed < *firstSeed+*seeds; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			defer func() {
				if t.Failed() {
					t.Logf("to repeat it: go test ./test/integration -run '^TestRandomJobs' -seeds=1 -seed=%d", seed)
				}
			}()
			shared.namespace(t).random(seed)
		})
	}
}

func (s *space) random(seed uint64) {
	scenario := simulation.New(seed, simulation.Options{Fewest: 25, Most: 25, Namespaces: 1, Steady: true, Untimed: true})
	scratch := simulation.NewCluster()
	for _, step := range scenario.Steps {
		job := scenario.Jobs[step.Job]
		switch step.Kind {
		case simulation.Create:
			// The one namespace of the scenario is m.
			made := s.make(job.Name, strings.ReplaceAll(job.DependsOn, "m/", s.name+"/"), like(job))
			scratch.Adopt(made, step.Ends)
		case simulation.Unhold:
			s.patch(job.Name, fmt.Sprintf(`{"metadata":{"annotations":{%q:null}}}`, gate.HoldAnnotation))
			scratch.Annotate(s.name, job.Name, gate.HoldAnnotation, "")
		}
	}
	scratch.Settle(rand.New(rand.NewPCG(seed, 2)))
	want := map[string]string{}
	for _, job := range scratch.Jobs() {
		want[job.Name] = simulation.End(job)
	}
	ended := func(last map[string]history.Event) map[string]string {
		ends := map[string]string{}
		for name := range want {
			ends[name] = simulation.End(last[s.name+"/"+name].Job)
		}
		return ends
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	var got map[string]string
	met := s.history.Wait(ctx, func(last map[string]history.Event) bool {
		got = ended(last)
		return fmt.Sprint(got) == fmt.Sprint(want)
	})
	require.Equal(s.t, want, got)
	require.NoError(s.t, met)
	s.settle() // and nothing more has happened by then
	require.Equal(s.t, want, ended(s.history.Last()))
}

// like makes a Job one of a scenario.
func like(job simulation.Job) change {
	return func(j *batchv1.Job) {
		manifest := job.Manifest()
		j.Labels = manifest.Labels
		for key, value := range manifest.Annotations {
			if key != gate.DependsOnAnnotation {
				j.Annotations[key] = value
			}
		}
		j.Spec.CompletionMode, j.Spec.Completions = manifest.Spec.CompletionMode, manifest.Spec.Completions
		j.Spec.Parallelism, j.Spec.BackoffLimitPerIndex = manifest.Spec.Parallelism, manifest.Spec.BackoffLimitPerIndex
		if job.Size > 0 {
			j.Spec.BackoffLimit = nil
		}
		switch ends := job.Ends; {
		case ends.Failed > 0:
			template("fail-indexes", fmt.Sprintf("%d-%d", job.Size-ends.Failed, job.Size-1))(j)
		case ends.Reason == batchv1.JobReasonDeadlineExceeded:
			template("run-for", "1h")(j)
			j.Spec.ActiveDeadlineSeconds = new(int64(1))
		case ends.Reason != "":
			template("exit-code", "3")(j)
		}
	}
}
