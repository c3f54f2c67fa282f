package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"depctl.dev/cli/cause"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// How much is read to find causes: of so many Jobs where all of a namespace are shown, of each
// so many pods, and of so many of them the events. So many Jobs are asked about at once.
const (
	mostSuspects    = 50
	podPage         = 100
	mostPodPages    = 5
	mostEventful    = 3
	mostEventPages  = 5
	suspectsAtOnce  = 8
	causesGrowOld   = 5 * time.Second
	logPatience     = 5 * time.Second
	mostBytesOfALog = 16 << 10
)

// Causes reads why Jobs do not run, or have failed: from their pods, from events, and from the
// logs of pods that have failed. What the user may not read is left out, and said in a note.
type Causes struct {
	client Client
	// logs reads the last lines of logs as well, and all looks at every Job that is asked about.
	logs, all bool
	// read has what was read of Jobs, where one looks on; noGate is what the gate was found to be at gateRead.
	read     map[lang.Ref]readCauses
	noGate   string
	gateRead time.Time

	mu        sync.Mutex
	forbidden map[listed]error
}

// listed is what is listed of a namespace.
type listed struct{ namespace, what string }

type readCauses struct {
	version string
	at      time.Time
	causes  []cause.Cause
	// partly says that there are more pods than were looked at.
	partly bool
}

// NewCauses returns what reads causes of the Jobs of a namespace, or of many.
func NewCauses(client Client) *Causes {
	return &Causes{client: client, read: map[lang.Ref]readCauses{}, forbidden: map[listed]error{}}
}

// Causes returns what reads causes of the Jobs that a reader reads.
func (c *Reader) Causes() *Causes { return NewCauses(c.pods) }

// Read looks at those of some Jobs that do not run, or have failed, and at the gate if any waits,
// writes what it finds into the world, and returns what is to be said of it.
func (c *Causes) Read(ctx context.Context, w *snapshot.World, refs []lang.Ref) []string {
	if c.client == nil {
		return nil
	}
	c.readGate(ctx, w, refs)
	return c.readOf(ctx, w, w.Suspects(refs))
}

// readGate finds out whether a gate releases the Jobs that wait.
func (c *Causes) readGate(ctx context.Context, w *snapshot.World, refs []lang.Ref) {
	if w.NoGate = ""; !w.Waiting(refs) {
		return
	}
	if w.Now.Sub(c.gateRead) >= causesGrowOld {
		c.noGate, c.gateRead = (&Inspector{Client: c.client, Now: w.Now}).noGate(ctx, w.Heard), w.Now
	}
	w.NoGate = c.noGate
}

// readOf reads the causes of Jobs.
func (c *Causes) readOf(ctx context.Context, w *snapshot.World, suspects []lang.Ref) []string {
	var notes []string
	if left := len(suspects) - mostSuspects; left > 0 && !c.all {
		suspects = suspects[:mostSuspects]
		notes = append(notes, fmt.Sprintf("Why %s more did not run, or failed, was not looked at: depctl explain JOB says it of one.", command.Count(left, "Job")))
	}
	found := make([]readCauses, len(suspects))
	var stale []int
	for i, ref := range suspects {
		job := w.Jobs[ref]
		known, ok := c.read[ref]
		version := string(job.UID) + "/" + job.ResourceVersion
		if fresh := w.Now.Sub(known.at) < causesGrowOld || job.Outcome() != lang.Undecided; ok && known.version == version && fresh {
			found[i] = known
			continue
		}
		found[i].version, stale = version, append(stale, i)
		maps.DeleteFunc(c.forbidden, func(l listed, _ error) bool { return l.namespace == ref.Namespace })
	}
	var group sync.WaitGroup
	slots := make(chan struct{}, suspectsAtOnce)
	for _, i := range stale {
		job, said := w.Jobs[suspects[i]], w.Ends[suspects[i]]
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			found[i].at = w.Now
			found[i].causes, found[i].partly = c.of(ctx, w.Now, job, said)
		})
	}
	group.Wait()
	c.read, w.Causes = map[lang.Ref]readCauses{}, map[lang.Ref][]cause.Cause{}
	for i, ref := range suspects {
		w.Causes[ref] = found[i].causes
		if err := c.forbidden[listed{ref.Namespace, "pods"}]; err == nil || IsForbidden(err) {
			c.read[ref] = found[i] // else it may be known the next time
		}
		if found[i].partly {
			notes = append(notes, fmt.Sprintf("Of %s %d pods were looked at, and there are more.", ref, podPage*mostPodPages))
		}
	}
	return append(notes, c.unlisted()...)
}

// unlisted says what could not be listed, of each namespace once.
func (c *Causes) unlisted() []string {
	denied := map[string][]string{}
	var notes []string
	for key, err := range c.forbidden {
		if IsForbidden(err) {
			denied[key.namespace] = append(denied[key.namespace], key.what)
			continue
		}
		notes = append(notes, fmt.Sprintf("Why Jobs do not run, or have failed, is said without the %s of namespace %s: %v", key.what, key.namespace, err))
	}
	for namespace, what := range denied {
		slices.Sort(what)
		notes = append(notes, fmt.Sprintf("Why Jobs do not run, or have failed, is said without the %s of namespace %s: you may not list them.", strings.Join(what, " and "), namespace))
	}
	slices.Sort(notes)
	return notes
}

// of finds the causes of one Job.
func (c *Causes) of(ctx context.Context, now time.Time, job gate.Job, said string) (found []cause.Cause, partly bool) {
	facts := cause.Facts{Job: job, Said: said, Now: now}
	var known bool
	if facts.Pods, known, partly = c.podsOf(ctx, job); known && !partly {
		facts.Events = c.eventsOf(ctx, facts)
	}
	found = cause.Of(facts)
	if !c.logs {
		return found, partly
	}
	for i := range found {
		if one := &found[i]; one.HasLog() {
			one.Log, one.NoLog = c.logOf(ctx, job.Namespace, one.Pod, one.Container)
			break // of one pod
		}
	}
	return found, partly
}
