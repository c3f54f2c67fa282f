package simulate

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Job is a Job that runs. Times count from the beginning of the run.
type Job struct {
	Ref        lang.Ref
	Start, End time.Duration
	// Estimate is how long it takes, and what says so.
	Estimate Estimate
	// Endless says that nobody can tell how long; then End is Start.
	Endless bool
	// Wave is 1 if no other came before, and otherwise one more than the last of those
	// that it waited for.
	Wave int
	// After is the Job whose end let this one start; empty if none did. BySlot says that
	// it only made room.
	After  lang.Ref
	BySlot bool
	// Critical: were it longer, all would end later.
	Critical bool
	// Guesses counts the Jobs on the way, with this one, of which the length is guessed,
	// and Overdue says that one of them runs longer than its like did.
	Guesses int
	Overdue bool
}

// Length returns how long the Job runs from the beginning of the run on.
func (j *Job) Length() time.Duration { return j.End - j.Start }

// Why a Job does not run whatever the gate decides.
const (
	goes    = "it is being deleted"
	foreign = "somebody other than the gate suspends it"
	paused  = "parallelism: 0 gives it no pods until somebody raises it"
	nothing = "completions is 0, and some versions of Kubernetes never complete such a Job while it is suspended"
)

// horizon is how far a run looks.
const horizon = 20 * 365 * 24 * time.Hour

// Run is what came of a World.
type Run struct {
	Options
	world World
	// Jobs are those that run, and Idle those that never do, with the reason.
	Jobs map[lang.Ref]*Job
	Idle map[lang.Ref]string

	// before has the Jobs as they were at the beginning.
	before  map[lang.Ref]gate.Job
	now     time.Duration
	events  events
	ready   []readyJob
	running int
	// doubtful are the Jobs to decide again, and ended those that end now.
	doubtful map[lang.Ref]bool
	ended    []lang.Ref
	// met is when Jobs began to wait for nothing but tokens of limits.
	met map[lang.Ref]time.Duration
	// skipped are the idle Jobs that failed without running, which may have let others
	// run: each with what it came after.
	skipped  map[lang.Ref]*Job
	expected map[lang.Ref]Expectation
}

type readyJob struct {
	ref lang.Ref
	at  time.Duration
	// rank is 0 where nobody goes by it.
	rank time.Duration
}

// New runs a World to its end, and keeps it.
func New(w World, o Options) *Run {
	r := &Run{
		Options: o, world: w, Jobs: map[lang.Ref]*Job{}, Idle: map[lang.Ref]string{}, before: map[lang.Ref]gate.Job{},
		doubtful: map[lang.Ref]bool{}, met: map[lang.Ref]time.Duration{}, skipped: map[lang.Ref]*Job{}, expected: map[lang.Ref]Expectation{},
	}
	w.SetTime(o.Now)
	w.Settle()
	if o.Rank != nil {
		w.KeepRanks(o.Rank)
	}
	for _, ref := range w.Jobs() {
		job, there := w.Job(ref)
		if !there {
			continue
		}
		switch r.before[ref] = job; {
		case job.Outcome() == lang.Undecided && r.isUnmade(job):
			heap.Push(&r.events, event{at: job.Created.Sub(o.Now), ref: ref, made: true})
		case job.Outcome() == lang.Undecided:
			r.begin(ref, job)
		case w.Empty(ref) && job.UID == "": // in files, it is complete as soon as it is applied
			r.Jobs[ref] = &Job{Ref: ref, Estimate: Estimate{Annotated: true}, Wave: 1}
		}
	}
	for {
		r.decide()
		r.fill()
		if len(r.events) == 0 {
			break
		}
		r.now = r.events[0].at
		w.SetTime(o.Now.Add(r.now))
		r.ended = r.ended[:0]
		for len(r.events) > 0 && r.events[0].at == r.now {
			r.happen(heap.Pop(&r.events).(event))
		}
	}
	r.conclude()
	return r
}

// begin takes a Job as it is at the beginning.
func (r *Run) begin(ref lang.Ref, job gate.Job) {
	waits := job.AsksToWait() && !job.Released && job.ForeignOwner == "" && job.Suspended
	switch {
	case job.BeingDeleted:
		r.Idle[ref] = goes
	case job.Suspended && r.world.Empty(ref):
		r.Idle[ref] = nothing
	case waits:
		if job.Created.IsZero() {
			job.Created = r.Now
		}
		r.become(job, func(o *lang.Object) { o.Created = job.Created })
		r.doubtful[ref] = true
	case job.Suspended:
		r.Idle[ref] = foreign
	default:
		r.ready = append(r.ready, readyJob{ref: ref, at: r.now})
	}
}

// isUnmade reports whether a Job is still to be made, as one of a CronJob.
func (r *Run) isUnmade(job gate.Job) bool {
	return job.Started.IsZero() && job.Created.After(r.Now.Add(r.now))
}

// become puts a Job back into the world with its object changed. Those whom that may
// open are decided again.
func (r *Run) become(job gate.Job, change func(*lang.Object)) {
	object := *job.Object
	change(&object)
	job.Object = &object
	for _, one := range r.world.Set(job) {
		r.doubtful[one] = true
	}
}

