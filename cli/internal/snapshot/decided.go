package snapshot

import (
	"time"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// decided are decisions about a world that stays as it is: a listing asks three to four times
// about each Job, and a picture as often. They hold for a graph and a moment. What else a
// decision rests on comes with Settle, which forgets them.
type decided struct {
	graph *depgraph.Graph
	at    uint64
	now   time.Time
	of    map[lang.Ref]gate.Decision
}

// Still settles the world, and has Decide keep its answers until a Job changes, the time does,
// or Settle is called. It is for a world of which all was read.
func (w *World) Still() {
	if w.decided.holds(w) {
		return
	}
	w.Settle()
	w.keepDecisions()
}

func (w *World) keepDecisions() {
	w.decided = &decided{w.Graph, w.Graph.Changes(), w.Now, make(map[lang.Ref]gate.Decision, len(w.Jobs))}
}

func (d *decided) holds(w *World) bool {
	return d != nil && d.graph == w.Graph && d.at == w.Graph.Changes() && d.now.Equal(w.Now)
}

// Decide asks what should happen to a Job of the world. Every command goes by this.
func (w *World) Decide(ref lang.Ref) gate.Decision {
	keep := w.decided.holds(w)
	if keep {
		if d, known := w.decided.of[ref]; known {
			return d
		}
	}
	s := w.SnapshotOf(ref)
	d := byTheGate(s, gate.Decide(s))
	if keep {
		w.decided.of[ref] = d
	}
	return d
}
