package listing

import (
	"cmp"
	"slices"
	"time"

	"depctl.dev/cli/explanation"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Cluster is what is known of the Jobs.
type Cluster interface {
	explanation.Cluster
	// Refs returns all Jobs that are there, and what else waits.
	Refs() []lang.Ref
	// WaitsFor returns the checks that a Job still waits for, where the states of all
	// objects are these.
	WaitsFor(lang.Ref, map[lang.Ref]gate.State) []string
	States() map[lang.Ref]gate.State
}

// Progress is how many completions a Job has, and of how many.
type Progress struct{ Done, Size, Failed int64 }

// Row is a Job, or another object that waits.
type Row struct {
	Ref lang.Ref
	Job gate.Job
	// State is one of gate.State, and Message says why it is in that one.
	State   gate.State
	Message string
	Progress
	// WaitsFor are the checks that are not true yet, and BlockedBy the roots: what does not
	// come by itself, and where there is nothing of that, what runs.
	WaitsFor  []string
	BlockedBy []lang.Ref
}

// Of returns the rows of those Jobs that a selection has, sorted by namespace and name. Of a
// Job of which progress knows nothing it says whether it has succeeded.
func Of(c Cluster, progress map[lang.Ref]Progress, s Selection) []Row {
	states, roots := c.States(), explanation.NewRoots(c)
	var rows []Row
	for _, ref := range c.Refs() {
		snapshot, _ := c.Snapshot(ref)
		r := Row{Ref: ref, Job: snapshot.Job}
		if r.State, r.Message = c.State(ref); !s.has(r) {
			continue
		}
		if r.Job.Outcome() == lang.Failed {
			r.Message = r.Job.Object.Reason
		}
		r.Progress = progressOf(r.Job, progress)
		r.WaitsFor = c.WaitsFor(ref, states)
		if r.State == gate.StateWaiting || r.State == gate.StateBlocked {
			r.BlockedBy = blockers(roots.Of(ref))
		}
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Job.Namespace, b.Job.Namespace), cmp.Compare(a.Job.Name, b.Job.Name), a.Ref.Compare(b.Ref))
	})
	return rows
}

func progressOf(job gate.Job, known map[lang.Ref]Progress) Progress {
	if array := job.Object.Array; array != nil {
		return Progress{Done: array.Completed.Len(), Size: array.Size, Failed: array.Failed.Len()}
	}
	if p, is := known[job.Identity()]; is && job.IsJob() {
		return p
	}
	p := Progress{Size: 1}
	switch job.Outcome() {
	case lang.Succeeded:
		p.Done = 1
	case lang.Failed:
		p.Failed = 1
	}
	return p
}

// blockers returns those roots that somebody must deal with, and where there are none, all.
func blockers(roots []*explanation.Object) []lang.Ref {
	var stuck, all []lang.Ref
	for _, o := range roots {
		all = append(all, o.Ref())
		switch gate.State(o.State) {
		case gate.StateRunning, gate.StatePending, gate.StateWaiting, gate.StateSucceeded:
		default:
			stuck = append(stuck, o.Ref())
		}
	}
	if len(stuck) > 0 {
		return stuck
	}
	return all
}

// Duration returns how long the Job has run, or ran; zero if it has not begun.
func (r Row) Duration(now time.Time) time.Duration {
	switch end := r.Job.Object.Finished; {
	case r.Job.Started.IsZero():
		return 0
	case end.IsZero() || r.Job.Outcome() == lang.Undecided:
		return now.Sub(r.Job.Started)
	default:
		return end.Sub(r.Job.Started)
	}
}

// Step returns the name of the step that the Job is, of no run its own.
func (r Row) Step() string { return r.Job.Step().Name }

// Call returns what an object is called beside the row.
func (r Row) Call(ref lang.Ref) string {
	if ref.Kind == lang.KindJob && ref.Run == r.Ref.Run {
		ref.Run = ""
	}
	return picture.NameIn(r.Job.Namespace, ref)
}
