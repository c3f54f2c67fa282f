package lang

import (
	"slices"
	"time"
)

// decision is when a member of a set was decided, zero if that is not known,
// and which way.
type decision struct {
	at  time.Time
	yes bool
}

// appendDecisions appends the decisions of those elements of a that are members.
func (v *view) appendDecisions(list []decision, c *Check, a *arrayFacts, members Indexes) []decision {
	for _, yes := range [...]bool{true, false} {
		decided := a.no
		if yes {
			decided = a.yes
		}
		for _, m := range members {
			for k := decided.reaching(m.Low); k < len(decided) && decided[k].Low <= m.High; k++ {
				for i := max(decided[k].Low, m.Low); i <= min(decided[k].High, m.High) && v.spent <= maxSpent; i++ {
					list = append(list, decision{at: c.whenElement(a.object, i), yes: yes})
					v.spent++
				}
			}
		}
	}
	return list
}

// whenElement returns since when c is decided for an element, zero if that is
// not known.
func (c *Check) whenElement(o *Object, i int64) time.Time {
	e := o.Array.Elements[i]
	at := e.Finished
	switch {
	case c.Status == StatusExists:
		return o.Created
	case c.Status == StatusStarted && !e.Started.IsZero():
		at = e.Started
	case c.Status == StatusReady && at.IsZero():
		at = e.Ready
	}
	if at.IsZero() && o.Outcome != Undecided {
		at = o.Finished
	}
	return at
}

// decidedAt returns when the check became true: the first of the decisions with
// which, and with those before it, it was. It is zero if that is not known. n
// is the count with all of them.
func (c *Check) decidedAt(list []decision, n count) time.Time {
	slices.SortFunc(list, func(a, b decision) int {
		switch {
		case a.at.IsZero() || b.at.IsZero():
			// What is not known counts as latest.
			return b.at.Compare(a.at)
		default:
			return a.at.Compare(b.at)
		}
	})
	n.yes, n.no = 0, 0
	for _, d := range list {
		if d.yes {
			n.yes++
		} else {
			n.no++
		}
		if c.decide(n) == True {
			return d.at
		}
	}
	return time.Time{}
}
