package depgraph

// components finds the strongly connected components of a graph that have a
// cycle, by Tarjan's algorithm, without recursion. It visits what can be reached
// from the nodes that it is given, each once, however many are given.
type components[T comparable] struct {
	// next returns the nodes to which edges lead from one, with repetitions.
	next func(T) []T
	// number is where the number of a node is kept. Nodes numbered below first
	// were not visited, first itself is done, and those above are on the stack.
	number      func(T) *uint64
	first, last uint64
	stack       []T
	found       [][]T
}

// frame is a node on the way down.
type frame[T comparable] struct {
	node   T
	number uint64
	// next are those that have not been looked at.
	next []T
	// low is the smallest number that can be reached from it.
	low uint64
	// loops says that an edge leads to itself.
	loops bool
}

// from adds the components that can be reached from a node.
func (c *components[T]) from(start T) {
	if *c.number(start) >= c.first {
		return
	}
	path := []frame[T]{c.enter(start)}
	for {
		top := &path[len(path)-1]
		if last := len(top.next) - 1; last >= 0 {
			next := top.next[last]
			top.next = top.next[:last]
			switch number := *c.number(next); {
			case next == top.node:
				top.loops = true
			case number < c.first:
				path = append(path, c.enter(next))
			case number > c.first:
				top.low = min(top.low, number)
			}
			continue
		}
		if top.low == top.number {
			c.leave(top)
		}
		if len(path) == 1 {
			return
		}
		if below := &path[len(path)-2]; top.low < top.number {
			below.low = min(below.low, top.low)
		}
		path = path[:len(path)-1]
	}
}

func (c *components[T]) enter(one T) frame[T] {
	c.last++
	*c.number(one) = c.last
	c.stack = append(c.stack, one)
	return frame[T]{node: one, number: c.last, low: c.last, next: c.next(one)}
}

// leave takes the component off the stack of which f was the first node.
func (c *components[T]) leave(f *frame[T]) {
	at := len(c.stack) - 1
	for c.stack[at] != f.node {
		at--
	}
	members := c.stack[at:]
	c.stack = c.stack[:at]
	for _, one := range members {
		*c.number(one) = c.first
	}
	if len(members) > 1 || f.loops {
		c.found = append(c.found, append([]T(nil), members...))
	}
}
