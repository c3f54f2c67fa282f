package depgraph

import "depctl.dev/lang"

// tally is what a plain list of names still waits for, so that a change of one
// of n prerequisites costs the same for every n.
type tally struct {
	// counted says that the expression is such a list; else the rest is zero.
	counted bool
	// missing prerequisites have not succeeded; never have ended otherwise.
	missing, never uint32
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
func (t tally) with(o *lang.Object) tally {
	missing, never := contribution(o)
	t.missing, t.never = t.missing+missing, t.never+never
	return t
}

// without returns the tally with one prerequisite less.
func (t tally) without(o *lang.Object) tally {
	missing, never := contribution(o)
	t.missing, t.never = t.missing-missing, t.never-never
	return t
}

func contribution(o *lang.Object) (missing, never uint32) {
	switch {
	case o == nil || o.Problem != nil || o.Outcome == lang.Undecided:
		return 1, 0
	case o.Outcome == lang.Succeeded:
		return 0, 0
	default:
		return 1, 1
	}
}

// count starts the tally of a node whose expression is a plain list of names.
func (g *Graph) count(one *node) {
	one.tally = tally{counted: true}
	for _, e := range one.names {
		one.tally = one.with(g.all[e.node].object)
	}
}

// tell takes a new object of a node into the tallies of those that name it, and
// collects those that the change affects.
func (g *Graph) tell(one *node, before *lang.Object, into *found) {
	news := problem(before) != problem(one.object) || gone(before, one.object)
	for _, e := range one.dependents {
		dependent := g.all[e.node]
		if dependent.counted {
			was := dependent.phase()
			dependent.tally = dependent.without(before).with(one.object)
			if dependent.phase() == was && !news && !dependent.seesOtherwise {
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
