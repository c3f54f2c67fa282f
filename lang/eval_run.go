package lang

import (
	"fmt"
	"slices"
	"time"
)

// run decides a check on a whole run: on its steps but those that themselves ask about a
// run. No run is over before it has as many steps as somebody said.
func (v *view) run(c *Check) finding {
	ref := c.Targets[0].Ref.Resolve(v.subject.Ref)
	n, problem := v.steps(ref)
	if problem != nil {
		return finding{problem: problem}
	}
	f := finding{ref: ref, count: count{yes: n.over, no: n.failed, size: n.taking}, run: n}
	if n.first != nil {
		f.ref, f.object = ref.member(*n.first), n.first.Object
	}
	if f.value = n.of(c.Status); f.value == True {
		f = v.since(c, f, n.since(c.Status))
	}
	return f
}

// steps are the steps of a run, counted but for those that ask about the run themselves.
type steps struct {
	// taking is how many take part, missing how many of them somebody has said that there
	// are and do not exist, and the rest those that are over, with what came of them.
	taking, missing, over, succeeded, failed int64
	// sealed says that all exist that somebody has said that there are.
	sealed bool
	// first is the first that failed, else the first that exists and is not over.
	first *Member
	// failedAt is when the first failed, and overAt when the last was over.
	failedAt, overAt time.Time
	// undated says that it is not known when some were over.
	undated bool
}

// steps looks at the steps of a run. The annotated Job, which is no member of its own sets,
// is one of the steps of its own run, and asks about it.
func (v *view) steps(run Ref) (*steps, *Problem) {
	if run.Run == "" {
		return nil, &Problem{Code: ProblemNoRun, Message: "the Job belongs to no run"}
	}
	members, problem := v.world.Members(run)
	if problem != nil {
		return nil, problem
	}
	var n steps
	there, said := int64(len(members)), int64(0)
	if own := v.subject; own.Ref.Namespace == run.Namespace && own.Ref.Run == run.Run {
		there++
		if own.Object != nil {
			said = own.Object.RunSize
		}
	}
	for i := range members {
		if o := members[i].Object; o != nil {
			said = max(said, o.RunSize)
		}
		n.add(&members[i], v.subject.Object)
	}
	n.missing = max(said-there, 0)
	n.taking += n.missing
	n.sealed = said > 0 && n.missing == 0
	return &n, nil
}

func (n *steps) add(m *Member, own *Object) {
	o := m.Object
	switch {
	case o != nil && o.NamesRun:
		return
	case o == nil || o.Outcome == Undecided:
		n.taking++
		if n.first == nil {
			n.first = m
		}
		return
	}
	n.taking++
	n.over++
	at := o.timestampsOf(own).ended
	n.overAt = latest(n.overAt, at)
	n.undated = n.undated || at.IsZero()
	switch {
	case o.Outcome == Succeeded:
		n.succeeded++
	case o.failsRun():
		if n.failed++; n.failed == 1 {
			n.first = m
		}
		n.failedAt = earliest(n.failedAt, at)
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

// absent decides absent(...): the object does not exist, has left no outcome, and has not
// been there for as long as the check says, which counts from when the annotated Job came.
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
		f.undated = true
	default:
		f.value = True
		f = v.since(c, f, latest(own.Created, v.world.AbsentSince(ref)))
	}
	return f
}

// result decides result= of an object that succeeded.
func (c *Check) result(o *Object) (Value, *Problem) {
	switch {
	case o.Result == nil && o.Array != nil && o.Array.Size != 1:
		return Unknown, &Problem{Code: ProblemResultLost, Message: fmt.Sprintf("only a Job with one completion has a result, this one has %d", o.Array.Size)}
	case o.Result == nil:
		return Unknown, nil
	case o.Result.Lost != "":
		return Unknown, &Problem{Code: ProblemResultLost, Message: o.Result.Lost}
	}
	return decided(true, slices.Contains(c.Results, o.Result.Value)), nil
}

// NotTaken reports whether e is false only by what it asks of results: if none were known,
// it would not be. Then a branch was not taken, and nothing has failed that e cannot do
// without.
func (e *Expr) NotTaken(w World, s *Subject, now time.Time) bool {
	if !slices.ContainsFunc(e.Checks(), func(c *Check) bool { return len(c.Results) > 0 }) {
		return false
	}
	return e.Eval(w, s, now).Value == False && e.Eval(withoutResults{w}, s, now).Value != False
}

// withoutResults is a World in which nobody has looked at results.
type withoutResults struct{ World }

func (w withoutResults) Object(ref Ref) *Object { return w.World.Object(ref).withoutResult() }

func (w withoutResults) Members(ref Ref) ([]Member, *Problem) {
	members, problem := w.World.Members(ref)
	list := make([]Member, len(members))
	for i, m := range members {
		list[i] = Member{Name: m.Name, Object: m.Object.withoutResult()}
	}
	return list, problem
}

func (o *Object) withoutResult() *Object {
	if o == nil || o.Result == nil {
		return o
	}
	same := *o
	same.Result = nil
	return &same
}
