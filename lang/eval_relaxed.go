package lang

// Relaxed returns e as on-dependency-failure "run" reads it once e is not true: it is
// true when e is, and also when all that e waits for is over, whatever came of it. Its
// text need not be one that anybody would write.
//
// A check that stands under an even number of "not" may become true by that, one under
// an odd number false.
func (e *Expr) Relaxed() *Expr { return newExpr(relaxed(e.tree(), false)) }

func relaxed(n Node, negated bool) Node {
	switch n := n.(type) {
	case *All:
		return &All{Terms: relaxedTerms(n.Terms, negated), span: n.span}
	case *Any:
		return &Any{Terms: relaxedTerms(n.Terms, negated), span: n.span}
	case *Not:
		return &Not{Term: relaxed(n.Term, !negated), span: n.span}
	case *Check:
		return n.relaxed(negated)
	}
	return n
}

func relaxedTerms(terms []Node, negated bool) []Node {
	list := make([]Node, len(terms))
	for i, t := range terms {
		list[i] = relaxed(t, negated)
	}
	return list
}

func (c *Check) relaxed(negated bool) Node {
	over := *c
	over.Status, over.Reasons, over.Codes, over.Results, over.Condition = c.Status.Relaxed(), nil, nil, nil, ""
	counts := c.Compare == nil || c.Compare.Op == AtLeast || c.Compare.Op == MoreThan
	switch {
	case !c.Status.hasFalse() && (c.Status != StatusFinished || !negated && counts):
		return c // true or not, and never false
	case negated:
		over.Status, over.Compare, over.Delay = StatusFinished, nil, 0
		return &All{Terms: []Node{c, &Not{Term: &over, span: c.span}}, span: c.span}
	case over.Status == StatusFinished && counts && (c.Compare == nil || c.Status == StatusSucceeded || c.isOpen()):
		return &over
	default:
		over.Status, over.Compare = StatusFinished, nil
		return &Any{Terms: []Node{c, &over}, span: c.span}
	}
}

// Relaxed returns the status that Expr.Relaxed asks for in its place, where it counts
// members of an open set.
func (s Status) Relaxed() Status {
	if s.spec().outcome {
		return StatusFinished
	}
	return s
}
