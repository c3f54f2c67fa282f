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
	// Because names what keeps it from being known, if anything does, and Why says
	// how.
	Because lang.Ref
	Why     Why
	// Guesses counts the Jobs on the way whose duration is the median of all Jobs,
	// and Overdue tells that one of them runs longer than its like did.
	Guesses int
	Overdue bool
}

// Why says why nothing can be expected of a Job.
type Why uint8

// The reasons.
const (
	// Stuck: it does not come by itself: a person must do something, or nobody can.
	Stuck Why = iota
	// Absent: it does not exist.
	Absent
	// Untimed: nothing tells how long it runs.
	Untimed
	// ByElement: its elements wait each for itself.
	ByElement
	// Foreign: somebody else than the gate starts it.
	Foreign
	// Unlikely: its expression becomes false if every Job succeeds.
	Unlikely
)

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
	switch {
	case !exists:
		return Expectation{Because: ref, Why: Absent}
	case job.Outcome() != lang.Undecided:
		return Expectation{Start: job.Started, End: job.Object.Finished}
	}
	d := f.cluster.Decision(ref)
	var e Expectation
	switch state := gate.StateOf(job, d); {
	case d.Action == gate.Failing:
		return Expectation{Start: f.now, End: f.now}
	case state == gate.StateWaiting:
		p := f.node(f.cluster.Trace(ref), ref)
		if p.value == lang.False {
			return Expectation{Because: ref, Why: Unlikely}
		}
		if e = p.Expectation; !e.Known() {
			e.Start = time.Time{} // that is another's
			return e
		}
		e.Start = later(e.End, f.now)
	case job.Released && job.Gated:
		return Expectation{Because: ref, Why: ByElement}
	case state == gate.StateRunning, state == gate.StatePending:
		if e.Start = job.Started; e.Start.IsZero() {
			e.Start = f.now
		}
	case job.ForeignOwner != "":
		return Expectation{Because: ref, Why: Foreign}
	default: // it waits for a person
		return Expectation{Because: ref}
	}
	return f.run(ref, e)
}

// run adds to when a Job starts how long it takes.
func (f *Forecast) run(ref lang.Ref, e Expectation) Expectation {
	estimate, ok := f.history.Estimate(ref)
	if !ok {
		e.End, e.Because, e.Why = time.Time{}, ref, Untimed
		return e
	}
	if estimate.Guessed() {
		e.Guesses++
	}
	if e.End = e.Start.Add(estimate.Duration); e.End.Before(f.now) {
		e.End, e.Overdue = f.now, true
	}
	return e
}

// prospect is what becomes of a part of an expression, and when: its End. Its value
// is Unknown where nobody can tell.
type prospect struct {
	value lang.Value
	Expectation
}

// node returns what becomes of a part of the expression of a Job if every Job that
// runs succeeds.
func (f *Forecast) node(t *lang.Trace, self lang.Ref) prospect {
	switch {
	case t == nil || t.Value == lang.True:
		return prospect{lang.True, Expectation{End: f.now}}
	case t.Value == lang.False:
		return prospect{lang.False, Expectation{End: f.now}}
	case t.Reason != nil && t.Reason.Problem != nil:
		return prospect{Expectation: Expectation{Because: self}}
	case t.PerElement:
		return prospect{Expectation: Expectation{Because: self, Why: ByElement}}
	}
	terms := make([]prospect, len(t.Terms))
	for i, term := range t.Terms {
		terms[i] = f.node(term, self)
	}
	switch n := t.Node.(type) {
	case *lang.Check:
		return f.check(n, self)
	case *lang.Any:
		return join(terms, lang.True, lang.False)
	case *lang.Not:
		return opposite(terms[0])
	default:
		return join(terms, lang.False, lang.True)
	}
}

func opposite(p prospect) prospect {
	switch p.value {
	case lang.True:
		p.value = lang.False
	case lang.False:
		p.value = lang.True
	}
	return p
}

