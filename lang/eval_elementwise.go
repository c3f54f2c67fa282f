package lang

import "time"

// ElementVerdict says which elements of the annotated Job may run. Those in neither
// set wait.
type ElementVerdict struct {
	// Open are the indexes whose requirements are true.
	Open Indexes
	// Never are those of which a requirement is false, as things stand.
	Never Indexes
	// Next is when that may change by time alone; zero if it will not.
	Next time.Time
	// Problem is one that keeps elements from being decided, if any.
	Problem *Problem
}

// Elementwise reports whether some requirement of e mentions i or self[...] and
// so gates single elements of the annotated Job.
func (e *Expr) Elementwise() bool { return e.elements }

// maxOwnSize is the largest array that is decided element by element.
const maxOwnSize = 1 << 20

// EvalElements decides the requirements that mention i or self[...] for all
// elements of the Job s, whose Object must have its Array. Without such
// requirements all elements are open.
//
// Statuses are decided for runs of indexes at once, in time proportional to the
// runs in the sets of completed and failed indexes and to the segments of the
// index expressions. A comparison, a delay or a step is decided index by index.
func (e *Expr) EvalElements(w World, s *Subject, now time.Time) ElementVerdict {
	v := view{world: w, subject: s, now: now, index: -1, prepared: map[*Check]*prepared{}}
	size := v.ownSize()
	switch {
	case size < 0:
		return ElementVerdict{Problem: &Problem{Code: ProblemNotIndexed, Message: "the Job is not Indexed and has no elements"}}
	case size > maxOwnSize:
		return ElementVerdict{Problem: tooLarge()}
	}
	m := mapping{view: &v, all: Between(0, size-1)}
	result := spread{yes: m.all}
	for _, t := range e.requirements() {
		if mentionsElement(t) {
			result = result.and(m.spread(t, false))
		}
	}
	return ElementVerdict{Open: result.yes, Never: result.no, Next: v.next, Problem: m.problem}
}

// spread is a value for each index: those in neither set are unknown.
type spread struct {
	yes, no Indexes
}

func (a spread) and(b spread) spread {
	return spread{yes: a.yes.Intersect(b.yes), no: a.no.Union(b.no)}
}

func (a spread) not() spread { return spread{yes: a.no, no: a.yes} }

// mapping decides nodes for all indexes.
type mapping struct {
	*view
	all     Indexes
	problem *Problem
}

func (m *mapping) spread(n Node, negated bool) spread {
	switch n := n.(type) {
	case *All:
		result := spread{yes: m.all}
		for _, t := range n.Terms {
			result = result.and(m.spread(t, negated))
		}
		return result
	case *Any:
		result := spread{no: m.all}
		for _, t := range n.Terms {
			other := m.spread(t, negated)
			result = spread{yes: result.yes.Union(other.yes), no: result.no.Intersect(other.no)}
		}
		return result
	case *Not:
		return m.spread(n.Term, !negated).not()
	case *Check:
		return m.check(n, negated)
	}
	return spread{}
}

func (m *mapping) check(c *Check, negated bool) spread {
	switch {
	case !mentionsElement(c):
		f := m.view.check(c, negated)
		return m.constant(f)
	case c.Compare != nil || c.Delay > 0 || c.Before || stepped(c):
		return m.each(c, negated)
	}
	p := m.prepare(c)
	m.note(p.problem)
	if p.size == 0 && len(p.arrays) == 0 {
		return spread{} // a set without members, or one that cannot be listed
	}
	result := spread{yes: m.all}
	if p.no > 0 {
		result.no = m.all
	}
	if p.unsized || p.yes < p.size {
		result.yes = nil
	}
	vacant := m.all
	for _, a := range p.arrays {
		yes, no, none := m.array(a)
		result.yes, result.no = result.yes.Intersect(yes.Union(none)), result.no.Union(no)
		vacant = vacant.Intersect(none)
	}
	if p.size > 0 || p.unsized {
		return result
	}
	// Nothing is left to wait for: open, whatever "not" makes of it.
	result.yes = result.yes.Minus(vacant)
	if negated {
		result.no = result.no.Union(vacant)
	} else {
		result.yes = result.yes.Union(vacant)
	}
	return result
}

func (m *mapping) note(p *Problem) {
	if m.problem == nil {
		m.problem = p
	}
}

func (m *mapping) constant(f finding) spread {
	m.note(f.problem)
	switch f.value {
	case True:
		return spread{yes: m.all}
	case False:
		return spread{no: m.all}
	default:
		return spread{}
	}
}

func stepped(c *Check) bool {
	for i := range c.Targets {
		if e := c.Targets[i].Elements; e != nil {
			for _, r := range e.Ranges {
				if r.Step > 1 {
					return true
				}
			}
		}
	}
	return false
}

// each decides c index by index.
func (m *mapping) each(c *Check, negated bool) spread {
	var result spread
	defer func() { m.index = -1 }()
	for i := range m.ownSize() {
		m.index = i
		f := m.view.check(c, negated)
		m.note(f.problem)
		switch f.value {
		case True:
			result.yes = result.yes.push(i, i)
		case False:
			result.no = result.no.push(i, i)
		}
	}
	return result
}

// array decides an array for all indexes: yes are those all of whose elements
// satisfy the check, no those of which one cannot, none those that have no
// element to wait for.
func (m *mapping) array(a *arrayFacts) (yes, no, none Indexes) {
	m.note(a.problem)
	if a.absent {
		return nil, nil, nil
	}
	whole := Between(0, a.size-1)
	some := m.meeting(a, whole, a.self)
	yes = some.Minus(m.meeting(a, whole.Minus(a.yes), a.self))
	no = m.meeting(a, a.no, a.self)
	if none = m.all.Minus(some); len(none) == 0 {
		return yes, no, nil
	}
	shifted := a.self || a.size == m.ownSize()
	for _, e := range a.lists {
		for i := range e.Ranges {
			shifted = shifted && e.Ranges[i].shifted()
		}
		shifted = shifted && !e.All
	}
	if !shifted {
		inside := Indexes(nil)
		if a.self {
			inside = m.meeting(a, whole, false)
		}
		if len(none.Minus(inside)) > 0 {
			m.index = none.Minus(inside)[0].Low
			_, _, problem := m.members(a)
			m.index = -1
			m.note(problem)
		}
		none = none.Intersect(inside)
	}
	return yes, no, none
}

// meeting returns the indexes that wait for an element in set. withoutOwn
// leaves out the element itself.
func (m *mapping) meeting(a *arrayFacts, set Indexes, withoutOwn bool) Indexes {
	if len(set) == 0 {
		return nil
	}
	list := make([]Interval, 0, min(int64(len(set)), m.ownSize()))
	for _, e := range a.lists {
		if e.All {
			return m.all
		}
		for i := range e.Ranges {
			for _, w := range e.Ranges[i].windows(m.ownSize()) {
				if withoutOwn {
					list = w.meet(w.meet(list, set, beforeOwn), set, afterOwn)
				} else {
					list = w.meet(list, set, everyElement)
				}
			}
		}
	}
	return normalize(list)
}
