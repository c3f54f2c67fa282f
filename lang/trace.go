package lang

import "time"

// Trace is a node of an expression with its value and those of all below it.
type Trace struct {
	Node  Node
	Value Value
	// Terms are those of an all-of and of an any-of, and the one of a not.
	Terms []*Trace
	// Reason is what was found for a check; nil for every other node.
	Reason *Reason
	// PerElement says that the value depends on the element of the annotated Job, and
	// that none was named: nothing below is evaluated.
	PerElement bool
}

// Trace evaluates every node of e, also those that decide nothing: for people who
// want to see it all. index is that of an element of the annotated Job, or -1 for
// the Job itself. The value of the root is that of Eval, unless the root is per
// element; with an index it is that of all requirements together.
func (e *Expr) Trace(w World, s *Subject, now time.Time, index int64) *Trace {
	v := view{world: w, subject: s, now: now, index: index}
	return v.trace(e.tree(), false)
}

func (v *view) trace(n Node, negated bool) *Trace {
	t := &Trace{Node: n}
	switch n := n.(type) {
	case *All:
		t.Terms, t.Value = v.traces(n.Terms, negated), True
		for _, term := range t.Terms {
			if !term.PerElement {
				t.Value = and(t.Value, term.Value)
			}
		}
	case *Any:
		if t.PerElement = v.index < 0 && mentionsElement(n); t.PerElement {
			return t
		}
		t.Terms, t.Value = v.traces(n.Terms, negated), False
		for _, term := range t.Terms {
			t.Value = or(t.Value, term.Value)
		}
	case *Not:
		if t.PerElement = v.index < 0 && mentionsElement(n); t.PerElement {
			return t
		}
		term := v.trace(n.Term, !negated)
		t.Terms, t.Value = []*Trace{term}, not(term.Value)
	case *Check:
		if t.PerElement = v.index < 0 && mentionsElement(n); t.PerElement {
			return t
		}
		value, reasons := v.reasons(n, negated)
		t.Value, t.Reason = value, &reasons[0]
	}
	return t
}

func (v *view) traces(nodes []Node, negated bool) []*Trace {
	list := make([]*Trace, len(nodes))
	for i, n := range nodes {
		list[i] = v.trace(n, negated)
	}
	return list
}

// Attainable reports whether the value may still become true if no problem is ever
// fixed. What is unknown for another reason may become anything.
func (t *Trace) Attainable() bool { return t.satisfiability().yes }

func (t *Trace) satisfiability() satisfiability {
	if t.PerElement {
		return satisfiability{true, true}
	}
	switch n := t.Node.(type) {
	case *All:
		o := satisfiability{yes: true}
		for _, term := range t.Terms {
			o = o.and(term.satisfiability())
		}
		return o
	case *Any:
		o := satisfiability{no: true}
		for _, term := range t.Terms {
			o = o.or(term.satisfiability())
		}
		return o
	case *Not:
		return t.Terms[0].satisfiability().not()
	case *Check:
		switch {
		case t.Value != Unknown:
			return settled(t.Value)
		case t.Reason != nil && t.Reason.Problem != nil && t.Reason.Problem.Code != ProblemUnasked:
			return satisfiability{}
		}
		return satisfiability{yes: true, no: n.Status.hasFalse()}
	}
	return satisfiability{true, true}
}
