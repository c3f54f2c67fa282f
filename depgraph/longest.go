package depgraph

import (
	"slices"

	"depctl.dev/lang"
)

// Longest returns the longest way that is left to go, from a node that waits for
// nobody to the one that ends last, each a prerequisite of the next, and its
// length: the sum of the weights, which are not negative, or the number of nodes
// where weight is nil. Of equally long ways it is the one whose last node is the
// smallest, and so on backwards. What has ended is left out, and so are nodes on
// a cycle and behind one.
func (g *Graph) Longest(weight func(lang.Ref) int64) (path []lang.Ref, length int64) {
	w := g.waves(func(one *node) bool { return !ended(one.object) })
	lengths := make([]int64, len(g.all))
	before := make([]*node, len(g.all))
	var last *node
	for len(w.ready) > 0 {
		for _, one := range w.ready {
			own := int64(1)
			if weight != nil {
				own = weight(one.ref())
			}
			lengths[one.id] += own
			if is := lengths[one.id]; last == nil || is > length || is == length && byRef(one, last) < 0 {
				last, length = one, is
			}
			w.dependents(one, func(dependent *node) {
				at, is := dependent.id, lengths[one.id]
				if b := before[at]; b == nil || is > lengths[at] || is == lengths[at] && byRef(one, b) < 0 {
					before[at], lengths[at] = one, is
				}
			})
		}
		w.next()
	}
	for ; last != nil; last = before[last.id] {
		path = append(path, last.ref())
	}
	slices.Reverse(path)
	return path, length
}
