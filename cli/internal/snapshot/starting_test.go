package snapshot

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"depctl.dev/cli/simulate"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// watched is a simulated world that counts by itself what is starting, and since when.
type watched struct {
	simulated
	starting map[lang.Ref]time.Time
	released func(job gate.Job)
}

func (w watched) Set(job gate.Job) []lang.Ref {
	was, _ := w.Job(job.Ref())
	switch {
	case job.Object.Started:
		delete(w.starting, job.Ref())
	case job.Released && !was.Released:
		w.starting[job.Ref()] = w.Now
		w.released(job)
	}
	return w.simulated.Set(job)
}

// pods counts the pods of a namespace, or of all, that have not been starting for too long.
func (w watched) pods(namespace string) (pods int64) {
	for ref, since := range w.starting {
		if (namespace == "" || ref.Namespace == namespace) && w.Now.Sub(since) < gate.StartingTime {
			pods += w.World.Jobs[ref].Pods()
		}
	}
	return pods
}

// TestASimulationKeepsMaxStarting plays random Jobs that start in order. At each release there is
// room for the pods, or nothing else is starting, and in the end all have run.
func TestASimulationKeepsMaxStarting(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := NewWorld(time.Unix(2000, 0))
		w.Limits = Limits{Known: true, Maps: gate.LimitMaps{"etl": {"x": "3"}}}
		most := int64(rapid.IntRange(1, 6).Draw(t, "most"))
		var names []string
		for i := range rapid.IntRange(1, 20).Draw(t, "jobs") {
			dependsOn := "first"
			if len(names) > 0 && rapid.Bool().Draw(t, "depends") {
				dependsOn = rapid.SampledFrom(names).Draw(t, "on")
			}
			job := user(fmt.Sprintf("job-%d", i), "etl/"+dependsOn, rapid.SampledFrom([]string{"", "etl/x"}).Draw(t, "uses"), time.Duration(rapid.IntRange(1, 9).Draw(t, "takes"))*time.Minute)
			if rapid.Bool().Draw(t, "ops") && job.Uses.Text == "" {
				job.Namespace = "ops"
			} else {
				names = append(names, job.Name)
			}
			job.Parallelism = int64(rapid.IntRange(1, 3).Draw(t, "pods"))
			w.Add(job)
		}
		first := user("first", "", "etl/x", time.Minute)
		w.Add(first)
		o := simulate.Options{Now: w.Now, Slots: rapid.IntRange(1, 3).Draw(t, "slots"), MaxStarting: most, Length: length(w)}
		own := watched{simulated: w.simulated(o), starting: map[lang.Ref]time.Time{}}
		own.released = func(job gate.Job) {
			all, here := own.pods(""), own.pods(job.Namespace)
			require.True(t, all == job.Pods() || all <= most && here <= gate.StartingShare(most), "%d pods are starting, %d in namespace %s", all, here, job.Namespace)
		}
		run := simulate.New(own, o)
		require.Empty(t, run.Idle)
		require.Len(t, run.Jobs, len(w.Jobs))
		require.Empty(t, own.starting)
	})
}

// The gate has said that a Job waits for others to start. A simulation counts them itself.
func TestASimulationDoesNotGoByWhoWasStarting(t *testing.T) {
	t.Parallel()
	for _, most := range []int64{0, 2} {
		w := NewWorld(time.Unix(2000, 0))
		w.Reach.Known = true // and the gate runs without limits
		w.Add(gate.Job{Namespace: "etl", Name: "job0", UID: "u0", Object: &lang.Object{Outcome: lang.Succeeded, Finished: time.Unix(1000, 0)}})
		told := user("told", "job0", "", time.Minute)
		told.Condition = &gate.Condition{Reason: gate.ReasonTooManyStarting, Message: "waiting: 1 pod is starting", Written: time.Unix(1500, 0)}
		w.Add(told)
		run := w.Simulate(simulate.Options{Slots: 1, MaxStarting: most, Length: length(w)})
		require.Contains(t, run.Jobs, told.Ref())
		require.NotNil(t, w.Jobs[told.Ref()].Condition, "the world itself stays")
	}
}
