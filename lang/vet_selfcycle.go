package lang

import (
	"fmt"
	"strings"
)

// maxSelfEdges bounds what an array may wait for in itself to be looked at for
// cycles: the members of all its elements together.
const maxSelfEdges = 4_000_000

// selfCycle returns the shortest way in which elements of an array of the given
// size wait for one another by the requirements of e that speak of nothing but
// self[...], and where the text says so; nil if there is none. Each waits for the
// next, and the last for the first, which is the smallest. What stands under "or"
// or "not" keeps nobody for sure and is not looked at.
func (e *Expr) selfCycle(size int64) (cycle []int64, span Span) {
	m := mapping{view: &view{subject: &Subject{Object: &Object{Array: &Array{Size: size}}}, index: -1}, all: Between(0, size-1)}
	var rows []*arrayFacts
	for _, t := range e.requirements() {
		c, ok := t.(*Check)
		if !ok || c.Compare != nil || c.Before || !c.selfOnly() || !c.Status.spec().needsStart {
			continue
		}
		a := &arrayFacts{self: true, size: size}
		for i := range c.Targets {
			a.lists = append(a.lists, c.Targets[i].Elements)
		}
		rows, span = append(rows, a), c.span
	}
	if len(rows) == 0 {
		return nil, span
	}
	stuck, ok := m.waitingForEachOther(rows)
	if !ok || len(stuck) == 0 {
		return nil, span
	}
	return m.shortestCycle(rows, stuck), span
}

func (c *Check) selfOnly() bool {
	for i := range c.Targets {
		if !c.Targets[i].Self {
			return false
		}
	}
	return len(c.Targets) > 0
}

// waitingForEachOther frees all elements that wait for nothing, then those that
// waited only for these, and so forth, and returns who is left.
func (m *mapping) waitingForEachOther(rows []*arrayFacts) (stuck map[int64]bool, ok bool) {
	size := m.ownSize()
	missing := make([]int64, size)
	var queue []int64
	for i := range size {
		for _, a := range rows {
			missing[i] += m.ownMembers(a, i).Len()
		}
		if m.spent += missing[i]; m.spent > maxSelfEdges {
			return nil, false
		}
		if missing[i] == 0 {
			queue = append(queue, i)
		}
	}
	free := int64(0)
	for ; len(queue) > 0; free++ {
		j := queue[0]
		queue = queue[1:]
		for _, a := range rows {
			for _, run := range m.meeting(a, Between(j, j), true) {
				for i := run.Low; i <= run.High; i++ {
					if missing[i]--; missing[i] == 0 {
						queue = append(queue, i)
					}
				}
			}
		}
	}
	if free == size {
		return nil, true
	}
	stuck = map[int64]bool{}
	for i, n := range missing {
		if n > 0 {
			stuck[int64(i)] = true
		}
	}
	return stuck, true
}

func (m *mapping) ownMembers(a *arrayFacts, i int64) Indexes {
	m.index = i
	defer func() { m.index = -1 }()
	members, _, _ := m.members(a)
	return members
}

// shortestCycle looks for it from the smallest element that is in one.
func (m *mapping) shortestCycle(rows []*arrayFacts, stuck map[int64]bool) []int64 {
	for start := range m.ownSize() {
		if !stuck[start] {
			continue
		}
		from, queue := map[int64]int64{}, []int64{start}
		for len(queue) > 0 {
			i := queue[0]
			queue = queue[1:]
			for _, a := range rows {
				for _, run := range m.ownMembers(a, i) {
					for j := run.Low; j <= run.High; j++ {
						if j == start {
							return wayBack(from, i, start)
						}
						if _, seen := from[j]; !seen && stuck[j] {
							from[j] = i
							queue = append(queue, j)
						}
					}
				}
			}
		}
		delete(stuck, start) // it only waits for a cycle
	}
	return nil
}

func wayBack(from map[int64]int64, i, start int64) []int64 {
	cycle := []int64{i}
	for i != start {
		i = from[i]
		cycle = append([]int64{i}, cycle...)
	}
	return cycle
}

// sayCycle says a cycle of elements in reading order.
func sayCycle(cycle []int64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "element %d", cycle[0])
	const most = 4
	for n := range cycle {
		if n == most && len(cycle) > most+1 {
			fmt.Fprintf(&b, ", and so on, back to element %d", cycle[0])
			break
		}
		b.WriteString([]string{" waits for element ", ", which waits for element "}[min(n, 1)])
		fmt.Fprint(&b, cycle[(n+1)%len(cycle)])
	}
	return b.String()
}
