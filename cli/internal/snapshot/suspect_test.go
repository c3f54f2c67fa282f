package snapshot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

func TestSuspectsAreThoseThatMayRunFirst(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	w := NewWorld(noon)
	var refs []lang.Ref
	add := func(name string, job gate.Job) {
		job.Namespace, job.Name = "ns", name
		if job.Object == nil {
			job.Object = &lang.Object{}
		}
		w.Add(job)
		refs = append(refs, job.Ref())
	}
	failed := func(before time.Duration) *lang.Object {
		return &lang.Object{Outcome: lang.Failed, Finished: noon.Add(-before)}
	}
	add("failed-early", gate.Job{UID: "1", Object: failed(time.Hour)})
	add("failed-late", gate.Job{UID: "2", Object: failed(time.Minute)})
	add("pending-late", gate.Job{UID: "3", Started: noon})
	add("pending-early", gate.Job{UID: "4", Started: noon.Add(-time.Hour)})
	add("runs", gate.Job{UID: "5", Object: &lang.Object{Started: true}})
	add("succeeded", gate.Job{UID: "6", Object: &lang.Object{Outcome: lang.Succeeded}})
	add("waits", gate.Job{UID: "7", Suspended: true, Annotated: true, DependsOn: "runs", Created: noon.Add(-time.Minute)})
	add("suspended", gate.Job{UID: "8", Suspended: true})
	add("written-only", gate.Job{})
	w.Settle()
	var names []string
	for _, ref := range w.Suspects(refs) {
		names = append(names, ref.Name)
	}
	require.Equal(t, []string{"pending-early", "pending-late", "failed-late", "failed-early"}, names)
	require.True(t, w.Waiting(refs))
	w.Now = noon.Add(-50 * time.Second)
	require.False(t, w.Waiting(refs), "a gate may take so long")
}
