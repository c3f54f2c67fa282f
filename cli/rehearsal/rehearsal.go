package rehearsal

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Planned is a Job that will run. Times count from the beginning of the plan.
type Planned struct {
	Ref        lang.Ref
	Start, End time.Duration
	// Basis says how the length is known.
	Basis Basis
	// Wave is 1 if no other of the plan came before, and else one more than the
	// last of those that it waited for.
	Wave int
	// After is the Job whose end let this one start; empty if none did. bySlot
	// says that it only made room.
	After  lang.Ref
	BySlot bool
	// critical: were it longer, all would end later.
	Critical bool
}

func (p *Planned) Length() time.Duration { return p.End - p.Start }

// Idle is a Job that never runs, and why.
type Idle struct {
	Ref    lang.Ref
	Reason string
}

// Rehearsal is a run of a world in which every Job takes as long as expected, and
// succeeds.
type Rehearsal struct {
	world   *snapshot.World
	lengths func(lang.Ref) (time.Duration, Basis)
	// slots is how many Jobs may run at once, 0 for any number.
	slots int

	now     time.Duration
	events  events
	Jobs    map[lang.Ref]*Planned
	ready   []readyJob
	running int
	// doubtful are the Jobs to decide anew, and ended those that end now.
	doubtful map[lang.Ref]bool
	ended    []lang.Ref
	Idle     map[lang.Ref]string
	// skipped are the idle Jobs that failed without running, which may have let
	// others run: each with what it came after.
	skipped map[lang.Ref]*Planned
}

type readyJob struct {
	ref lang.Ref
	at  time.Duration
}

// horizon is how far a plan looks.
const horizon = 20 * 365 * 24 * time.Hour

// New plays what the gate would do: it asks gate.Decide about the same
// world again and again, at the times at which something ends.
func New(w *snapshot.World, slots int, lengths func(lang.Ref) (time.Duration, Basis)) *Rehearsal {
	f := &Rehearsal{
		world: w, lengths: lengths, slots: slots,
		Jobs: map[lang.Ref]*Planned{}, doubtful: map[lang.Ref]bool{}, Idle: map[lang.Ref]string{},
		skipped: map[lang.Ref]*Planned{},
	}
	w.Settle()
	w.Access = snapshot.Hopeful{Access: w.Access} // what is not known is planned as if it were allowed
	begin := w.Now
	for _, ref := range w.Upstream("") {
		job, there := w.Jobs[ref]
		switch {
		case !there:
		case job.Outcome() == lang.Undecided:
			f.begin(ref, job)
		case w.Podless[ref] && job.UID == "": // in files, it is complete as soon as it is applied
			f.Jobs[ref] = &Planned{Ref: ref, Basis: byAnnotation, Wave: 1}
		}
	}
	for {
		f.decide()
		f.fill()
		if len(f.events) == 0 {
			break
		}
		f.now = f.events[0].at
		w.Now = begin.Add(f.now)
		f.ended = f.ended[:0]
		for len(f.events) > 0 && f.events[0].at == f.now {
			f.happen(heap.Pop(&f.events).(event))
		}
	}
	f.conclude()
	return f
}

// begin takes a Job as it is when the plan begins.
func (f *Rehearsal) begin(ref lang.Ref, job gate.Job) {
	held := job.Annotated && !job.Released && job.ForeignOwner == "" && job.Suspended
	switch {
	case job.BeingDeleted:
		f.Idle[ref] = "it is being deleted"
	case job.Suspended && f.world.Podless[ref]:
		f.Idle[ref] = "completions is 0, and some versions of Kubernetes never complete such a Job while it is suspended"
	case held:
		if job.Created.IsZero() {
			job.Created = f.world.Now
		}
		f.become(ref, job, func(o *lang.Object) { o.Created = job.Created })
		f.doubtful[ref] = true
	case job.Suspended:
		f.Idle[ref] = "somebody other than the gate suspends it"
	default:
		f.ready = append(f.ready, readyJob{ref: ref})
	}
}

// become puts a Job back into the world with its object changed. Those whom that
// may open are decided anew.
func (f *Rehearsal) become(ref lang.Ref, job gate.Job, change func(*lang.Object)) {
	object := *job.Object
	change(&object)
	job.Object = &object
	f.world.Jobs[ref] = job
	for _, one := range f.world.Graph.Set(ref, job.Node(f.world.Graph.Expr(ref))) {
		f.doubtful[one] = true
	}
}

// decide asks the gate until nothing changes any more.
func (f *Rehearsal) decide() {
	for len(f.doubtful) > 0 {
		refs := make([]lang.Ref, 0, len(f.doubtful))
		for ref := range f.doubtful {
			refs = append(refs, ref)
		}
		clear(f.doubtful)
		slices.SortFunc(refs, lang.Ref.Compare)
		for _, ref := range refs {
			f.ask(ref)
		}
	}
}

