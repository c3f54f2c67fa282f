package depgraph

// Usage is what the graph keeps because the objects of one namespace name it, and
// which nobody can tell from these objects: it changes as others come and go.
type Usage struct {
	// Virtual counts the objects that are named and do not exist.
	Virtual int
	// Members counts the objects in the sets that are named, once for each set.
	Members int
}

// Usage returns what is kept for a namespace. What several name counts for one of
// them.
func (g *Graph) Usage(namespace string) Usage {
	if u := g.usage[namespace]; u != nil {
		return *u
	}
	return Usage{}
}

// usageOf returns the counters of a namespace, which stay where they are.
func (g *Graph) usageOf(namespace string) *Usage {
	u := g.usage[namespace]
	if u == nil {
		u = &Usage{}
		g.usage[namespace] = u
	}
	return u
}

// charge has a node counted for whoever names it, if it is virtual, and for nobody
// otherwise.
func (g *Graph) charge(one *node) {
	var by *Usage
	if one.object == nil && len(one.dependents) > 0 {
		by = g.usageOf(g.all[one.dependents[0].node].space.namespace)
	}
	if one.by == by {
		return
	}
	if one.by != nil {
		one.by.Virtual--
	}
	if one.by = by; by != nil {
		by.Virtual++
	}
}

// chargeSet has the members of a set counted for another of those that name it; for
// nobody if by is nil.
func (g *Graph) chargeSet(s *set, by *Usage) {
	if s.by != nil {
		s.by.Members -= len(s.members)
	}
	if s.by = by; by != nil {
		by.Members += len(s.members)
	}
}
