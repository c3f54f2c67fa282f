package depgraph

import "depctl.dev/lang"

// tally is what a plain list of names still waits for, so that a change of one
// of n prerequisites costs the same for every n.
type tally struct {
	// counted says that the expression is such a list; else the rest is zero.
	counted bool
	// missing prerequisites have not succeeded; never have ended otherwise, and
	// due are those that are spent and have not said so.
	missing, never, due uint32
}

// phase is what a tally says. Nothing that is asked of the expression changes
// its value while the phase stays: neither its own verdict, nor that of the
// expression that asks for "finished" wherever it asks for success.
type phase uint8

const (
	// waiting: unknown.
	waiting phase = iota
	// met: true.
	met
	// failing: false, and some have not ended.
	failing
	// over: false, and all have ended.
	over
)

func (t tally) phase() phase {
	switch {
	case t.missing == 0:
		return met
	case t.never == 0:
		return waiting
	case t.never < t.missing:
		return failing
	default:
		return over
	}
}

// with returns the tally with one more prerequisite.
func (t tally) with(o *lang.Object, spent bool) tally {
	more := contribution(o, spent)
	t.missing, t.never, t.due = t.missing+more.missing, t.never+more.never, t.due+more.due
	return t
}

// without returns the tally with one prerequisite less.
func (t tally) without(o *lang.Object, spent bool) tally {
	less := contribution(o, spent)
	t.missing, t.never, t.due = t.missing-less.missing, t.never-less.never, t.due-less.due
	return t
}

func contribution(o *lang.Object, spent bool) tally {
	switch {
	case o == nil || o.Problem != nil || o.Outcome == lang.Undecided && !spent:
		return tally{missing: 1}
	case o.Outcome == lang.Undecided:
		return tally{missing: 1, due: 1}
	case o.Outcome == lang.Succeeded:
		return tally{}
	default:
		return tally{missing: 1, never: 1}
	}
}

// mostPressed is how many spent prerequisites at most are pressed for one dependent.
// Where more are spent at once, the control plane has enough to do as it is, and to
// press them all would take longer than to wait until few are left.
const mostPressed = 16

// pressing reports whether all that keep the object waiting are spent, or have ended
// without success, and they are few.
func (t tally) pressing() bool {
	return 0 < t.due && t.due <= mostPressed && t.due+t.never == t.missing
}

// Spend notes whether an object that has not ended is about to, because nothing that
// it needs is left to be done. It affects nobody's verdict, and is forgotten when
// another object takes the name.
func (g *Graph) Spend(ref lang.Ref, spent bool) {
	one := g.lookup(ref)
	if one == nil || one.object == nil || one.spent == spent {
		return
	}
	one.spent = spent
	for _, e := range one.dependents {
		if dependent := g.all[e.node]; dependent.counted {
			g.retell(dependent, dependent.without(one.object, !spent).with(one.object, spent))
		}
	}
}

// Few reports whether few prerequisites of an object have not ended: only then it may
// come to be of use to it, before long, that one of them says at once how it ended.
func (g *Graph) Few(ref lang.Ref) bool {
	one := g.lookup(ref)
	return one != nil && g.few(one)
}

func (g *Graph) few(one *node) bool {
	if one.counted {
		return one.missing-one.never <= mostPressed
	}
	open := 0
	for prerequisite := range g.prerequisites(one) {
		if prerequisite.object == nil || prerequisite.object.Outcome == lang.Undecided {
			if open++; open > mostPressed {
				return false
			}
		}
	}
	return true
}

// Presses reports whether it may be of use to an object that one of its spent
// prerequisites says how it ended. To a plain list of names it is if all that keep it
// waiting are spent, and few. Of anything else that is not known; it may be if few
// have not ended.
func (g *Graph) Presses(ref lang.Ref) bool {
	one := g.lookup(ref)
	return one != nil && (one.counted && one.pressing() || !one.counted && g.few(one))
}

// Pressed returns the spent prerequisites of those plain lists to which it has come to
// be of use, since Pressed was last called, that these say how they ended.
func (g *Graph) Pressed() []lang.Ref {
	if len(g.presses) == 0 {
		return nil
	}
	found := g.found()
	for _, id := range g.presses {
		if one := g.all[id]; one != nil && one.pressing() {
			for prerequisite := range g.prerequisites(one) {
				if contribution(prerequisite.object, prerequisite.spent).due > 0 {
					found.add(prerequisite)
				}
			}
		}
	}
	g.presses = g.presses[:0]
	return found.refs()
}

// retell replaces the tally of a node.
func (g *Graph) retell(one *node, now tally) {
	if now.pressing() && !one.pressing() {
		g.presses = append(g.presses, one.id)
	}
	one.tally = now
}

// count starts the tally of a node whose expression is a plain list of names.
func (g *Graph) count(one *node) {
	now := tally{counted: true}
	for _, e := range one.names {
		now = now.with(g.all[e.node].object, g.all[e.node].spent)
	}
	g.retell(one, now)
}

// tell takes a new object of a node into the tallies of those that name it, and
// collects those that the change affects.
func (g *Graph) tell(one *node, before *lang.Object, wasSpent bool, into *found) {
	news := problem(before) != problem(one.object) || gone(before, one.object)
	for _, e := range one.dependents {
		dependent := g.all[e.node]
		if dependent.counted {
			was := dependent.phase()
			g.retell(dependent, dependent.without(before, wasSpent).with(one.object, one.spent))
			if dependent.phase() == was && !news && !dependent.seesOtherwise {
				continue
			}
		} else if s := dependent.sums; s != nil && dependent != one {
			if dependent.recount(one); !s.opaque && !dependent.resum() && !news && !dependent.seesOtherwise {
				continue
			}
		}
		into.add(dependent)
	}
}

// gone reports whether an object that had ended is there no more. Its outcome may
// still count for those who waited for it, which only they can tell.
func gone(before, now *lang.Object) bool {
	return before != nil && before.Outcome != lang.Undecided && (now == nil || now.UID != before.UID)
}

func problem(o *lang.Object) *lang.Problem {
	if o == nil {
		return nil
	}
	return o.Problem
}
