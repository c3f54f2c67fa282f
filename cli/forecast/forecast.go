package forecast

import (
	"slices"
	"time"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Cluster is what a Forecast looks at.
type Cluster interface {
	// Job returns what is known of a Job, and whether it exists.
	Job(lang.Ref) (gate.Job, bool)
	// Decision returns what should happen to it, and Trace what its expression says,
	// nil if it has none.
	Decision(lang.Ref) gate.Decision
	Trace(lang.Ref) *lang.Trace
}

// Expectation is when something may be expected to happen.
type Expectation struct {
	// Start and End are zero if nobody can tell.
	Start, End time.Time
	// Because names what keeps it from being known, if anything does: a Job that
	// does not come by itself.
	Because lang.Ref
	// Guesses counts the Jobs on the way whose duration is the median of all Jobs,
	// and Overdue tells that one of them runs longer than its like did.
	Guesses int
	Overdue bool
}

// Known reports whether there is an expectation.
func (e Expectation) Known() bool { return !e.End.IsZero() }

// Forecast is the expectations about the Jobs of a cluster at one time.
type Forecast struct {
	graph   *depgraph.Graph
	cluster Cluster
	history *History
	now     time.Time
	made    map[lang.Ref]Expectation
}

// New returns the forecast for a time.
func New(graph *depgraph.Graph, cluster Cluster, history *History, now time.Time) *Forecast {
	return &Forecast{graph: graph, cluster: cluster, history: history, now: now, made: map[lang.Ref]Expectation{}}
}

// Of returns what is expected of a Job.
func (f *Forecast) Of(ref lang.Ref) Expectation {
	if e, ok := f.made[ref]; ok {
		return e
	}
	f.made[ref] = Expectation{Because: ref} // a cycle ends here
	e := f.of(ref)
	f.made[ref] = e
	return e
}

func (f *Forecast) of(ref lang.Ref) Expectation {
	job, exists := f.cluster.Job(ref)
	unknown := Expectation{Because: ref}
	switch {
	case !exists:
		return unknown
	case job.Outcome() != lang.Undecided:
		return Expectation{Start: job.Started, End: job.Object.Finished}
	}
	d := f.cluster.Decision(ref)
	var e Expectation
	switch state := gate.StateOf(job, d); {
	case d.Action == gate.Failing:
		return Expectation{Start: f.now, End: f.now}
	case state == gate.StateWaiting:
		e = f.node(f.cluster.Trace(ref), ref)
		if !e.Known() {
			return e
		}
		e.Start = later(e.End, f.now)
	case job.Released && job.Gated:
		return unknown // some of its elements may wait
	case state == gate.StateRunning, state == gate.StatePending:
		if e.Start = job.Started; e.Start.IsZero() {
			e.Start = f.now
		}
	default: // it waits for a person
		return unknown
	}
	return f.run(ref, e)
}

// run adds to when a Job starts how long it takes.
func (f *Forecast) run(ref lang.Ref, e Expectation) Expectation {
	estimate, ok := f.history.Estimate(ref)
	if !ok {
		e.End, e.Because = time.Time{}, ref
		return e
	}
	if estimate.Runs == 0 {
		e.Guesses++
	}
	if e.End = e.Start.Add(estimate.Duration); e.End.Before(f.now) {
		e.End, e.Overdue = f.now, true
	}
	return e
}

// node returns when a part of the expression of a Job may be decided.
func (f *Forecast) node(t *lang.Trace, self lang.Ref) Expectation {
	switch {
	case t == nil || t.Value == lang.True:
		return Expectation{End: f.now}
	case t.Value == lang.False:
		return Expectation{}
	case t.Reason != nil && t.Reason.Problem != nil:
		return Expectation{Because: self}
	}
	if check, ok := t.Node.(*lang.Check); ok {
		return f.check(check, self)
	}
	if t.PerElement {
		return Expectation{Because: self}
	}
	all := make([]Expectation, len(t.Terms))
	for i, term := range t.Terms {
		all[i] = f.node(term, self)
	}
	if _, any := t.Node.(*lang.Any); any {
		return nth(all, 1)
	}
	return nth(all, len(all))
}

func (f *Forecast) check(c *lang.Check, self lang.Ref) Expectation {
	if c.Status == lang.StatusTime {
		return Expectation{End: c.At.Add(c.Delay)}
	}
	var all []Expectation
	for i := range c.Targets {
		if c.Targets[i].Self {
			continue
		}
		ref := c.Targets[i].Ref.Resolve(self.Namespace)
		if !ref.IsSet() {
			all = append(all, f.target(c, ref))
			continue
		}
		for _, member := range f.graph.Members(ref, self) {
			of := ref
			of.Name = member.Name
			all = append(all, f.target(c, of))
		}
	}
	if len(all) == 0 {
		return Expectation{Because: self}
	}
	e := nth(all, needed(c, len(all)))
	if e.Known() {
		e.End = e.End.Add(c.Delay)
	}
	return e
}

// target returns when a check on one object may be decided.
func (f *Forecast) target(c *lang.Check, ref lang.Ref) Expectation {
	e := f.Of(ref)
	switch c.Status {
	case lang.StatusExists:
		if job, ok := f.cluster.Job(ref); ok {
			return Expectation{End: job.Created}
		}
	case lang.StatusStarted, lang.StatusReady:
		e.End = e.Start
	}
	return e
}

// needed returns how many of so many members a check needs.
func needed(c *lang.Check, size int) int {
	switch {
	case c.Compare == nil:
		return size
	case c.Compare.Percent:
		return min(int((c.Compare.Number*int64(size)+99)/100), size)
	case c.Compare.Number > int64(size):
		return size + 1
	}
	return int(max(c.Compare.Number, 1))
}

// nth returns the expectation that the first n of some have come: that of the n-th.
// What is not known comes last.
func nth(all []Expectation, n int) Expectation {
	slices.SortStableFunc(all, func(a, b Expectation) int {
		switch {
		case a.Known() && b.Known():
			return a.End.Compare(b.End)
		case !a.Known() && !b.Known() && (a.Because.Name == "") == (b.Because.Name == ""):
			return 0
		case a.Known(), !b.Known() && a.Because.Name != "" && b.Because.Name == "":
			return -1
		default:
			return 1
		}
	})
	if n > len(all) {
		return Expectation{}
	}
	return all[max(n, 1)-1]
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
