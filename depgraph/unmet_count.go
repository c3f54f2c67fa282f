package depgraph

import "depctl.dev/lang"

// unmetCount is what a plain list of names still waits for, so that a change of one
// of n prerequisites costs the same for every n.
type unmetCount struct {
	// counted says that the expression is such a list; else the rest is zero.
	counted bool
	// missing prerequisites have not succeeded; never have ended otherwise, and of the rest
	// due are those that are ending.
	missing, never, due uint32
}

// phase is what an unmetCount says. Nothing that is asked of the expression changes
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

func (t unmetCount) phase() phase {
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

// with returns the count with one more prerequisite.
func (t unmetCount) with(o *lang.Object, ending bool) unmetCount {
	more := contribution(o, ending)
	t.missing, t.never, t.due = t.missing+more.missing, t.never+more.never, t.due+more.due
	return t
}

// without returns the count with one prerequisite less.
func (t unmetCount) without(o *lang.Object, ending bool) unmetCount {
	less := contribution(o, ending)
	t.missing, t.never, t.due = t.missing-less.missing, t.never-less.never, t.due-less.due
	return t
}

func contribution(o *lang.Object, ending bool) unmetCount {
	switch {
	case o == nil || o.Problem != nil || o.Outcome == lang.Undecided && !ending:
		return unmetCount{missing: 1}
	case o.Outcome == lang.Undecided:
		return unmetCount{missing: 1, due: 1}
	case o.Outcome == lang.Succeeded:
		return unmetCount{}
	default:
		return unmetCount{missing: 1, never: 1}
	}
}

// maxNudgeable is how many ending prerequisites are nudged for one dependent at most.
// Where more are ending at once, the control plane is busy already, and a nudge of each
// would take longer than to wait until few are left.
const maxNudgeable = 16

// onlyEnding reports whether all that keep the object waiting are ending, or have ended
// without success, and the ending ones are few.
func (t unmetCount) onlyEnding() bool {
	return 0 < t.due && t.due <= maxNudgeable && t.due+t.never == t.missing
}

// MarkEnding notes whether an object that has not ended is about to, because nothing is
// left for it to do. It affects nobody's verdict, and is forgotten when another object
// takes the name.
func (g *Graph) MarkEnding(ref lang.Ref, ending bool) {
	one := g.lookup(ref)
	if one == nil || one.object == nil || one.ending == ending {
		return
	}
	one.ending = ending
	for _, e := range one.dependents {
		if dependent := g.all[e.node]; dependent.counted {
			g.retell(dependent, dependent.without(one.object, !ending).with(one.object, ending))
		}
	}
}

// Few reports whether few prerequisites of an object have not ended. Only then may a
// nudge of one of them be of use to the object before long.
func (g *Graph) Few(ref lang.Ref) bool {
	one := g.lookup(ref)
	return one != nil && g.few(one)
}

func (g *Graph) few(one *node) bool {
	if one.counted {
		return one.missing-one.never <= maxNudgeable
	}
	open := 0
	for prerequisite := range g.prerequisites(one) {
		if !ended(prerequisite.object) {
			if open++; open > maxNudgeable {
				return false
			}
		}
	}
	return true
}

// WouldUnblock reports whether the outcomes of its ending prerequisites may unblock an
// object. They do for a plain list of names if nothing else keeps it waiting, and they are
// few. For any other expression that is not known; they may if few have not ended.
func (g *Graph) WouldUnblock(ref lang.Ref) bool {
	one := g.lookup(ref)
	return one != nil && (one.counted && one.onlyEnding() || !one.counted && g.few(one))
}

// TakeNudgeable returns the ending prerequisites that, since the last call, became the
// last blockers of some plain list of names.
func (g *Graph) TakeNudgeable() []lang.Ref {
	if len(g.nudgeable) == 0 {
		return nil
	}
	found := g.found()
	for _, id := range g.nudgeable {
		if one := g.all[id]; one != nil && one.onlyEnding() {
			for prerequisite := range g.prerequisites(one) {
				if contribution(prerequisite.object, prerequisite.ending).due > 0 {
					found.add(prerequisite)
				}
			}
		}
	}
	g.nudgeable = g.nudgeable[:0]
	return found.refs()
}

// retell replaces the counts of a node.
func (g *Graph) retell(one *node, now unmetCount) {
	if now.onlyEnding() && !one.onlyEnding() {
		g.nudgeable = append(g.nudgeable, one.id)
	}
	one.unmetCount = now
}

// count starts the counts of a node whose expression is a plain list of names.
func (g *Graph) count(one *node) {
	now := unmetCount{counted: true}
	for _, e := range one.names {
		now = now.with(g.all[e.node].object, g.all[e.node].ending)
	}
	g.retell(one, now)
}

// tell takes a new object of a node into the counts of those that name it, and
// collects those that the change affects.
func (g *Graph) tell(one *node, before *lang.Object, wasEnding bool, into *found) {
	news := problem(before) != problem(one.object) || gone(before, one.object)
	for _, e := range one.dependents {
		dependent := g.all[e.node]
		if dependent.counted {
			was := dependent.phase()
			g.retell(dependent, dependent.without(before, wasEnding).with(one.object, one.ending))
			if dependent.phase() == was && !news && !dependent.seesOtherwise {
				continue
			}
		} else if s := dependent.countChecks; s != nil && dependent != one {
			if dependent.recount(one); !s.opaque && !dependent.reevaluate() && !news && !dependent.seesOtherwise {
				continue
			}
		}
		into.add(dependent)
	}
}

// gone reports whether an object that had ended was removed. Its outcome may still count
// for those that waited for it, and only they know.
func gone(before, now *lang.Object) bool {
	return ended(before) && (now == nil || now.UID != before.UID)
}

func problem(o *lang.Object) *lang.Problem {
	if o == nil {
		return nil
	}
	return o.Problem
}
