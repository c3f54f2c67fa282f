package runs

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// summary is how a run stands: one that was made by its name, or that of a CronJob for one
// of its scheduled times.
type summary struct {
	namespace, name string
	// cronJob is the name of the CronJob, empty for a run of steps.
	cronJob string
	state   gate.State
	// size is how many steps there are or are said to be, and over how many have ended.
	size, over int
	// recorded says that the run of a CronJob has no Job: what is known of it is its state, and reason.
	recorded bool
	reason   string
	// steps are those that are there; superseded Jobs of them are history.
	steps, history []lang.Ref
	// blockers are what its steps wait for and what does not come by itself, and else what runs.
	blockers []lang.Ref
	created  time.Time
	// started is when the first began, and finished when the last ended, zero while one
	// has not.
	started, finished time.Time
}

// key tells runs apart.
type key struct{ namespace, name, cronJob string }

// reading is what is read: the world, and the scheduled time of each child of a CronJob.
type reading struct {
	world    *snapshot.World
	children map[lang.Ref]key
	notes    []string
}

func read(ctx context.Context, c *cluster.Reader, now time.Time) (*reading, error) {
	r := &reading{children: map[lang.Ref]key{}}
	var err error
	c.Noted = r.see
	r.world, r.notes, err = c.Read(ctx, now)
	return r, err
}

// see notes which Jobs are those of CronJobs.
func (r *reading) see(job *batchv1.Job) {
	at, ok := schedule.ScheduledTime(job)
	if !ok || job.Labels[gate.RunLabel] != "" {
		return
	}
	for i := range job.OwnerReferences {
		if owner := &job.OwnerReferences[i]; owner.Kind == "CronJob" && strings.HasPrefix(owner.APIVersion, batchv1.GroupName+"/") {
			r.children[lang.Job(job.Namespace, job.Name)] = key{job.Namespace, at.Format(time.RFC3339), owner.Name}
		}
	}
}

// summaries returns the runs of a namespace, or of all if it is empty, the latest first.
func (r *reading) summaries(namespace string) []*summary {
	r.world.Settle()
	found := map[key]*summary{}
	of := func(k key) *summary {
		if found[k] == nil {
			found[k] = &summary{namespace: k.namespace, name: k.name, cronJob: k.cronJob}
		}
		return found[k]
	}
	latest := map[key]lang.Ref{}
	for ref, job := range r.world.Jobs {
		if namespace != "" && ref.Namespace != namespace {
			continue // somebody waits for it
		}
		if k, child := r.children[ref]; child {
			// Of several Jobs for one time the newest counts.
			if before, there := latest[k]; !there || gate.Newer(job, r.world.Jobs[before]) {
				latest[k] = ref
			}
			continue
		}
		step := job.Step()
		switch s := of(key{step.Namespace, step.Run, ""}); {
		case step.Run == "": // is left out
		case job.Superseded:
			s.history = append(s.history, ref)
		default:
			s.add(r.world, ref)
		}
	}
	for k, ref := range latest {
		of(k).add(r.world, ref)
	}
	for _, ref := range r.world.CronJobs.Refs() {
		if namespace != "" && ref.Namespace != namespace {
			continue
		}
		for _, run := range r.world.LastRuns(ref, snapshot.MostRecorded) {
			if _, made := r.world.RunJob(run); !made {
				if s := of(key{run.Namespace, run.Run, run.Name}); len(s.steps) == 0 {
					s.remember(r.world, run)
				}
			}
		}
	}
	var list []*summary
	for k, s := range found {
		switch {
		case k.name == "":
		case s.recorded:
			list = append(list, s)
		default:
			s.judge(r.world)
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *summary) int {
		return cmp.Or(b.created.Compare(a.created), cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.cronJob, b.cronJob), cmp.Compare(b.name, a.name))
	})
	return list
}

// remember is add for a run of a CronJob without a Job: it was missed, or its Job is gone.
func (s *summary) remember(w *snapshot.World, run lang.Ref) {
	s.recorded = true
	s.state, s.reason = w.State(run)
	at, _ := time.Parse(time.RFC3339, run.Run)
	s.created = at
	runs := w.CronJobs.Runs(run)
	switch s.state {
	case gate.StateSucceeded, gate.StateFailed:
		s.finished = runs.At(at, schedule.Unasked).Object.Finished
	case picture.StateUnknown:
		why, _ := runs.Why(at, w.Now, w.Answers[run.Object()][at])
		s.reason = string(why)
	}
}