// decide asks the gate until nothing changes any more. Tokens are given when all who may want
// them now are in line.
func (r *Run) decide() {
	for {
		if len(r.doubtful) == 0 {
			for _, ref := range r.world.Give() {
				r.doubtful[ref] = true
			}
		}
		if len(r.doubtful) == 0 {
			return
		}
		refs := make([]lang.Ref, 0, len(r.doubtful))
		for ref := range r.doubtful {
			refs = append(refs, ref)
		}
		clear(r.doubtful)
		slices.SortFunc(refs, lang.Ref.Compare)
		for _, ref := range refs {
			r.ask(ref)
		}
	}
}

func (r *Run) ask(ref lang.Ref) {
	job, there := r.world.Job(ref)
	if !there || r.isUnmade(job) || !job.AsksToWait() || job.Released || job.Outcome() != lang.Undecided || r.Idle[ref] != "" {
		return
	}
	d := r.world.Decide(ref)
	switch d.Action {
	case gate.Releasing:
		job.Released, job.Suspended = true, false
		if d.Handler {
			handler := *job.Object
			handler.Handler, job.Object = true, &handler
		}
		r.world.Set(job) // that it may run opens nothing before it does
		at, waited := r.met[ref]
		if !waited {
			at = r.now
		}
		r.ready = append(r.ready, readyJob{ref: ref, at: at})
	case gate.Failing:
		r.Idle[ref] = d.Message
		r.skipped[ref] = &Job{Ref: ref, Start: r.now, End: r.now}
		r.follow(r.skipped[ref], r.now)
		r.skipped[ref].Wave--
		at := r.Now.Add(r.now)
		r.become(job, func(o *lang.Object) { o.Outcome, o.Finished, o.Reason = lang.Skipped, at, d.Reason })
	default:
		if _, waits := r.met[ref]; d.Reason != gate.ReasonLimitReached {
			delete(r.met, ref)
		} else if !waits {
			r.met[ref] = r.now
		}
		if wait := d.Next.Sub(r.Now.Add(r.now)); !d.Next.IsZero() && r.now+wait < horizon {
			heap.Push(&r.events, event{at: r.now + max(wait, 1), ref: ref})
		}
	}
}

// fill starts what is ready, in order, while there is room.
func (r *Run) fill() {
	if r.Rank != nil {
		for i := range r.ready {
			r.ready[i].rank = r.world.Rank(r.ready[i].ref)
		}
	}
	slices.SortFunc(r.ready, func(a, b readyJob) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.at, b.at), a.ref.Compare(b.ref))
	})
	for len(r.ready) > 0 && (r.Slots == 0 || r.running < r.Slots) {
		next := r.ready[0]
		r.ready = r.ready[1:]
		if r.world.Paused(next.ref) {
			r.Idle[next.ref] = paused
			continue
		}
		r.start(next)
	}
	if len(r.doubtful) > 0 { // some wait for a start
		r.decide()
		if len(r.ready) > 0 && (r.Slots == 0 || r.running < r.Slots) {
			r.fill()
		}
	}
}

func (r *Run) start(next readyJob) {
	job, _ := r.world.Job(next.ref)
	at := r.Now.Add(r.now)
	estimate, known := r.Length(next.ref)
	length := estimate.Duration
	if r.world.Empty(next.ref) {
		estimate, length, known = Estimate{Annotated: true}, 0, true
	}
	j := &Job{Ref: next.ref, Start: r.now, Estimate: estimate, Endless: !known}
	if !job.Started.IsZero() { // it runs already
		length -= at.Sub(job.Started)
		j.Overdue = known && length < 0
		length = max(length, 0)
	}
	if j.End = r.now; known {
		j.End += length
	}
	r.follow(j, next.at)
	if known && estimate.Guessed() {
		j.Guesses++
	}
	r.Jobs[next.ref] = j
	r.running++
	job.Released, job.Suspended = true, false
	r.become(job, func(o *lang.Object) {
		o.Started, o.Ready = true, true
		if o.StartedAt.IsZero() {
			o.StartedAt, o.ReadyAt = at, at
		}
	})
	if known {
		heap.Push(&r.events, event{at: j.End, ref: next.ref, ends: true})
	}
}

func (r *Run) happen(e event) {
	switch {
	case e.made:
		job, _ := r.world.Job(e.ref)
		r.begin(e.ref, job)
		return
	case !e.ends:
		r.doubtful[e.ref] = true
		return
	}
	r.running--
	r.ended = append(r.ended, e.ref)
	job, _ := r.world.Job(e.ref)
	at := r.Now.Add(r.now)
	r.become(job, func(o *lang.Object) {
		o.Outcome, o.Finished, o.Ready = lang.Succeeded, at, false
		if o.Array != nil {
			array := *o.Array
			array.Completed = lang.Indexes{{Low: 0, High: array.Size - 1}}
			o.Array = &array
		}
	})
}
