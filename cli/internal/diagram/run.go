package diagram

import (
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

// addRun adds a run as a whole, with an edge from each of its steps. Those that ask about it themselves are
// no part of what is waited for.
func (d *Diagram) addRun(w *snapshot.World, id string, run lang.Ref, shown map[lang.Ref]bool) {
	n := picture.Node{ID: id, Kind: picture.WholeRun, Ref: run}
	if why, ok := w.Unread[run]; ok {
		n.State, n.Message = picture.StateUnknown, why
	} else {
		stands := w.StandingOf(run.Namespace, run.Run)
		n.State, n.Size, n.Done, n.Failed = stands.State, stands.Size, stands.Over-stands.Failed, stands.Failed
	}
	d.Nodes = append(d.Nodes, n)
	for _, step := range w.Graph.Members(run, lang.Ref{}) {
		ref := run
		if ref.Name = step.Name; shown[ref] && (step.Object == nil || !step.Object.NamesRun) {
			d.Edges = append(d.Edges, picture.Edge{From: ref.String(), To: id, Member: true})
		}
	}
}
