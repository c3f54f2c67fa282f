package simulate

import (
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
	// met is when Jobs began to wait for nothing but tokens, and given counts those that were
	// given some.
	met   map[lang.Ref]time.Duration
	given int
	// skipped are those that take no time and may have let others run: idle Jobs that failed
	// without running, and what never ends and has started. Each is there with what it came after.
	skipped  map[lang.Ref]*Job
	expected map[lang.Ref]Expectation
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
		if r.MaxStarting > 0 {
			r.refill()
		}
		for _, ref := range r.ended {
			r.end(ref)
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
	case !job.Ends(): // it has started
	case job.Suspended:
		r.Idle[ref] = foreign
	default:
		r.queue(job, 0)
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
		if len(r.doubtful) == 0 && !r.give() {
			return
		}
		refs := make([]lang.Ref, 0, len(r.doubtful))
		for ref := range r.doubtful {
			refs = append(refs, ref)
		}
		clear(r.doubtful)
		slices.SortFunc(refs, lang.Ref.Compare)
		for _, ref := range refs {
			r.ask(ref, 0)
		}
	}
}

// give has tokens given to those in line, and reports whether anybody got some.
func (r *Run) give() bool {
	refs := r.world.Give()
	for _, ref := range refs {
		r.given++
		r.ask(ref, r.given)
	}
	return len(refs) > 0
}

// ask asks the gate about a Job, whose turn it is among those that were given tokens.
func (r *Run) ask(ref lang.Ref, turn int) {
	job, there := r.world.Job(ref)
	if !there || r.isUnmade(job) || !job.AsksToWait() || job.Released || job.Outcome() != lang.Undecided || r.Idle[ref] != "" {
		return
	}
	d := r.world.Decide(ref)
	skip := func() {
		r.Idle[ref] = d.Message
		r.pass(ref)
		at := r.Now.Add(r.now)
		r.become(job, func(o *lang.Object) { o.Outcome, o.Finished, o.Reason = lang.Skipped, at, d.Reason })
	}
	switch d.Action {
	case gate.Releasing:
		job.Released, job.Suspended = true, false
		if !job.Ends() { // it is taken to be ready at once
			r.pass(ref)
			r.become(job, func(o *lang.Object) {
				o.Started, o.StartedAt, o.Ready, o.ReadyAt = true, r.Now.Add(r.now), true, r.Now.Add(r.now)
			})
			return
		}
		if d.Handler {
			handler := *job.Object
			handler.Handler, job.Object = true, &handler
		}
		r.world.Set(job) // that it may run opens nothing before it does
		r.queue(job, turn)
		if r.MaxStarting > 0 { // from then on its pods count no more
			heap.Push(&r.events, event{at: r.now + gate.StartingTime, ref: ref})
		}
	case gate.Failing:
		skip()
	default:
		if d.Reason == gate.ReasonDependencyFailed && job.SkipsHeld() {
			skip()
			return
		}
		if _, waits := r.met[ref]; d.Reason != gate.ReasonLimitReached && d.Reason != gate.ReasonTooManyStarting {
			delete(r.met, ref)
		} else if !waits {
			r.met[ref] = r.now
		}
		if wait := d.Next.Sub(r.Now.Add(r.now)); !d.Next.IsZero() && r.now+wait < horizon {
			heap.Push(&r.events, event{at: r.now + max(wait, 1), ref: ref})
		}
	}
}

// pass notes what a Job came after that takes no time, and may let others run.
func (r *Run) pass(ref lang.Ref) {
	r.skipped[ref] = &Job{Ref: ref, Start: r.now, End: r.now}
	r.follow(r.skipped[ref], r.now, r.now)
	r.skipped[ref].Wave--
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
}

// end has a Job be over.
func (r *Run) end(ref lang.Ref) {
	job, _ := r.world.Job(ref)
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
