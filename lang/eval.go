package lang

// Verdict is the value of an expression in a world, with the checks that
// decide it: those that are false if it is False, those that are unknown if it
// is Unknown, and all of them if it is True.
type Verdict struct {
	Value   Value
	Reasons []Reason
}

// Reason is one check that decides a verdict.
type Reason struct {
	Check Check
	// Ref is the object, its namespace filled in.
	Ref   Ref
	Value Value
	// Object is what was known of it, nil if it does not exist.
	Object *Object
}

// Eval returns the verdict of e for a Job of the given namespace. A name that
// does not exist is Unknown, never False.
func (e *Expr) Eval(w World, namespace string) Verdict {
	verdict := Verdict{Value: True}
	for _, c := range e.checks {
		ref := c.Ref.Resolve(namespace)
		object := w.Object(ref)
		value := succeeded(object)
		if verdict.Value != value && (value == False || value == Unknown && verdict.Value == True) {
			verdict = Verdict{Value: value}
		}
		if value == verdict.Value {
			verdict.Reasons = append(verdict.Reasons, Reason{Check: c, Ref: ref, Value: value, Object: object})
		}
	}
	return verdict
}

func succeeded(o *Object) Value {
	switch {
	case o == nil || o.Outcome == Undecided:
		return Unknown
	case o.Outcome == Succeeded:
		return True
	default:
		return False
	}
}
