package peers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
)

// What it costs that Jobs of a queue wait: of the gate one patch of each, as of any Job that waits, and of Kueue
// what it writes more than for Jobs of the queue that wait for nothing.
func TestWritesOfAReleaseThroughKueue(t *testing.T) {
	const jobs = 20
	run := func(on string, changes ...change) *space {
		s := newSpace(t).withQueue(100)
		s.make("extract", "", untilTold)
		for i := range jobs {
			s.make(fmt.Sprintf("load-%d", i), on, changes...)
		}
		if on != "" {
			for i := range jobs {
				s.untilSays(fmt.Sprintf("load-%d", i), gate.ReasonWaiting)
			}
		}
		s.tell("extract")
		for i := range jobs {
			s.untilEnds(fmt.Sprintf("load-%d", i), batchv1.JobComplete)
			if len(changes) > 0 {
				s.untilFinished(fmt.Sprintf("load-%d", i))
			}
		}
		s.until("the gate has written", func() bool { return on == "" || s.writes("depctl-gate")["patch jobs"] >= jobs })
		t.Logf("waiting for %q, queued %t: gate %v, kueue %v", on, len(changes) > 0, s.writes("depctl-gate"), s.writes("kueue"))
		return s
	}
	both, waiting, queue := run("extract", queued), run("extract"), run("", queued)
	require.Equal(t, waiting.writes("depctl-gate")["patch jobs"], both.writes("depctl-gate")["patch jobs"])
	more := 0
	for what, n := range both.writes("kueue") {
		if !strings.Contains(what, "events") && !strings.Contains(what, "localqueues") && !strings.Contains(what, "(") {
			more += n - queue.writes("kueue")[what]
		}
	}
	t.Logf("writes of Kueue more than without waiting, of each Job: %.2f", float64(more)/jobs)
	require.LessOrEqual(t, more, 4*jobs)
}
