package lang

import "time"

// Reason is one check that decides a verdict, with what was found.
type Reason struct {
	Check *Check
	Value Value
	// Ref is the object, its namespace filled in; of a set, the first member
	// that did not satisfy the check, if any. It is empty for time(...).
	Ref Ref
	// Object is what was known of it, nil if it does not exist.
	Object *Object
	// Element is the index of the element of Object that a check on a single
	// one asks about; nil for every other check.
	Element Indexes
	// Yes, No and Size count the members of a set that satisfy the check, that
	// cannot, and that are there. Size is 0 for a single object. Of a whole run they
	// count the steps that are over, that failed, and that take part; Ref is the first
	// that failed, else the first that is not over.
	Yes, No, Size int64
	// Until is when a delay or a time is over that is waited for.
	Until time.Time
	// Undated says that the check waits to learn since when it is true: its
	// delay counts from then.
	Undated bool
	// Problem is why the check cannot be decided, if somebody must fix it.
	Problem *Problem
	// edge says that at the edge of an array nothing is waited for, and run is what was
	// found of a whole run.
	edge bool
	run  *steps
}

// Reasons returns the checks that decide what Eval returns. An all-of that is
// false and an any-of that is true are decided by one of their terms: the one
// with the fewest reasons, then the first. For everything else they are all the
// checks that are needed, and if the verdict is Unknown every unknown check
// that is not inside something decided.
func (e *Expr) Reasons(w World, s *Subject, now time.Time) []Reason {
	return e.reasons(w, s, now, -1)
}

// ElementReasons is Reasons for what EvalElements says of one element.
func (e *Expr) ElementReasons(w World, s *Subject, now time.Time, index int64) []Reason {
	return e.reasons(w, s, now, index)
}

func (e *Expr) reasons(w World, s *Subject, now time.Time, index int64) []Reason {
	v := view{world: w, subject: s, now: now, index: index}
	var terms []Node
	for _, t := range e.requirements() {
		if mentionsElement(t) == (index >= 0) {
			terms = append(terms, t)
		}
	}
	_, list := v.reasonsOfAll(terms, false)
	return list
}

// reasons returns the value of n and the checks that decide it.
func (v *view) reasons(n Node, negated bool) (Value, []Reason) {
	switch n := n.(type) {
	case *All:
		return v.reasonsOfAll(n.Terms, negated)
	case *Any:
		return v.reasonsOf(n.Terms, negated, True)
	case *Not:
		value, list := v.reasons(n.Term, !negated)
		return not(value), list
	case *Check:
		f := v.check(n, negated)
		r := Reason{
			Check: n, Value: f.value, Ref: f.ref, Object: f.object, Element: f.element,
			Until: f.until, Undated: f.undated, edge: f.edge, run: f.run,
		}
		if f.value == Unknown {
			r.Problem = f.problem
		}
		if n.isSet() || f.run != nil {
			r.Yes, r.No, r.Size = f.yes, f.no, f.size
		}
		return f.value, []Reason{r}
	}
	return Unknown, nil
}

func (v *view) reasonsOfAll(terms []Node, negated bool) (Value, []Reason) {
	return v.reasonsOf(terms, negated, False)
}

// reasonsOf decides several terms of which one with the value sole decides.
func (v *view) reasonsOf(terms []Node, negated bool, sole Value) (Value, []Reason) {
	var one, unknown, all []Reason
	found, waits := false, false
	for _, t := range terms {
		value, list := v.reasons(t, negated)
		switch {
		case value == sole && (!found || len(list) < len(one)):
			one, found = list, true
		case value == Unknown:
			unknown, waits = append(unknown, list...), true
		case value != sole:
			all = append(all, list...)
		}
	}
	switch {
	case found:
		return sole, one
	case waits:
		return Unknown, unknownOnly(unknown)
	default:
		return not(sole), all
	}
}

func unknownOnly(list []Reason) []Reason {
	kept := list[:0]
	for _, r := range list {
		if r.Value == Unknown {
			kept = append(kept, r)
		}
	}
	return kept
}