// join returns what becomes of terms of which one with the value settles it, at the
// first of those, and else all with the other, at the last.
func join(terms []prospect, settles, other lang.Value) prospect {
	var first, last, unknown *prospect
	for i := range terms {
		p := &terms[i]
		switch {
		case p.value == settles && (first == nil || p.End.Before(first.End)):
			first = p
		case p.value == other && (last == nil || p.End.After(last.End)):
			last = p
		case p.value == lang.Unknown && (unknown == nil || unknown.Because.Name == ""):
			unknown = p
		}
	}
	switch {
	case first != nil:
		return *first
	case unknown != nil:
		return *unknown
	default:
		return *last
	}
}

// check returns what becomes of a check: its members are counted as they are decided,
// one after the other, until the count decides.
func (f *Forecast) check(c *lang.Check, self lang.Ref) prospect {
	if c.Status == lang.StatusTime {
		return prospect{lang.True, Expectation{End: c.At.Add(c.Delay)}}
	}
	var members []member
	for i := range c.Targets {
		if c.Targets[i].Self {
			continue
		}
		ref := c.Targets[i].Ref.Resolve(self.Namespace)
		if !ref.IsSet() {
			members = append(members, f.member(c, ref, c.Targets[i].Elements != nil))
			continue
		}
		for _, m := range f.graph.Members(ref, self) {
			of := ref
			of.Name = m.Name
			members = append(members, f.member(c, of, false))
		}
	}
	slices.SortStableFunc(members, func(a, b member) int {
		if a.Known() != b.Known() {
			return map[bool]int{true: -1, false: 1}[a.Known()]
		}
		return a.End.Compare(b.End)
	})
	var yes, no, size int64
	for _, m := range members {
		size += m.size
	}
	for i, m := range members {
		switch m.value {
		case lang.True:
			yes += m.size
		case lang.False:
			no += m.size
		default:
			return m.prospect
		}
		// Those that end at the same time count together.
		if i+1 < len(members) && members[i+1].Known() && members[i+1].End.Equal(m.End) {
			continue
		}
		if value := c.OfCounts(yes, no, size); value != lang.Unknown {
			p := prospect{value, m.Expectation}
			if value == lang.True {
				p.End = p.End.Add(c.Delay)
			}
			return p
		}
	}
	if len(members) == 0 {
		return prospect{Expectation: Expectation{Because: self}}
	}
	return prospect{} // by others that are still to come
}

// member is one of those that a check counts, and size how many of them it stands for.
type member struct {
	prospect
	size int64
}

// member returns what a check on one object becomes.
func (f *Forecast) member(c *lang.Check, ref lang.Ref, elements bool) member {
	m := member{prospect{Expectation: f.Of(ref)}, 1}
	job, exists := f.cluster.Job(ref)
	if exists && elements && job.Object.Array != nil {
		m.size = job.Object.Array.Size
	}
	if !exists {
		return m
	}
	if m.value = c.Status.Of(job.Object); m.value != lang.Unknown {
		m.Expectation = Expectation{End: f.now}
		if c.Delay > 0 {
			m.End = since(c.Status, job.Object, f.now)
		}
		return m
	}
	switch c.Status {
	case lang.StatusStarted, lang.StatusReady:
		m.End = m.Start
	}
	if !m.Known() {
		return m
	}
	will := lang.Object{Outcome: lang.Succeeded, Started: true}
	if f.cluster.Decision(ref).Action == gate.Failing {
		will = lang.Object{Outcome: lang.Skipped}
	}
	m.value = c.Status.Of(&will)
	return m
}

// since returns when an object came to satisfy a status, as far as that is known.
func since(status lang.Status, o *lang.Object, now time.Time) time.Time {
	at := o.Finished
	switch status {
	case lang.StatusExists:
		at = o.Created
	case lang.StatusStarted:
		at = o.StartedAt
	}
	if at.IsZero() {
		return now
	}
	return at
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
