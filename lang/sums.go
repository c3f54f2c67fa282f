package lang

// Sums returns the checks of e, all of which must be true, if each of them asks how
// many members of one set there are and how many have a status, and nothing else; and
// nil otherwise. Namespaces are not filled in.
func (e *Expr) Sums() []*Check {
	terms := e.requirements()
	checks := make([]*Check, 0, len(terms))
	for _, t := range terms {
		c, ok := t.(*Check)
		if !ok || c.Status == StatusTime || c.Delay > 0 || c.Before || len(c.Reasons) > 0 || len(c.Codes) > 0 || len(c.Targets) != 1 ||
			c.Targets[0].Elements != nil || c.Targets[0].Self || !c.Targets[0].Ref.IsSet() {
			return nil
		}
		checks = append(checks, c)
	}
	return checks
}

// Of returns what a check for the status says of a single object.
func (s Status) Of(o *Object) Value {
	value, _ := (&Check{Status: s}).of(o)
	return value
}

// Sum returns the value of a check that Sums returned, for a set of which so many
// members satisfy it, cannot, and are there.
func (c *Check) Sum(yes, no, size int64) Value {
	if size == 0 {
		return Unknown
	}
	return c.decide(count{yes: yes, no: no, size: size})
}
