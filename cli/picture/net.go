package picture

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// net is lines between two layers that are drawn as one: every source leads to
// every target. Nodes with the same targets share one, so a fan-in has one line
// and one arrow.
type net struct {
	sources, targets []int
	// exits and entries are where its lines leave the sources and reach the
	// targets, across.
	exits, entries []int
	// track is where the line across runs; -1 if it needs none.
	track int
}

// nets returns those behind a layer, in the order of their first sources.
func (g *grid) nets(l int) []*net {
	var nets []*net
	by := map[string]*net{}
	for _, i := range g.layers[l] {
		if len(g.after[i]) == 0 {
			continue
		}
		targets := slices.Clone(g.after[i])
		slices.SortFunc(targets, func(a, b int) int { return cmp.Compare(g.at[a], g.at[b]) })
		key := fmt.Sprint(targets)
		if by[key] == nil {
			by[key] = &net{targets: targets, track: -1}
			nets = append(nets, by[key])
		}
		by[key].sources = append(by[key].sources, i)
	}
	return nets
}

func (n *net) span() (low, high int) {
	return min(slices.Min(n.exits), slices.Min(n.entries)), max(slices.Max(n.exits), slices.Max(n.entries))
}

func (n *net) straight() bool {
	low, high := n.span()
	return low == high
}

// connect gives the nets of a channel their exits and entries: a line that can
// be straight is.
func connect(nets []*net, at []int, extents []extent, m measure) {
	into := map[int][]*net{}
	for _, n := range nets {
		for _, source := range n.sources {
			n.exits = append(n.exits, at[source])
		}
		n.entries = make([]int, len(n.targets))
		for _, target := range n.targets {
			into[target] = append(into[target], n)
		}
	}
	unit := 2 * m.pitch
	for _, target := range slices.Sorted(maps.Keys(into)) {
		ends := into[target]
		mean := func(n *net) int {
			sum := 0
			for _, exit := range n.exits {
				sum += exit
			}
			return sum / len(n.exits)
		}
		slices.SortStableFunc(ends, func(a, b *net) int { return cmp.Compare(mean(a), mean(b)) })
		low := at[target] - max(extents[target].before-m.pitch, 0)/unit*unit
		high := at[target] + max(extents[target].after-m.pitch, 0)/unit*unit
		reach := (len(ends) - 1) * unit
		previous := low - unit
		for k, n := range ends {
			x := at[target]
			switch exit := mean(n); {
			case len(n.exits) == 1 && exit >= low && exit <= high:
				x = exit
			case len(ends) > 1:
				x = min(max(exit/unit*unit, at[target]-reach), at[target]+reach)
			}
			x = min(max(x, previous+unit), high-(len(ends)-1-k)*unit)
			n.entries[slices.Index(n.targets, target)] = x
			previous = x
		}
	}
}

// tracks gives the nets of a channel their tracks, so that no two lines lie upon
// each other, and returns how many there are.
func tracks(nets []*net, at []int, extents []extent, m measure) int {
	above := above(nets, at, extents, m)
	missing := map[*net]int{}
	first := map[*net]int{}
	var ready []*net
	for _, n := range nets {
		for _, below := range above[n] {
			missing[below]++
		}
	}
	for _, n := range nets {
		if missing[n] == 0 {
			ready = append(ready, n)
		}
	}
	var used [][][2]int
	for len(ready) > 0 {
		slices.SortStableFunc(ready, func(a, b *net) int { return cmp.Compare(a.turn(), b.turn()) })
		n := ready[0]
		ready = ready[1:]
		if !n.straight() {
			low, high := n.span()
			n.track = first[n]
			for n.track < len(used) && slices.ContainsFunc(used[n.track], func(other [2]int) bool {
				return low < other[1]+2*m.pitch && other[0] < high+2*m.pitch
			}) {
				n.track++
			}
			for len(used) <= n.track {
				used = append(used, nil)
			}
			used[n.track] = append(used[n.track], [2]int{low, high})
		}
		for _, below := range above[n] {
			first[below] = max(first[below], n.track+1)
			if missing[below]--; missing[below] == 0 {
				ready = append(ready, below)
			}
		}
	}
	return len(used)
}

// turn says which of two nets should turn first, so that fewer lines cross: of
// those that go the same way, the one that is ahead.
func (n *net) turn() int {
	if n.entries[len(n.entries)-1] > n.exits[len(n.exits)-1] {
		return -n.exits[len(n.exits)-1]
	}
	return n.exits[0]
}

// above returns which nets must run above which others: where one leaves in the
// column in which the other ends. Where that goes in a circle, ends are moved by
// one pitch, to columns in which nothing leaves.
func above(nets []*net, at []int, extents []extent, m measure) map[*net][]*net {
	leaves := map[int]*net{}
	for _, n := range nets {
		for _, exit := range n.exits {
			leaves[exit] = n
		}
	}
	for {
		above := map[*net][]*net{}
		for _, n := range nets {
			for _, entry := range n.entries {
				if other := leaves[entry]; other != nil && other != n && !slices.Contains(above[other], n) {
					above[other] = append(above[other], n)
				}
			}
		}
		n, k := circle(nets, above, leaves)
		if n == nil {
			return above
		}
		target := n.targets[k]
		if low := at[target] - max(extents[target].before-m.pitch, 0); n.entries[k]-m.pitch >= low && extents[target].after <= m.pitch {
			n.entries[k] -= m.pitch
		} else {
			n.entries[k] += m.pitch
		}
	}
}

// circle returns an entry that is part of a circle of nets above each other, nil
// if there is none.
func circle(nets []*net, above map[*net][]*net, leaves map[int]*net) (*net, int) {
	const fresh, open, done = 0, 1, 2
	state := map[*net]int{}
	var found *net
	var from *net
	var visit func(*net) bool
	visit = func(n *net) bool {
		state[n] = open
		for _, below := range above[n] {
			if state[below] == open {
				found, from = below, n
				return true
			}
			if state[below] == fresh && visit(below) {
				return true
			}
		}
		state[n] = done
		return false
	}
	for _, n := range nets {
		if state[n] == fresh && visit(n) {
			for k, entry := range found.entries {
				if leaves[entry] == from {
					return found, k
				}
			}
		}
	}
	return nil, 0
}
