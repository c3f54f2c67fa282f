package lang

import (
	"slices"
	"time"
)

// run decides a check on a whole run: on its steps but those that themselves ask about a
// run. No run is over before it has as many steps as somebody said.
func (v *view) run(c *Check) finding {
	ref := c.Targets[0].Ref.Resolve(v.subject.Ref)
	members, problem := v.world.Members(ref)
	f := finding{ref: ref, problem: problem}
	if problem != nil {
		return f
	}
	steps := stepsOf(v.subject, ref, members)
	f.count = count{yes: steps.succeeded, no: steps.failed, size: steps.all}
	if f.value = steps.of(c.Status); f.value == True {
		f = v.since(c, f, steps.since(c.Status))
	}
	return f
}

// steps are the steps of a run.
type steps struct {
	// all is how many there are or are said to be; the rest counts those that take part:
	// of the succeeded, the failed, and those that are over, too.
	all, taking, succeeded, failed, over int64
	// failedAt is when the first failed, and overAt when the last was over.
	failedAt, overAt time.Time
	// undated says that it is not known when some were over.
	undated bool
}

// stepsOf counts the members of a run. The annotated Job, which is no member of its own
// sets, is one of the steps of its run.
func stepsOf(s *Subject, run Ref, members []Member) steps {
	var n steps
	var there, said int64
	if own := s.Ref; own.Namespace == run.Namespace && own.Run == run.Run && own.Run != "" {
		there = 1
		if s.Object != nil {
			said = s.Object.RunSize
		}
	}
	for _, m := range members {
		there++
		if m.Object == nil {
			n.taking++
			continue
		}
		said = max(said, m.Object.RunSize)
		n.add(m.Object)
	}
	if n.all = max(said, there); there < said {
		n.taking += said - there
	}
	return n
}

func (n *steps) add(o *Object) {
	if o.NamesRun {
		return
	}
	n.taking++
	if o.Outcome == Undecided {
		return
	}
	n.over++
	n.overAt = latest(n.overAt, o.Finished)
	n.undated = n.undated || o.Finished.IsZero()
	switch {
	case o.Outcome == Succeeded:
		n.succeeded++
	case o.failsRun():
		n.failed++
		n.failedAt = earliest(n.failedAt, o.Finished)
	}
}

// failsRun reports whether an object that has ended makes its run one that failed: it
// failed, or waited in vain for too long.
func (o *Object) failsRun() bool {
	return o.Outcome == Failed || o.Outcome == Skipped && slices.Contains(failingSkips[:], o.Reason)
}

// failingSkips are the reasons of Jobs that never ran that make their run one that failed.
var failingSkips = [...]string{"DependencyTimeout"}

// of returns what a status says of the run.
func (n *steps) of(asked Status) Value {
	over := n.over == n.taking && n.taking > 0
	switch asked {
	case StatusFailed:
		return decided(over || n.failed > 0, n.failed > 0 || n.succeeded == 0)
	case StatusSucceeded:
		return decided(over || n.failed > 0, n.failed == 0 && n.succeeded > 0)
	default:
		return decided(over, true)
	}
}

// since returns when a status that is true of the run became so, zero if that is not known.
func (n *steps) since(asked Status) time.Time {
	switch {
	case asked == StatusFailed && n.failed > 0:
		return n.failedAt
	case n.undated:
		return time.Time{}
	}
	return n.overAt
}

// absent decides absent(...): the object does not exist, has left no outcome, and nobody has
// seen it for as long as the check says.
func (v *view) absent(c *Check) finding {
	ref := c.Targets[0].Ref.Resolve(v.subject.Ref)
	object := v.world.Object(ref)
	f := finding{ref: ref, object: object}
	switch own := v.subject.Object; {
	case object != nil && object.Problem != nil:
		f.problem = object.Problem
	case object != nil:
		f.value = False
	case own == nil || own.Created.IsZero():
	default:
		f.value = True
		f = v.since(c, f, latest(own.Created, v.world.AbsentSince(ref)))
	}
	return f
}

// result decides result= of an object that succeeded.
func (c *Check) result(o *Object) (Value, *Problem) {
	switch {
	case o.Result == nil:
		return Unknown, nil
	case o.Result.Lost != "":
		return Unknown, &Problem{Code: ProblemResultLost, Message: o.Result.Lost}
	}
	return decided(true, slices.Contains(c.Results, o.Result.Value)), nil
}
