package lang

// Fate says how an object may still change, as far as others than the object itself
// decide that.
type Fate uint8

// The fates. Free is that of every object of which nothing else is known.
const (
	// Free: it may be created, start, and end in any way.
	Free Fate = iota
	// OnlySkipped: it never runs. It stays as it is now, or is skipped.
	OnlySkipped
	// Frozen: it stays as it is now.
	Frozen
)

// Satisfiable reports whether the requirements that gate the Job s can ever be true,
// and whether they can ever be false, if each object that w knows ends as its
// fate allows. Time passes, problems are fixed and open sets grow. It may report
// too much as possible, but only where an object appears twice or has elements, or
// a delayed count is right from the start.
//
// Requirements of single elements (i, self[...]) keep no Job from being opened,
// and may always become false: elements are not simulated here.
//
// The time is linear in the checks and in the members of their sets.
func (e *Expr) Satisfiable(w World, s *Subject, fate func(Ref) Fate) (canBeTrue, canBeFalse bool) {
	f := foresight{view: view{world: w, subject: s, index: -1}, expr: e, fate: fate}
	o := satisfiability{yes: true, no: e.elements}
	for _, t := range e.requirements() {
		if !e.elements || !mentionsElement(t) {
			o = o.and(f.satisfiability(t))
		}
	}
	return o.yes, o.no
}

// Blockers returns the objects that, by their fate, keep the requirements that
// gate the Job s from ever being true, in the order of the text and with
// repetitions. It is empty where Satisfiable says that they can be true, and where
// they cannot for another reason.
func (e *Expr) Blockers(w World, s *Subject, fate func(Ref) Fate) []Ref {
	f := foresight{view: view{world: w, subject: s, index: -1}, expr: e, fate: fate}
	for _, t := range e.requirements() {
		if !e.elements || !mentionsElement(t) {
			f.block(t, true)
		}
	}
	return f.blockers
}

// satisfiability is which of the two decided values something has, or can still have.
type satisfiability struct{ yes, no bool }

func (o satisfiability) and(p satisfiability) satisfiability {
	return satisfiability{yes: o.yes && p.yes, no: o.no || p.no}
}

func (o satisfiability) or(p satisfiability) satisfiability {
	return satisfiability{yes: o.yes || p.yes, no: o.no && p.no}
}

func (o satisfiability) not() satisfiability { return satisfiability{yes: o.no, no: o.yes} }

// settled is the satisfiability of what no longer changes.
func settled(v Value) satisfiability { return satisfiability{yes: v == True, no: v == False} }

// foresight looks at a world with the fates of its objects.
type foresight struct {
	view
	expr     *Expr
	fate     func(Ref) Fate
	blockers []Ref
	// expected are the runs to which steps may come that the expression names; nil until
	// somebody asks.
	expected map[Ref]bool
}

func (f *foresight) satisfiability(n Node) satisfiability {
	switch n := n.(type) {
	case *All:
		o := satisfiability{yes: true}
		for _, t := range n.Terms {
			o = o.and(f.satisfiability(t))
		}
		return o
	case *Any:
		o := satisfiability{no: true}
		for _, t := range n.Terms {
			o = o.or(f.satisfiability(t))
		}
		return o
	case *Not:
		return f.satisfiability(n.Term).not()
	case *Check:
		return f.check(n)
	}
	return satisfiability{true, true}
}

// block collects what keeps n from the value that is wanted.
func (f *foresight) block(n Node, want bool) {
	if o := f.satisfiability(n); want && o.yes || !want && o.no {
		return
	}
	switch n := n.(type) {
	case *All:
		for _, t := range n.Terms {
			f.block(t, want)
		}
	case *Any:
		for _, t := range n.Terms {
			f.block(t, want)
		}
	case *Not:
		f.block(n.Term, !want)
	case *Check:
		if t := n.plain(); t != nil {
			ref := t.Ref.Resolve(f.subject.Ref)
			if value, _ := n.of(f.world.Object(ref)); value == Unknown && f.fate(ref) != Free {
				f.blockers = append(f.blockers, ref)
			}
			return
		}
		f.blockers = append(f.blockers, f.bound(n)...)
	}
}

