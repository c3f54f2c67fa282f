package diagram

import (
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Diagram is what is drawn of a world.
type Diagram struct {
	picture.Graph
	// Hidden counts the Jobs that were left out because they wait for nothing
	// and nothing waits for them.
	Hidden int
	states map[lang.Ref]gate.State
}

// Of returns what a selection shows of a world.
func Of(w *snapshot.World, s Selection) *Diagram {
	w.Still()
	d := &Diagram{states: map[lang.Ref]gate.State{}}
	d.Now = w.Now
	var refs []lang.Ref
	refs, d.Hidden = s.refs(w)
	shown := make(map[lang.Ref]bool, len(refs))
	for _, ref := range refs {
		n := NodeOf(w, ref)
		d.states[ref] = n.State
		if s.shows(n.State) {
			shown[ref] = true
			d.Nodes = append(d.Nodes, n)
		}
	}
	for i := range d.Nodes {
		if n := &d.Nodes[i]; n.Kind != picture.Missing {
			n.Waits = w.WaitsFor(n.Ref, d.states)
		}
	}
	d.link(w, shown)
	d.markLongest(w)
	return d
}

// link adds an edge for each object and check that the expressions of the shown
// Jobs name, and a node for each set, with an edge from every member.
func (d *Diagram) link(w *snapshot.World, shown map[lang.Ref]bool) {
	sets, circles := map[string]bool{}, w.Circles()
	for _, n := range d.Nodes {
		expr := w.Graph.Expr(n.Ref)
		if expr == nil {
			continue
		}
		for _, named := range expr.Edges() {
			from, check := named.Ref.Resolve(n.Ref).Object(), named.Check()
			e := picture.Edge{
				From: from.String(), To: n.ID, Check: check, Value: w.Value(n.Ref, named),
				Plain: check == named.Ref.String() && named.Ref.Offset() == 0, Runs: meant(w, n.Ref, named.Ref),
				OtherRun: from.Kind == lang.KindCronJob && n.Ref.Kind == lang.KindCronJob && !circles[[2]lang.Ref{n.Ref, from}],
			}
			if from == n.Ref && from.Kind == lang.KindCronJob {
				continue // another run of its own: it waits for no circle
			}
			if named.WholeRun {
				if e.From += " as a whole"; !sets[e.From] {
					sets[e.From] = true
					d.addRun(w, e.From, from, shown)
				}
			} else if from.IsSet() {
				// A set does not contain the Job that names it; to the others it may.
				if job := w.Jobs[n.Ref]; from.Contains(n.Ref, job.Labels) {
					e.From += " without " + n.Ref.Name
				}
				if !sets[e.From] {
					sets[e.From] = true
					d.addSet(w, e.From, from, n.Ref, shown)
				}
			} else if !shown[from] {
				continue
			}
			d.Edges = append(d.Edges, e)
		}
	}
}

func (d *Diagram) addSet(w *snapshot.World, id string, set, self lang.Ref, shown map[lang.Ref]bool) {
	n := picture.Node{ID: id, Kind: picture.Set, Ref: set}
	if why, ok := w.Unread[set]; ok {
		n.State, n.Message = picture.StateUnknown, why
	}
	d.Nodes = append(d.Nodes, n)
	for _, member := range w.Graph.Members(set, self) {
		ref := set
		if ref.Name = member.Name; shown[ref] {
			d.Edges = append(d.Edges, picture.Edge{From: ref.String(), To: id, Member: true})
		}
	}
}

// markLongest marks the longest way that is left, unless it is all there is.
func (d *Diagram) markLongest(w *snapshot.World) {
	path, _ := w.Graph.Longest(nil)
	left := 0
	for _, state := range d.states {
		if state != gate.StateSucceeded && state != gate.StateFailed && state != gate.StateSkipped {
			left++
		}
	}
	if len(path) < 2 || len(path) >= left {
		return
	}
	on := map[string]bool{}
	next := map[string]string{}
	for k, ref := range path {
		on[ref.String()] = true
		if k > 0 {
			next[path[k-1].String()] = ref.String()
		}
	}
	leads := map[string]map[string]bool{} // from a set to the Jobs that name it
	for i := range d.Edges {
		e := &d.Edges[i]
		e.Critical = next[e.From] == e.To
		if leads[e.From] == nil {
			leads[e.From] = map[string]bool{}
		}
		leads[e.From][e.To] = true
	}
	through := map[[2]string]bool{}
	for i := range d.Edges {
		if e := &d.Edges[i]; e.Member && leads[e.To][next[e.From]] {
			e.Critical, on[e.To] = true, true
			through[[2]string{e.To, next[e.From]}] = true
		}
	}
	for i := range d.Edges {
		if e := &d.Edges[i]; through[[2]string{e.From, e.To}] {
			e.Critical = true
		}
	}
	for i := range d.Nodes {
		d.Nodes[i].Critical = on[d.Nodes[i].ID]
	}
}
