package picture

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// twins is how many Jobs with the same neighbours are shown as one, at least.
const twins = 4

// Fold returns the graph with fewer nodes and edges: the members of a set that nobody else
// waits for are shown in the set alone, and if there are more than limit nodes
// then, Jobs with the same neighbours are shown as one. Those that want a person
// stay apart from the others. What would be a node with one of the IDs open is not folded.
func (g *Graph) Fold(limit int, open ...string) *Graph {
	folded := g.sorted().lastSteps().merge(but(membersOf, open))
	if len(folded.Nodes) > limit {
		folded = folded.merge(but(twinsOf, open))
	}
	return folded
}

// but returns the groups of a function without those of some IDs.
func but(groupsOf func(*Graph) []group, open []string) func(*Graph) []group {
	return func(g *Graph) []group {
		return slices.DeleteFunc(groupsOf(g), func(in group) bool { return slices.Contains(open, in.into.ID) })
	}
}

// Collapse returns the graph of the namespaces: one node for each, but for those whose node would
// have one of the IDs open.
func (g *Graph) Collapse(open ...string) *Graph {
	return g.sorted().merge(but(func(g *Graph) []group {
		spaces := map[string][]int{}
		for i, n := range g.Nodes {
			if !n.isSet() {
				spaces[n.Ref.Namespace] = append(spaces[n.Ref.Namespace], i)
			}
		}
		var groups []group
		for _, space := range slices.Sorted(maps.Keys(spaces)) {
			into := Node{ID: space + "/", Kind: Namespace, Ref: lang.Ref{Namespace: space}}
			groups = append(groups, group{into, spaces[space]})
		}
		for i, n := range g.Nodes {
			if !n.isSet() {
				continue
			}
			at := slices.IndexFunc(groups, func(in group) bool { return in.into.Ref.Namespace == n.Ref.Namespace })
			if at >= 0 {
				groups[at].nodes = append(groups[at].nodes, i)
			}
		}
		return groups
	}, open))
}

// group is nodes, by index, that one stands for.
type group struct {
	into  Node
	nodes []int
}

// merge puts nodes in groups into one each.
func (g *Graph) merge(groupsOf func(*Graph) []group) *Graph {
	groups := groupsOf(g)
	if len(groups) == 0 {
		return g
	}
	into := map[string]string{}
	replaced := map[string]bool{}
	merged := *g
	merged.Nodes = nil
	for _, in := range groups {
		node := in.into
		replaced[node.ID] = true
		node.Counts = maps.Clone(node.Counts)
		if node.Counts == nil {
			node.Counts = map[gate.State]int{}
		}
		for _, i := range in.nodes {
			one := g.Nodes[i]
			into[one.ID] = node.ID
			if !one.isSet() {
				node.take(g, one)
			}
		}
		merged.Nodes = append(merged.Nodes, node)
	}
	for _, n := range g.Nodes {
		if _, gone := into[n.ID]; !gone && !replaced[n.ID] {
			merged.Nodes = append(merged.Nodes, n)
		}
	}
	merged.Edges = mergedEdges(g.Edges, into)
	return merged.sorted()
}

// take counts one more Job.
func (n *Node) take(g *Graph, one Node) {
	for state, count := range one.states() {
		n.Counts[state] += count
	}
	if one.isOne() {
		n.Members = append(n.Members, g.name(one.Ref))
	}
	n.Members = append(n.Members, one.Members...)
	n.Critical = n.Critical || one.Critical
	switch {
	case n.Change == Same:
		n.Change = one.Change
	case one.Change != Same && n.Change != one.Change:
		n.Change = Changed
	}
}

