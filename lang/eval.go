package lang

import "time"

// Verdict is the value of an expression in a world.
type Verdict struct {
	Value Value
	// Next is when the value may change by time alone; zero if it will not.
	Next time.Time
}

// Eval returns the verdict of the requirements that gate the Job s: all of e
// but those that mention i or self[...], which EvalElements decides. It is True
// if there is none of the former.
//
// A name that does not exist is Unknown, never False. For names that must all
// have succeeded, nothing is allocated.
func (e *Expr) Eval(w World, s *Subject, now time.Time) Verdict {
	v := view{world: w, subject: s, now: now, index: -1}
	value := True
	switch root := e.tree().(type) {
	case *All:
		for _, t := range root.Terms {
			if e.elements && mentionsElement(t) {
				continue
			}
			if value = and(value, v.value(t, false)); value == False {
				break
			}
		}
	default:
		if !e.elements {
			value = v.value(root, false)
		}
	}
	return v.verdict(value)
}

// view is what one evaluation looks at.
type view struct {
	world   World
	subject *Subject
	now     time.Time
	next    time.Time
	// index is that of the element, -1 for the Job itself.
	index int64
	// prepared holds the arrays of checks that are decided for many indexes.
	prepared map[*Check]*prepared
	// spent counts the indexes that were looked at one by one.
	spent int64
}

func (v *view) verdict(value Value) Verdict {
	if value != Unknown {
		return Verdict{Value: value}
	}
	return Verdict{Next: v.next}
}

// wake asks for another look at the given time.
func (v *view) wake(at time.Time) {
	if v.next.IsZero() || at.Before(v.next) {
		v.next = at
	}
}

// value decides n. negated says that it stands under an odd number of "not":
// a check from whose array an index falls off the edge then counts as False,
// so that the element does not wait.
func (v *view) value(n Node, negated bool) Value {
	switch n := n.(type) {
	case *All:
		value := True
		for _, t := range n.Terms {
			if value = and(value, v.value(t, negated)); value == False {
				break
			}
		}
		return value
	case *Any:
		value := False
		for _, t := range n.Terms {
			if value = or(value, v.value(t, negated)); value == True {
				break
			}
		}
		return value
	case *Not:
		return not(v.value(n.Term, !negated))
	case *Check:
		if t := n.plain(); t != nil && n.Delay == 0 {
			value, _ := n.of(v.world.Object(t.Ref.Resolve(v.subject.Ref)))
			return value
		}
		return v.check(n, negated).value
	}
	return Unknown
}

// plain returns the target of a check on a single object, nil of any other.
func (c *Check) plain() *Target {
	if len(c.Targets) != 1 || c.Before {
		return nil
	}
	if t := &c.Targets[0]; t.Elements == nil && !t.WholeRun && c.Status != StatusAbsent && !t.isSet(c.Status) {
		return t
	}
	return nil
}

// finding is what an evaluation learns about one check.
type finding struct {
	value   Value
	problem *Problem
	count
	// ref and object are the object that decides, or for which it waits.
	ref    Ref
	object *Object
	until  time.Time
	// element is that of the element which a check on a single one asks about,
	// and edge says that there is none to wait for.
	element Indexes
	edge    bool
	// undated says that it is true but not known since when, for its delay.
	undated bool
	// run is what was found of a whole run; nil of everything else.
	run *steps
}

// check decides one check.
func (v *view) check(c *Check, negated bool) finding {
	if c.Status == StatusTime {
		return v.since(c, finding{value: True}, c.At)
	}
	t := c.plain()
	switch {
	case c.Status == StatusAbsent:
		return v.absent(c)
	case len(c.Targets) == 1 && c.Targets[0].WholeRun:
		return v.run(c)
	case t == nil:
		return v.set(c, negated)
	}
	ref := t.Ref.Resolve(v.subject.Ref)
	object := v.world.Object(ref)
	f := finding{ref: ref, object: object}
	f.value, f.problem = c.of(object)
	if f.value == True {
		f = v.since(c, f, c.whenOf(object, v.subject.Object))
	}
	return f
}

// of returns what c says of a single object, with the problem that keeps it
// from being decided.
func (c *Check) of(o *Object) (Value, *Problem) {
	if o == nil {
		return Unknown, nil
	}
	if o.Problem != nil {
		return Unknown, o.Problem
	}
	if c.Condition != "" {
		_, is := o.condition(c.Condition)
		return decided(is, true), nil
	}
	value := c.Status.spec().object(o)
	if value == True && len(c.Results) > 0 {
		return c.result(o)
	}
	if value == True && (len(c.Reasons) > 0 || len(c.Codes) > 0) {
		narrowed, lost := c.failure(True, o.Reason, o.Exit)
		if lost {
			return narrowed, exitCodeLost()
		}
		return narrowed, nil
	}
	return value, nil
}

func decided(known, yes bool) Value {
	switch {
	case !known:
		return Unknown
	case yes:
		return True
	default:
		return False
	}
}

// failure decides the keys of failed(...) for something that failed. reasons is
// what is known of reason=: Unknown while the Job goes on.
func (c *Check) failure(ended Value, reason string, exit *Exit) (value Value, lost bool) {
	value = True
	if len(c.Reasons) > 0 {
		value = ended
		if ended == True {
			value = False
			for _, r := range c.Reasons {
				if r == reason {
					value = True
				}
			}
		}
	}
	if len(c.Codes) == 0 || value == False {
		return value, false
	}
	switch {
	case exit == nil:
		return Unknown, false
	case exit.Lost:
		return Unknown, true
	}
	for _, r := range c.Codes {
		if r.Low <= exit.Code && exit.Code <= r.High {
			return value, false
		}
	}
	return False, false
}

func exitCodeLost() *Problem {
	return &Problem{Code: ProblemExitCodeLost, Message: "the exit code can no longer be learned, the pod is gone"}
}
