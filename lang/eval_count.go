package lang

// Counts reports whether the value of c follows from how many objects have its status,
// cannot have it, and are there: its own delay, its keys and single elements ask for more.
func (c *Check) Counts() bool {
	if c.Status == StatusTime || c.Delay > 0 || c.Before || len(c.Reasons) > 0 || len(c.Codes) > 0 || len(c.Results) > 0 || c.Condition != "" || c.Status == StatusAbsent {
		return false
	}
	for i := range c.Targets {
		if t := &c.Targets[i]; t.Elements != nil || t.Self || t.WholeRun || t.Ref.Kind == KindCronJob {
			return false
		}
	}
	return true
}

// Of returns what a check for the status says of a single object.
func (s Status) Of(o *Object) Value {
	value, _ := (&Check{Status: s}).of(o)
	return value
}

// OfCounts returns the value of a check that Counts, where so many of its objects, each
// counted once, satisfy it, cannot, and are there.
func (c *Check) OfCounts(yes, no, size int64) Value {
	if size == 0 {
		return Unknown
	}
	return c.decide(count{yes: yes, no: no, size: size})
}

// Combine returns the value of e for values of its checks, in the order of Checks. e must
// not be Elementwise.
func (e *Expr) Combine(value func(i int) Value) Value {
	i := 0
	return combine(e.tree(), func() Value {
		i++
		return value(i - 1)
	})
}

func combine(n Node, next func() Value) Value {
	switch n := n.(type) {
	case *All:
		value := True
		for _, t := range n.Terms {
			value = and(value, combine(t, next))
		}
		return value
	case *Any:
		value := False
		for _, t := range n.Terms {
			value = or(value, combine(t, next))
		}
		return value
	case *Not:
		return not(combine(n.Term, next))
	default:
		return next()
	}
}
