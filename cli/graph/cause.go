package graph

import (
	"context"
	"slices"

	"depctl.dev/cli/cause"
	"depctl.dev/cli/internal/diagram"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/lang"
)

// told are the outputs that tell why Jobs do not run, or have failed.
var told = []string{"", "tree", "wide", "json", "html"}

// explain adds to a drawing of a cluster why Jobs do not run, or have failed, and returns what is to
// be said of it. That no gate releases any Job is said once, and in data on each that waits.
func (o *graphOptions) explain(ctx context.Context, w *snapshot.World, m *diagram.Diagram) []string {
	if o.causes == nil || !slices.Contains(told, o.output) {
		return nil
	}
	var refs []lang.Ref
	for _, n := range m.Nodes {
		refs = append(refs, n.Ref)
	}
	notes := o.causes.Read(ctx, w, refs)
	if w.NoGate != "" {
		notes = append(notes, cause.NoGate(w.NoGate).String()+"; see: depctl check")
	}
	for i := range m.Nodes {
		n := &m.Nodes[i]
		if n.Causes = w.Causes[n.Ref]; o.output == "json" {
			n.Causes = w.CausesOf(n.Ref)
		}
	}
	return notes
}
