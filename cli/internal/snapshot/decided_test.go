package snapshot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/simulate"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

func TestWhatIsDecidedHoldsUntilTheWorldChanges(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	running := gate.Job{Namespace: "ns", Name: "a", UID: "1", Object: &lang.Object{Created: noon, Started: true}}
	over := running
	over.Object = &lang.Object{Created: noon, Started: true, Outcome: lang.Succeeded, Finished: noon}
	waits := gate.Job{Namespace: "ns", Name: "b", UID: "2", Object: &lang.Object{Created: noon}, Suspended: true, Annotated: true, Created: noon}
	for name, test := range map[string]struct {
		dependsOn string
		change    func(*World)
	}{
		"a Job ends": {"a", func(w *World) { w.Add(over) }},
		"a Job is made": {"new", func(w *World) {
			made := over
			made.Name, made.UID = "new", "4"
			w.Add(made)
		}},
		"it is later": {"time(2026-11-23T13:00:00Z)", func(w *World) { w.Now = noon.Add(2 * time.Hour) }},
		"a right is asked for": {"other/c", func(w *World) {
			known := w.Access.(*Hearsay)
			for _, q := range w.Open([]lang.Ref{waits.Ref()}) {
				known.Asked[q] = gate.Allowed
			}
			w.Settle()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := NewWorld(noon)
			w.Access = &Hearsay{Asked: gate.Answers{}}
			waits := waits
			waits.DependsOn = test.dependsOn
			w.Add(running)
			w.Add(waits)
			w.Add(gate.Job{Namespace: "other", Name: "c", UID: "3", Object: &lang.Object{Created: noon, Outcome: lang.Succeeded, Finished: noon}})
			w.Still()
			before := w.Decide(waits.Ref())
			require.Equal(t, gate.Waiting, before.Action)
			require.Equal(t, before, w.Decide(waits.Ref()))
			test.change(w)
			require.Equal(t, gate.Releasing, w.Decide(waits.Ref()).Action)
			w.Still()
			require.Equal(t, gate.Releasing, w.Decide(waits.Ref()).Action)
		})
	}
}

func TestAJobIsDecidedAboutOnce(t *testing.T) {
	w := NewWorld(time.Unix(2000, 0))
	job := gate.Job{Namespace: "ns", Name: "b", UID: "2", Object: &lang.Object{}, Suspended: true, Annotated: true, DependsOn: "a"}
	w.Add(job)
	w.Still()
	first := w.Decide(job.Ref())
	w.Still()
	require.Same(t, &first.Reasons[0], &w.Decide(job.Ref()).Reasons[0])
	w.Settle()
	require.NotSame(t, &first.Reasons[0], &w.Decide(job.Ref()).Reasons[0])
}

// A simulation changes more than its graph, and knows nothing of what was decided before.
func TestASimulationKeepsNoDecisions(t *testing.T) {
	w := NewWorld(time.Unix(2000, 0))
	w.Still()
	require.Nil(t, w.simulated(simulate.Options{}).decided)
	require.NotNil(t, w.decided)
}