// mergedEdges returns one edge for all between the same two nodes. A critical one
// stands for the others, then one that is false, then one that is not true yet.
func mergedEdges(edges []Edge, into map[string]string) []Edge {
	name := func(id string) string {
		if group, ok := into[id]; ok {
			return group
		}
		return id
	}
	type ends struct{ from, to string }
	at := map[ends]int{}
	var merged []Edge
	for _, e := range edges {
		_, left := into[e.From]
		_, right := into[e.To]
		e.From, e.To = name(e.From), name(e.To)
		if e.From == e.To {
			continue
		}
		if !left && !right {
			merged = append(merged, e)
			continue
		}
		i, again := at[ends{e.From, e.To}]
		if !again {
			at[ends{e.From, e.To}] = len(merged)
			merged = append(merged, e)
			continue
		}
		one := &merged[i]
		one.Critical = one.Critical || e.Critical
		one.Value = worse(one.Value, e.Value)
		one.Plain = one.Plain && e.Plain
		if one.Check != e.Check {
			one.Check = ""
		}
		if !slices.Equal(one.Runs, e.Runs) {
			one.Runs = nil
		}
		if one.Change != e.Change {
			one.Change = Same
		}
	}
	return merged
}

func worse(a, b lang.Value) lang.Value {
	switch {
	case a == lang.False || b == lang.False:
		return lang.False
	case a == lang.Unknown || b == lang.Unknown:
		return lang.Unknown
	}
	return lang.True
}

// membersOf returns the sets, each with the members that nothing but one set
// waits for.
func membersOf(g *Graph) []group {
	at := g.index()
	out := make([]int, len(g.Nodes))
	of := make([]int, len(g.Nodes))
	for _, e := range g.Edges {
		out[at[e.From]]++
		if e.Member {
			of[at[e.From]] = at[e.To]
		}
	}
	nodes := map[int][]int{}
	for _, e := range g.Edges {
		// The steps of a run are shown: they are what the run is.
		if i := at[e.From]; e.Member && out[i] == 1 && g.Nodes[at[e.To]].Kind == Set {
			nodes[of[i]] = append(nodes[of[i]], i)
		}
	}
	var groups []group
	for _, set := range slices.Sorted(maps.Keys(nodes)) {
		groups = append(groups, group{g.Nodes[set], nodes[set]})
	}
	return groups
}

// twinsOf returns Jobs with the same neighbours.
func twinsOf(g *Graph) []group {
	at := g.index()
	keys := make([]strings.Builder, len(g.Nodes))
	for _, e := range g.Edges {
		fmt.Fprintf(&keys[at[e.To]], "\x00<%s\x01%s", e.From, e.Label())
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&keys[at[e.From]], "\x00>%s\x01%s", e.To, e.Label())
	}
	alike := map[string][]int{}
	var order []string
	for i, n := range g.Nodes {
		if n.Kind != Job || keys[i].Len() == 0 {
			continue
		}
		key := fmt.Sprint(n.Ref.Namespace, "\x00", wantsPerson(n.State), n.Change, keys[i].String())
		if alike[key] == nil {
			order = append(order, key)
		}
		alike[key] = append(alike[key], i)
	}
	var groups []group
	for _, key := range order {
		if nodes := alike[key]; len(nodes) >= twins {
			ref := g.Nodes[nodes[0]].Ref
			names := make([]string, len(nodes))
			for k, i := range nodes {
				names[k] = g.Nodes[i].Ref.Name
			}
			ref.Name = pattern(names)
			groups = append(groups, group{Node{ID: "group:" + g.Nodes[nodes[0]].ID, Kind: Group, Ref: ref}, nodes})
		}
	}
	return groups
}

// pattern returns what names have in common, as a glob.
func pattern(names []string) string {
	head, tail := names[0], names[0]
	for _, name := range names[1:] {
		for !strings.HasPrefix(name, head) {
			head = head[:len(head)-1]
		}
		for !strings.HasSuffix(name, tail) {
			tail = tail[1:]
		}
	}
	head = strings.TrimRight(head, "0123456789")
	tail = strings.TrimLeft(tail, "0123456789")
	for _, name := range names {
		if len(head)+len(tail) >= len(name) {
			tail = ""
		}
	}
	return strings.ToValidUTF8(head, "") + "*" + strings.ToValidUTF8(tail, "")
}

func (g *Graph) index() map[string]int {
	at := make(map[string]int, len(g.Nodes))
	for i, n := range g.Nodes {
		at[n.ID] = i
	}
	return at
}

func wantsPerson(state gate.State) bool {
	return state == gate.StateFailed || state == gate.StateBlocked || state == gate.StateInvalid
}
