package depgraph

// components finds the strongly connected components among the nodes that wait,
// by Tarjan's algorithm, without recursion. It visits what the nodes that it is
// given wait for, each once, however many are given.
type components struct {
	g *Graph
	// Nodes numbered below first were not visited, first itself is done, and
	// those above are on the stack.
	first uint64
	stack []*node
	knots []*knot
}

// frame is a node on the way down.
type frame struct {
	node *node
	// awaited are those that it waits for and that have not been looked at.
	awaited []*node
	// low is the smallest number that can be reached from it.
	low uint64
	// loops says that it waits for itself.
	loops bool
}

func (g *Graph) components() *components {
	g.clock++
	return &components{g: g, first: g.clock}
}

// from adds the components that can be reached from a node.
func (c *components) from(start *node) {
	if start.seen >= c.first {
		return
	}
	path := []frame{c.enter(start)}
	for {
		top := &path[len(path)-1]
		if last := len(top.awaited) - 1; last >= 0 {
			next := top.awaited[last]
			top.awaited = top.awaited[:last]
			switch {
			case next == top.node:
				top.loops = true
			case next.seen < c.first:
				path = append(path, c.enter(next))
			case next.seen > c.first:
				top.low = min(top.low, next.seen)
			}
			continue
		}
		c.leave(top)
		if len(path) == 1 {
			return
		}
		below := &path[len(path)-2]
		below.low = min(below.low, top.low)
		path = path[:len(path)-1]
	}
}

func (c *components) enter(one *node) frame {
	c.g.clock++
	one.seen = c.g.clock
	c.stack = append(c.stack, one)
	return frame{node: one, low: one.seen, awaited: c.g.awaited(one)}
}

// leave takes a component off the stack if f was the first of it.
func (c *components) leave(f *frame) {
	if f.low < f.node.seen {
		return
	}
	var k knot
	for {
		last := len(c.stack) - 1
		one := c.stack[last]
		c.stack = c.stack[:last]
		one.seen = c.first
		k.members = append(k.members, one)
		if one == f.node {
			break
		}
	}
	if len(k.members) > 1 || f.loops {
		c.knots = append(c.knots, &k)
	}
	f.low = c.g.clock + 1 // nothing for those below
}

// awaited returns the nodes that wait themselves and for which a node waits,
// with repetitions.
func (g *Graph) awaited(one *node) (list []*node) {
	for _, e := range one.names {
		if to := g.all[e.node]; to.waiting() {
			list = append(list, to)
		}
	}
	for _, in := range one.sets {
		for _, member := range in.set.members {
			if member != one && member.waiting() && !(in.before && member.object.Created.After(one.object.Created)) {
				list = append(list, member)
			}
		}
	}
	return list
}
