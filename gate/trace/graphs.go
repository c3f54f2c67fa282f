package trace

import (
	"hash/maphash"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// mostSets is how many globs and selectors of one namespace join graphs. Each is compared
// with every Job, and anybody who makes Jobs can write them.
const mostSets = 64

// Graphs knows which Jobs wait for one another, outside of runs, and which of them stands for
// all: the one that was created first. It only joins graphs, and forgets one with its last
// Job, so what it says of a Job stays while others come and go. Graphs are never joined
// across namespaces: no tenant can put his Jobs into the trace of another.
type Graphs struct {
	seed   maphash.Seed
	mu     sync.Mutex
	spaces map[string]*space
}

// space is what is known of a namespace.
type space struct {
	nodes map[string]*node
	sets  map[string]lang.Matcher
}

// node is a name, whether there is a Job of it or not, or a set. It leads to another node of
// its graph, or has what is known of the whole graph.
type node struct {
	up   *node
	name string
	// uid is that of the Job, empty if there is none, and text the hash of what it waits for.
	uid    types.UID
	text   uint64
	labels map[string]string

	// names are all that are in the graph, and jobs is how many of them are those of Jobs. first
	// stands for the graph; it was the first of all that have ever been in it.
	names   []string
	jobs    int
	first   types.UID
	created time.Time
}

// NewGraphs returns graphs of which nothing is known.
func NewGraphs() *Graphs { return &Graphs{seed: maphash.MakeSeed(), spaces: map[string]*space{}} }

// Learn takes in a Job, with the text of what it waits for, empty if nobody may read that.
func (g *Graphs) Learn(job gate.Job, dependsOn string) {
	ref := job.Ref()
	if !job.IsJob() || ref.Run != "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.spaces[ref.Namespace]
	if in == nil {
		in = &space{nodes: map[string]*node{}, sets: map[string]lang.Matcher{}}
		g.spaces[ref.Namespace] = in
	}
	one := in.node(ref.Name)
	if one.uid != job.UID {
		all := one.top()
		if one.uid == "" {
			all.jobs++
		}
		one.uid, one.text, one.labels = job.UID, 0, job.Labels
		all.standsFor(job.UID, job.Created)
		for name, set := range in.sets {
			if set.Match(ref.Name, job.Labels) {
				join(in.nodes[name], one)
			}
		}
	}
	text := maphash.String(g.seed, dependsOn)
	if dependsOn == "" || one.text == text {
		return
	}
	one.text = text
	expr, err := lang.Parse(dependsOn)
	if err != nil {
		return
	}
	for _, edge := range expr.Edges() {
		to := edge.Ref.Resolve(ref)
		if to.Kind == lang.KindJob && to.Namespace == ref.Namespace && to.Run == "" {
			in.join(one, to)
		}
	}
}

// join joins the graph of a node and that of what a Job names.
func (s *space) join(one *node, to lang.Ref) {
	if !to.IsSet() {
		join(one, s.node(to.Name))
		return
	}
	if _, known := s.sets[to.Name]; !known {
		if len(s.sets) >= mostSets {
			return
		}
		set := lang.NewMatcher(to)
		s.sets[to.Name] = set
		all := s.node(to.Name)
		for name, member := range s.nodes {
			if member.uid != "" && set.Match(name, member.labels) {
				join(all, member)
			}
		}
	}
	join(one, s.node(to.Name))
}

// Forget takes in that a Job is gone.
func (g *Graphs) Forget(job gate.Job) {
	ref := job.Ref()
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.spaces[ref.Namespace]
	if in == nil || ref.Run != "" {
		return
	}
	one := in.nodes[ref.Name]
	if one == nil || one.uid != job.UID {
		return
	}
	one.uid, one.text, one.labels = "", 0, nil
	all := one.top()
	if all.jobs--; all.jobs > 0 {
		return
	}
	for _, name := range all.names {
		delete(in.nodes, name)
		delete(in.sets, name)
	}
	if len(in.nodes) == 0 {
		delete(g.spaces, ref.Namespace)
	}
}

// First returns the UID of the Job that stands for the graph of a name, and whether there is
// more in it than this one name.
func (g *Graphs) First(ref lang.Ref) (first types.UID, more bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.spaces[ref.Namespace]
	if in == nil || in.nodes[ref.Name] == nil {
		return "", false
	}
	all := in.nodes[ref.Name].top()
	return all.first, len(all.names) > 1
}

func (s *space) node(name string) *node {
	one := s.nodes[name]
	if one == nil {
		one = &node{name: name, names: []string{name}}
		s.nodes[name] = one
	}
	return one
}

// top returns the node that has what is known of the whole graph.
func (n *node) top() *node {
	for n.up != nil {
		if n.up.up != nil {
			n.up = n.up.up
		}
		n = n.up
	}
	return n
}

func (n *node) standsFor(uid types.UID, created time.Time) {
	if n.first == "" || created.Before(n.created) || created.Equal(n.created) && uid < n.first {
		n.first, n.created = uid, created
	}
}

// join makes one graph of two.
func join(a, b *node) {
	a, b = a.top(), b.top()
	if a == b {
		return
	}
	if len(a.names) < len(b.names) {
		a, b = b, a
	}
	b.up = a
	a.names = append(a.names, b.names...)
	if a.jobs += b.jobs; b.first != "" {
		a.standsFor(b.first, b.created)
	}
	b.names = nil
}