func (s *summary) add(w *snapshot.World, ref lang.Ref) {
	job := w.Jobs[ref]
	s.steps = append(s.steps, ref)
	s.size = max(s.size, int(job.Object.RunSize))
	if s.created.IsZero() || job.Created.Before(s.created) {
		s.created = job.Created
	}
	if began := job.Started; !began.IsZero() && (s.started.IsZero() || began.Before(s.started)) {
		s.started = began
	}
	if job.Outcome() != lang.Undecided {
		s.over++
		for _, at := range []time.Time{job.Created, job.Object.Finished} { // of some it is not known when they ended
			if at.After(s.finished) {
				s.finished = at
			}
		}
	}
}

// isOver reports whether nothing of the run is still to come.
func (s *summary) isOver() bool { return s.over == s.size }

// judge says how the run stands as a whole. What the language says of a run comes first:
// it has failed with its first step that did.
func (s *summary) judge(w *snapshot.World) {
	s.size = max(s.size, len(s.steps))
	slices.SortFunc(s.steps, lang.Ref.Compare)
	if !s.isOver() {
		s.finished = time.Time{}
	}
	states := map[gate.State]int{}
	for _, ref := range s.steps {
		if job := w.Jobs[ref]; job.Outcome() == lang.Undecided {
			states[gate.StateOf(job, w.Decide(ref))]++
		}
	}
	s.blockers = s.blockersIn(w)
	switch value := s.value(w); {
	case value == lang.False:
		s.state = gate.StateFailed
	case value == lang.True && s.isOver():
		s.state = gate.StateSucceeded
	case states[gate.StateRunning]+states[gate.StatePending] > 0:
		s.state = gate.StateRunning
	default:
		s.state = gate.StateWaiting
		for _, stuck := range []gate.State{gate.StateInvalid, gate.StateBlocked, gate.StateHeld, gate.StateSuspended} {
			if states[stuck] > 0 && states[gate.StateWaiting] == 0 {
				s.state = stuck
			}
		}
	}
}

func (s *summary) value(w *snapshot.World) lang.Value {
	if s.cronJob == "" {
		value, err := w.RunSucceeded(s.namespace, s.name)
		if err != nil {
			return lang.Unknown
		}
		return value
	}
	switch w.Jobs[s.steps[0]].Outcome() {
	case lang.Succeeded:
		return lang.True
	case lang.Undecided:
		return lang.Unknown
	}
	return lang.False
}

// blockersIn returns what the steps that have not ended wait for: what somebody must deal
// with, and where there is nothing of that, what runs.
func (s *summary) blockersIn(w *snapshot.World) []lang.Ref {
	var stuck, running []lang.Ref
	seen := map[lang.Ref]bool{}
	look := func(ref lang.Ref) {
		if seen[ref] {
			return
		}
		seen[ref] = true
		job, there := w.Jobs[ref]
		switch {
		case !there:
			stuck = append(stuck, ref)
		case job.Outcome() == lang.Failed || job.Outcome() == lang.Skipped || job.OnHold && job.Outcome() == lang.Undecided:
			stuck = append(stuck, ref)
		case job.Outcome() == lang.Undecided && (!job.AsksToWait() || job.Released):
			running = append(running, ref)
		}
	}
	for _, ref := range s.steps {
		if job := w.Jobs[ref]; job.Outcome() == lang.Undecided && job.AsksToWait() && !job.Released {
			if job.OnHold {
				look(ref)
			}
			for _, prerequisite := range w.Graph.Prerequisites(ref) {
				look(prerequisite)
			}
		}
	}
	if len(stuck) == 0 {
		stuck = running
	}
	slices.SortFunc(stuck, lang.Ref.Compare)
	return stuck
}

// duration is how long the run has taken from its first start, zero if it has none.
func (s *summary) duration(now time.Time) time.Duration {
	switch {
	case s.started.IsZero():
		return 0
	case s.finished.IsZero():
		return now.Sub(s.started)
	}
	return s.finished.Sub(s.started)
}

// display is the name of the run for people.
func (s *summary) display() string {
	if s.cronJob == "" {
		return s.name
	}
	return "cronjob/" + s.cronJob + " " + s.name
}

// metaTime is a time as Kubernetes prints it in JSON, nothing if it is zero.
func metaTime(t time.Time) *metav1.Time {
	if t.IsZero() {
		return nil
	}
	at := metav1.NewTime(t)
	return &at
}
