package depgraph

import (
	"slices"

	"depctl.dev/lang"
)

// countChecks is what an expression says as it is and relaxed, if its checks ask how many have a
// status, of one set and what is named beside or of one object. A change of one of n
// members costs each of those that wait for the set the same for every n, and nothing
// where no number is crossed.
type countChecks struct {
	// strict and relaxed are the expression as it is and relaxed.
	strict, relaxed reading
	// opaque says that there are such checks. Then the node is affected whenever a term
	// has another value: what it means for the whole is not known.
	opaque bool
	// uncounted are the sets of such checks: every change of a member affects the node.
	uncounted []*set
}

// reading is an expression with its terms, of which there are as many as it has checks,
// nil for those that ask for more, and its value.
type reading struct {
	expr  *lang.Expr
	terms []*term
	value lang.Value
}

// term is a check that counts.
type term struct {
	check *lang.Check
	// set is nil where there are only names; then the value is its own, else the gauge's.
	set   *set
	names []*node
	gauge *gauge
	value lang.Value
}

func (t *term) get() lang.Value {
	if t.gauge != nil {
		return t.gauge.value
	}
	return t.value
}

// all yields the terms of both readings.
func (s *countChecks) all(yield func(*term) bool) {
	for _, r := range [...]*reading{&s.strict, &s.relaxed} {
		for _, t := range r.terms {
			if t != nil && !yield(t) {
				return
			}
		}
	}
}

// addCountChecks starts to count for a node that has joined the sets of its expression and
// named its names.
func (g *Graph) addCountChecks(one *node) {
	if one.expr.Elementwise() {
		g.always(one)
		return
	}
	one.countChecks = &countChecks{strict: reading{expr: one.expr}, relaxed: reading{expr: one.expr.Relaxed()}}
	for _, r := range [...]*reading{&one.countChecks.strict, &one.countChecks.relaxed} {
		for _, check := range r.expr.Checks() {
			t := g.term(one, check)
			if r.terms = append(r.terms, t); t != nil {
				one.reread(t)
			} else {
				one.countChecks.uncount(g, one, check)
			}
		}
	}
	g.always(one)
	if !one.countChecks.opaque {
		one.reevaluate()
	}
}

// uncount notes a check that asks for more than counts.
func (s *countChecks) uncount(g *Graph, one *node, check *lang.Check) {
	s.opaque = true
	for i := range check.Targets {
		if ref := check.Targets[i].Ref.Resolve(one.ref()); ref.IsSet() {
			s.uncounted = append(s.uncounted, g.space(ref).sets[ref.Name])
		}
	}
}

// always notes in which sets every change of a member affects a node.
func (g *Graph) always(one *node) {
	for _, in := range one.sets {
		if one.countChecks == nil || one.seesOtherwise || slices.Contains(one.countChecks.uncounted, in.set) {
			in.set.always[one] = struct{}{}
		} else {
			delete(in.set.always, one)
		}
	}
}

// term returns the term of a check, nil if it asks for more than counts.
func (g *Graph) term(one *node, check *lang.Check) *term {
	if !check.Counts() {
		return nil
	}
	t := &term{check: check}
	for i := range check.Targets {
		ref := check.Targets[i].Ref.Resolve(one.ref())
		if !ref.IsSet() {
			if named := g.lookup(ref); !slices.Contains(t.names, named) {
				t.names = append(t.names, named)
			}
			continue
		}
		s := g.space(ref).sets[ref.Name]
		if t.set != nil && t.set != s {
			return nil // nobody counts what is in both
		}
		t.set = s
	}
	return t
}

// reread reads a term again, of which a name or the node itself changed.
func (n *node) reread(t *term) {
	var beside count
	status := t.check.Status
	for _, named := range t.names {
		if named == n || t.set == nil || !slices.Contains(named.in, t.set) {
			beside = beside.plus(of(status, named.object))
		}
	}
	if t.set == nil {
		t.value = t.check.OfCounts(beside.yes, beside.no, beside.size)
		return
	}
	if slices.Contains(n.in, t.set) {
		beside = beside.minus(of(status, n.object))
	}
	was := t.gauge
	if was != nil && was.beside == beside {
		return
	}
	t.gauge = t.set.gauge(n, t.check, beside)
	if was != nil {
		t.set.release(n, status, was)
	}
}

// dropCountChecks removes a node from the gauges that it reads.
func (n *node) dropCountChecks() {
	if n.countChecks == nil {
		return
	}
	for t := range n.countChecks.all {
		if t.set != nil {
			t.set.release(n, t.check.Status, t.gauge)
		}
	}
	n.countChecks = nil
}

// recount reads the terms again that name an object which changed.
func (n *node) recount(changed *node) {
	for t := range n.countChecks.all {
		if n == changed && t.set != nil || slices.Contains(t.names, changed) {
			n.reread(t)
		}
	}
}

// reevaluate looks at all terms again and reports whether that affects the node.
func (n *node) reevaluate() bool {
	strict, relaxed := n.countChecks.strict.reevaluate(), n.countChecks.relaxed.reevaluate()
	return strict || relaxed
}

func (r *reading) reevaluate() bool {
	was := r.value
	r.value = r.expr.Combine(func(i int) lang.Value { return r.terms[i].get() })
	return r.value != was
}

// tellSets takes a new object of a node into the counts of the sets that it was in and is
// in, and returns the gauges that have another value. It collects the dependents whom
// every change affects.
func (g *Graph) tellSets(one *node, before *lang.Object, joined, left []*set, into *found) (changed []*gauge) {
	news := problem(before) != problem(one.object) || gone(before, one.object)
	look := func(s *set) {
		all := s.always
		if news {
			all = s.dependents
		}
		for dependent := range all {
			if dependent != one {
				into.add(dependent)
			}
		}
	}
	for _, s := range left {
		changed = s.account(before, nil, changed)
		look(s)
	}
	stays := len(one.in) - len(joined)
	for i, s := range one.in {
		if i < stays {
			at, _ := s.find(one)
			s.list[at].Object = one.object
			changed = s.account(before, one.object, changed)
		} else {
			changed = s.account(nil, one.object, changed)
		}
		look(s)
	}
	return changed
}

// tellUsers collects those for whom gauges that have another value change anything.
func (g *Graph) tellUsers(one *node, changed []*gauge, into *found) {
	for _, x := range changed {
		for user := range x.users {
			if user != one && (user.countChecks.opaque || user.reevaluate()) {
				into.add(user)
			}
		}
	}
}
