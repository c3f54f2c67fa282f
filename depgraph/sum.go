package depgraph

import "depctl.dev/lang"

// What a tally is for a list of names, sums are for expressions that ask how many
// members of sets have a status: a change of one of n members costs each of those
// that wait for the set the same for every n.

// sum is how many members of a set satisfy a status, and how many cannot.
type sum struct{ yes, no int64 }

func (s sum) with(value lang.Value, sign int64) sum {
	switch value {
	case lang.True:
		s.yes += sign
	case lang.False:
		s.no += sign
	}
	return s
}

// sums is what an expression of sums says, as it is and relaxed.
type sums struct {
	terms           []term
	strict, relaxed lang.Value
}

// term is a check on a set.
type term struct {
	check *lang.Check
	set   *set
}

// sumUp starts the sums of a node that has joined the sets of its expression, if it is
// one of sums.
func (g *Graph) sumUp(one *node, checks []*lang.Check) {
	if checks == nil {
		return
	}
	one.sums = &sums{}
	for _, check := range checks {
		ref := check.Targets[0].Ref.Resolve(one.space.namespace)
		s := g.space(ref).sets[ref.Name]
		s.keep(check.Status)
		s.keep(check.Status.Relaxed())
		one.sums.terms = append(one.sums.terms, term{check, s})
	}
	one.resum()
}

// keep sums up a status from now on.
func (s *set) keep(status lang.Status) {
	if _, kept := s.sums[status]; kept {
		return
	}
	var all sum
	for _, member := range s.members {
		all = all.with(status.Of(member.object), 1)
	}
	if s.sums == nil {
		s.sums = map[lang.Status]sum{}
	}
	s.sums[status] = all
}

// account takes a member's object into the sums, or out of them with sign -1.
func (s *set) account(object *lang.Object, sign int64) {
	for status, all := range s.sums {
		s.sums[status] = all.with(status.Of(object), sign)
	}
}

// resum looks at the sums again and reports whether they say something else.
func (n *node) resum() bool {
	was := *n.sums
	n.sums.strict, n.sums.relaxed = lang.True, lang.True
	for _, t := range n.sums.terms {
		n.sums.strict = n.sums.strict.And(t.value(t.check.Status, n))
		n.sums.relaxed = n.sums.relaxed.And(t.value(t.check.Status.Relaxed(), n))
	}
	return was.strict != n.sums.strict || was.relaxed != n.sums.relaxed
}

// value returns what a check says to a node, which no set of its own contains.
func (t term) value(status lang.Status, n *node) lang.Value {
	all, size := t.set.sums[status], int64(len(t.set.members))
	if n.space == t.set.space && n.object != nil {
		if _, member := t.set.find(n); member {
			all, size = all.with(status.Of(n.object), -1), size-1
		}
	}
	return t.check.Sum(all.yes, all.no, size)
}
