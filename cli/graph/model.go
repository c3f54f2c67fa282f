package graph

import (
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

// newNode returns an object of a world as it is drawn.
func newNode(w *snapshot.World, ref lang.Ref) picture.Node {
	n := picture.Node{ID: ref.String(), Kind: picture.Missing, Ref: ref}
	n.State, n.Message = w.State(ref)
	job, exists := w.Jobs[ref]
	if !exists || ref.Kind != lang.KindJob {
		return n
	}
	n.Kind = picture.Job
	if job.UID != "" { // it has been made
		n.Created = job.Created
	}
	n.UID, n.Started, n.Finished = string(job.UID), job.Started, job.Object.Finished
	n.DependsOn = job.DependsOn
	if array := job.Object.Array; array != nil {
		n.Kind, n.Size = picture.Array, array.Size
		n.Done, n.Failed = array.Completed.Len(), array.Failed.Len()
	}
	if expr := w.Graph.Expr(ref); expr != nil && expr.Names() == nil {
		n.When = picture.OneLine(job.DependsOn)
	}
	return n
}