// bound returns the undecided members of a set or steps of a run that are not free.
func (f *foresight) bound(c *Check) []Ref {
	switch {
	case c.Status == StatusTime:
		return nil
	case c.Status == StatusAbsent: // what is never created stays absent
		ref := c.Targets[0].Ref.Resolve(f.subject.Ref)
		if f.world.Object(ref) == nil && f.fate(ref) != Free {
			return []Ref{ref}
		}
		return nil
	}
	if !c.Targets[0].WholeRun {
		return f.countBounds(c).bound
	}
	var bound []Ref
	run := c.Targets[0].Ref.Resolve(f.subject.Ref)
	for _, m := range f.undecidedSteps(run) {
		if ref := run.member(m); f.fate(ref) != Free {
			bound = append(bound, ref)
		}
	}
	return bound
}

func (f *foresight) check(c *Check) satisfiability {
	if c.Status == StatusTime {
		return satisfiability{yes: true}
	}
	switch {
	case c.Status == StatusAbsent:
		return f.absent(c)
	case len(c.Targets) == 1 && c.Targets[0].WholeRun:
		return f.run(c)
	}
	if t := c.plain(); t != nil {
		ref := t.Ref.Resolve(f.subject.Ref)
		return f.object(c, f.world.Object(ref), f.fate(ref))
	}
	if own := f.subject.Object; c.Before && (own == nil || own.Created.IsZero()) {
		return satisfiability{true, true}
	}
	return c.satisfiability(f.countBounds(c))
}

// object is what may become of c, asked about one object.
func (f *foresight) object(c *Check, o *Object, fate Fate) satisfiability {
	value, _ := c.of(o)
	switch {
	case value == True && c.Status.spec().revocable && o.Outcome == Undecided && fate == Free:
		return satisfiability{true, true} // it may be undone
	case value != Unknown || fate == Frozen:
		return settled(value)
	case fate == OnlySkipped:
		value, _ = c.of(asSkipped(o))
		return settled(value)
	default:
		return satisfiability{yes: true, no: c.Status.hasFalse()}
	}
}

func asSkipped(o *Object) *Object {
	var skipped Object
	if o != nil {
		skipped = *o
	}
	skipped.Outcome, skipped.Problem = Skipped, nil
	return &skipped
}

// absent is what may become of c, asked whether something does not exist. What exists is
// there for good, as what has ended has.
func (f *foresight) absent(c *Check) satisfiability {
	ref := c.Targets[0].Ref.Resolve(f.subject.Ref)
	o := f.world.Object(ref)
	switch {
	case o != nil && o.Problem == nil:
		return settled(False)
	case o == nil && f.fate(ref) == Frozen:
		return settled(True)
	}
	return satisfiability{true, true}
}

// run is what may become of c, asked about a whole run. A run may get another step, which may
// end in any way, if nobody has said its size, or if the expression waits for one.
func (f *foresight) run(c *Check) satisfiability {
	ref := c.Targets[0].Ref.Resolve(f.subject.Ref)
	n, problem := f.steps(ref)
	if problem != nil {
		return satisfiability{true, c.Status.hasFalse()}
	}
	if n.failed > 0 && c.Status != StatusFinished {
		return settled(n.of(c.Status))
	}
	free, ends := !n.sealed || f.expects(ref), true
	for _, m := range f.undecidedSteps(ref) {
		fate := f.fate(ref.member(m))
		free, ends = free || fate == Free, ends && fate != Frozen
	}
	ends = ends && (free || n.taking > 0) // all steps may be over
	switch c.Status {
	case StatusFinished:
		return satisfiability{yes: ends}
	case StatusFailed:
		return satisfiability{yes: free || ends && n.succeeded == 0, no: ends && (free || n.succeeded > 0)}
	default:
		return satisfiability{yes: ends && (free || n.succeeded > 0), no: free || ends && n.succeeded == 0}
	}
}

// expects reports whether the expression itself names steps of a run that may still come. The
// size that somebody said is no limit: what is named and not there is one step more.
func (f *foresight) expects(run Ref) bool {
	if f.expected == nil {
		f.expected = map[Ref]bool{}
		for _, c := range f.expr.Checks() {
			for i := range c.Targets {
				t := &c.Targets[i]
				ref := t.Ref.Resolve(f.subject.Ref)
				if t.WholeRun || t.Self || ref.Kind != KindJob {
					continue
				}
				if ref.IsSet() || f.world.Object(ref) == nil && f.fate(ref) != Frozen {
					ref.Name = run.Name
					f.expected[ref] = true
				}
			}
		}
	}
	return f.expected[run]
}

// undecidedSteps returns the steps of a run that take part and are not over.
func (f *foresight) undecidedSteps(run Ref) []Member {
	members, _ := f.world.Members(run)
	var list []Member
	for _, m := range members {
		if o := m.Object; o == nil || !o.NamesRun && o.Outcome == Undecided {
			list = append(list, m)
		}
	}
	return list
}