func (f *Rehearsal) ask(ref lang.Ref) {
	job, there := f.world.Jobs[ref]
	if !there || !job.Annotated || job.Released || job.Outcome() != lang.Undecided {
		return
	}
	d := f.world.Decide(ref)
	switch d.Action {
	case gate.Releasing:
		job.Released, job.Suspended = true, false
		f.world.Jobs[ref] = job
		f.ready = append(f.ready, readyJob{ref, f.now})
	case gate.Failing:
		f.Idle[ref] = d.Message
		f.skipped[ref] = &Planned{Ref: ref, Start: f.now, End: f.now}
		f.follow(f.skipped[ref], f.now)
		f.skipped[ref].Wave--
		f.become(ref, job, func(o *lang.Object) { o.Outcome, o.Finished, o.Reason = lang.Skipped, f.world.Now, d.Reason })
	default:
		if wait := d.Next.Sub(f.world.Now); !d.Next.IsZero() && f.now+wait < horizon {
			heap.Push(&f.events, event{at: f.now + max(wait, 1), ref: ref})
		}
	}
}

// fill starts what is ready, first come first served, while there is room.
func (f *Rehearsal) fill() {
	slices.SortFunc(f.ready, func(a, b readyJob) int { return cmp.Or(cmp.Compare(a.at, b.at), a.ref.Compare(b.ref)) })
	for len(f.ready) > 0 && (f.slots == 0 || f.running < f.slots) {
		next := f.ready[0]
		f.ready = f.ready[1:]
		if f.world.IsPaused(next.ref) {
			f.Idle[next.ref] = snapshot.PausedText
			continue
		}
		f.start(next)
	}
	if len(f.doubtful) > 0 { // some wait for a start
		f.decide()
		if len(f.ready) > 0 && (f.slots == 0 || f.running < f.slots) {
			f.fill()
		}
	}
}

func (f *Rehearsal) start(next readyJob) {
	job := f.world.Jobs[next.ref]
	length, known := f.lengths(next.ref)
	if f.world.Podless[next.ref] {
		length, known = 0, byAnnotation
	}
	if !job.Started.IsZero() { // it runs already
		length = max(length-f.world.Now.Sub(job.Started), 0)
	}
	p := &Planned{Ref: next.ref, Start: f.now, End: f.now + length, Basis: known}
	f.follow(p, next.at)
	f.Jobs[next.ref] = p
	f.running++
	job.Released, job.Suspended = true, false
	f.become(next.ref, job, func(o *lang.Object) {
		o.Started, o.Ready = true, true
		if o.StartedAt.IsZero() {
			o.StartedAt, o.ReadyAt = f.world.Now, f.world.Now
		}
	})
	heap.Push(&f.events, event{at: p.End, ref: next.ref, ends: true})
}

// follow finds out what a Job came after.
func (f *Rehearsal) follow(p *Planned, ready time.Duration) {
	var last *Planned
	for _, ref := range f.world.Graph.Prerequisites(p.Ref) {
		before := f.Jobs[ref]
		if before == nil {
			before = f.skipped[ref]
		}
		if before == nil || before.End > ready || f.world.Jobs[ref].Outcome() == lang.Undecided {
			continue
		}
		p.Wave = max(p.Wave, before.Wave)
		if last == nil || before.End > last.End || before.End == last.End && before.Ref.Compare(last.Ref) < 0 {
			last = before
		}
	}
	p.Wave++
	if last != nil {
		p.After = last.Ref
		if f.skipped[last.Ref] != nil {
			p.After = last.After
		}
	}
	if p.Start > ready && len(f.ended) > 0 {
		p.After, p.BySlot = slices.MinFunc(f.ended, lang.Ref.Compare), true
	}
}

func (f *Rehearsal) happen(e event) {
	if !e.ends {
		f.doubtful[e.ref] = true
		return
	}
	f.running--
	f.ended = append(f.ended, e.ref)
	f.become(e.ref, f.world.Jobs[e.ref], func(o *lang.Object) {
		o.Outcome, o.Finished, o.Ready = lang.Succeeded, f.world.Now, false
		if o.Array != nil {
			array := *o.Array
			array.Completed = lang.Indexes{{Low: 0, High: array.Size - 1}}
			o.Array = &array
		}
	})
}

// conclude marks the critical path, and says why the others never run.
func (f *Rehearsal) conclude() {
	var last *Planned
	for _, p := range f.Jobs {
		if last == nil || p.End > last.End || p.End == last.End && p.Ref.Compare(last.Ref) < 0 {
			last = p
		}
	}
	for last != nil && !last.Critical {
		last.Critical = true
		last = f.Jobs[last.After]
	}
	f.world.Graph.Settle()
	for ref, job := range f.world.Jobs {
		if _, known := f.Idle[ref]; !known && f.Jobs[ref] == nil && job.Outcome() == lang.Undecided {
			f.Idle[ref] = f.world.Decide(ref).Message
		}
	}
}
