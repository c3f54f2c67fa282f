package lang

import (
	"slices"
	"time"
)

// since applies the delay of c to a check that is true since at. If that is
// zero the world does not say it yet, and no time that may be chosen instead is
// surely not too early. To count from now would begin again with every look: the
// check waits for the world to say it, not for time to pass.
func (v *view) since(c *Check, f finding, at time.Time) finding {
	switch {
	case c.Status == StatusTime: // also a time in the year 1, which is zero
	case c.Delay == 0:
		return f
	case at.IsZero():
		f.value, f.undated = Unknown, true
		return f
	}
	if until := at.Add(c.Delay); v.now.Before(until) {
		v.wake(until)
		f.value, f.until = Unknown, until
	}
	return f
}

// decision is when a member of a set was decided, and which way; its time is
// zero if that is still to be learned. Unknown is an array that came, so that
// its elements could be counted.
type decision struct {
	at    time.Time
	value Value
}

// appendDecisions appends when the elements of a came to be, and the decisions
// of those that are members.
func (v *view) appendDecisions(list []decision, c *Check, a *arrayFacts, members Indexes) []decision {
	if a.timestamps == nil {
		m := a.object.timestampsOf(v.subject.Object)
		a.timestamps = &m
	}
	list = append(list, decision{at: a.timestamps.created})
	for _, value := range [...]Value{True, False} {
		decided := a.no
		if value == True {
			decided = a.yes
		}
		for _, m := range members {
			for k := decided.reaching(m.Low); k < len(decided) && decided[k].Low <= m.High; k++ {
				for i := max(decided[k].Low, m.Low); i <= min(decided[k].High, m.High) && v.spent <= maxSpent; i++ {
					list = append(list, decision{at: c.whenElement(a.object, i, *a.timestamps), value: value})
					v.spent++
				}
			}
		}
	}
	return list
}

// delayed applies the delay of a check on a set that is true of the count n.
func (v *view) delayed(p *prepared, f finding, list []decision) finding {
	f = v.since(p.check, f, v.decidedAt(p, list, f.count))
	if f.undated && v.spent > maxSpent {
		// Not all of them were looked at.
		f.problem = tooLarge()
	}
	return f
}

// decidedAt returns when the check became true: the first of the decisions with
// which, and with those before it, it was. It is zero if that is still to be
// learned. n is the count with all of them.
func (v *view) decidedAt(p *prepared, list []decision, n count) time.Time {
	c, unsized := p.check, n.unsized
	if n.yes, n.no = 0, 0; c.decide(n) == True {
		n.unsized = true
		return v.readyAt(p, list, c.decide(n) != True)
	}
	slices.SortFunc(list, func(a, b decision) int {
		switch {
		case a.at.IsZero() || b.at.IsZero():
			// What is not known counts as latest.
			return b.at.Compare(a.at)
		default:
			return a.at.Compare(b.at)
		}
	})
	uncounted := 0
	for _, d := range list {
		if d.value == Unknown {
			uncounted++
		}
	}
	n.unsized = unsized || uncounted > 0
	for _, d := range list {
		switch d.value {
		case True:
			n.yes++
		case False:
			n.no++
		default:
			uncounted--
			n.unsized = unsized || uncounted > 0
		}
		if c.decide(n) == True {
			return d.at
		}
	}
	return time.Time{}
}

// readyAt returns since when a check is true that needs no decision of a member,
// as "<= 2" of two names: since the annotated Job could be decided and, if the
// size matters, since the last array came. An open set must not be empty; by
// when its first member matched is not known, only when that was created.
func (v *view) readyAt(p *prepared, list []decision, sized bool) time.Time {
	at := v.start(p.check)
	for _, d := range list {
		if sized && d.value == Unknown {
			at = latest(at, d.at)
		}
	}
	if p.check.isOpen() && !p.named {
		at = latest(at, p.first)
	}
	return at
}

// start returns when the annotated Job could be decided, zero if it is not known
// when it was created.
func (v *view) start(c *Check) time.Time {
	own := v.subject.Object
	switch {
	case own == nil || own.Created.IsZero():
		return time.Time{}
	case c.Before:
		// Until then, what was created in the same second may not be seen yet:
		// it can be made at the very end of that second, and then has to be
		// stored and watched, for which there is one more.
		return own.Created.Add(2 * time.Second)
	default:
		return own.Created
	}
}
