package output

import "slices"

// operator says what an expression is made of.
type operator uint8

const (
	isCheck operator = iota
	isAll
	isAny
	isNot
	isTrue
	isFalse
)

// Expr is what a Job waits for. It is immutable.
type Expr struct {
	op    operator
	terms []*Expr
	// status is empty for success. targets are the names, keys narrows the check down,
	// and count compares.
	status      string
	targets     []string
	keys, count string
	delay       string
}

// True waits for nothing.
func True() *Expr { return &Expr{op: isTrue} }

// False never comes true.
func False() *Expr { return &Expr{op: isFalse} }

// Succeeded asks whether a Job has.
func Succeeded(name string) *Expr { return &Expr{targets: []string{name}} }

// Failed asks whether a Job has failed.
func Failed(name string) *Expr { return &Expr{status: "failed", targets: []string{name}} }

// Skipped asks whether a Job never ran, as what it waited for could not come true.
func Skipped(name string) *Expr { return &Expr{status: "skipped", targets: []string{name}} }

// Finished asks whether a Job is over, however it ended.
func Finished(name string) *Expr { return &Expr{status: "finished", targets: []string{name}} }

// Started is true once a pod of the Job runs.
func Started(name string) *Expr { return &Expr{status: "started", targets: []string{name}} }

// Result asks what a Job that succeeded has said.
func Result(name, text string) *Expr {
	return &Expr{status: "succeeded", targets: []string{name}, keys: "result=" + quote(text)}
}

// Code asks for the exit codes of a Job that failed, such as 3 or 1..255.
func Code(name, codes string) *Expr {
	return &Expr{status: "failed", targets: []string{name}, keys: "code=" + codes}
}

// Reason asks why a Job failed.
func Reason(name, reason string) *Expr {
	return &Expr{status: "failed", targets: []string{name}, keys: "reason=" + reason}
}

// Count asks of how many a status is true, as in ">= 1".
func Count(status string, names []string, count string) *Expr {
	return &Expr{status: status, targets: names, count: count}
}

// All is true if all terms are.
func All(terms ...*Expr) *Expr { return join(isAll, isTrue, isFalse, terms) }

// Any is true if one term is.
func Any(terms ...*Expr) *Expr { return join(isAny, isFalse, isTrue, terms) }

// join leaves out what decides nothing and what is said twice, and of (a or b), a what
// a says already.
func join(op, neutral, decisive operator, terms []*Expr) *Expr {
	var flat []*Expr
	for _, t := range terms {
		switch {
		case t == nil || t.op == neutral:
		case t.op == decisive:
			return &Expr{op: decisive}
		case t.op == op:
			flat = append(flat, t.terms...)
		default:
			flat = append(flat, t)
		}
	}
	var kept []*Expr
	texts := map[string]bool{}
	for _, t := range flat {
		texts[t.String()] = true
	}
	seen := map[string]bool{}
	for _, t := range flat {
		absorbed := t.op == isAny && op == isAll || t.op == isAll && op == isAny
		if absorbed {
			absorbed = slices.ContainsFunc(t.terms, func(inner *Expr) bool { return texts[inner.String()] })
		}
		if op == isAll && t.op == isCheck && t.status == "" && t.delay == "" { // a result says that it succeeded
			absorbed = slices.ContainsFunc(flat, func(u *Expr) bool {
				return u.op == isCheck && u.status == "succeeded" && u.keys != "" && u.delay == "" && slices.Equal(u.targets, t.targets)
			})
		}
		if text := t.String(); !seen[text] && !absorbed {
			seen[text] = true
			kept = append(kept, t)
		}
	}
	switch len(kept) {
	case 0:
		return &Expr{op: neutral}
	case 1:
		return kept[0]
	}
	return &Expr{op: op, terms: kept}
}

// Not swaps true and false. That something is over is only a matter of time, and never
// false: it is waited for under "not" too.
func Not(e *Expr) *Expr {
	switch {
	case e.op == isTrue:
		return False()
	case e.op == isFalse:
		return True()
	case e.op == isNot:
		return e.terms[0]
	case e.isOver():
		return False()
	case e.op == isAll && e.hasOver():
		var over, rest []*Expr
		for _, t := range e.terms {
			if t.isOver() {
				over = append(over, t)
			} else {
				rest = append(rest, t)
			}
		}
		if len(over) > 0 {
			return All(append(over, Not(All(rest...)))...)
		}
		return Any(negated(rest)...)
	case e.op == isAny && e.hasOver():
		return All(negated(e.terms)...)
	}
	return &Expr{op: isNot, terms: []*Expr{e}}
}

func negated(terms []*Expr) []*Expr {
	all := make([]*Expr, len(terms))
	for i, t := range terms {
		all[i] = Not(t)
	}
	return all
}

// isOver reports whether it asks whether something is over, and hasOver whether a part of
// it does.
func (e *Expr) isOver() bool { return e.op == isCheck && e.status == "finished" }

func (e *Expr) hasOver() bool { return e.isOver() || slices.ContainsFunc(e.terms, (*Expr).hasOver) }

// IsTrue reports whether nothing is waited for.
func (e *Expr) IsTrue() bool { return e.op == isTrue }

// IsFalse reports whether it never comes true.
func (e *Expr) IsFalse() bool { return e.op == isFalse }

// Names reports whether a Job is asked about.
func (e *Expr) Names(name string) bool {
	return slices.Contains(e.targets, name) ||
		slices.ContainsFunc(e.terms, func(t *Expr) bool { return t.Names(name) })
}

// Delayed returns the expression that is true so long after this one, and false if
// there is none: of what never was true nobody knows since when.
func (e *Expr) Delayed(delay string) (*Expr, bool) {
	if e.op == isNot || e.op == isTrue || e.op == isFalse || e.delay != "" {
		return nil, false
	}
	later := *e
	if e.op == isCheck {
		later.delay = delay
		return &later, true
	}
	later.terms = nil
	for _, t := range e.terms {
		one, ok := t.Delayed(delay)
		if !ok {
			return nil, false
		}
		later.terms = append(later.terms, one)
	}
	return &later, true
}
