package plan

import (
	"fmt"
	"slices"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// What is in this file takes for done what is not among the files.

// assume adds what is waited for and is not there, as if it had succeeded before.
func assume(w *snapshot.World) []lang.Ref {
	var added []lang.Ref
	for _, ref := range w.Graph.Refs() {
		if _, there := w.Jobs[ref]; there || ref.Kind == lang.KindCronJob || ref.IsSet() || !isNeeded(w, ref) {
			continue
		}
		if ref.Kind != lang.KindJob {
			if w.Assume(ref) {
				added = append(added, ref)
			}
			continue
		}
		const size = 1 << 31 // whatever index is asked for
		o := &lang.Object{
			Created: w.Now, Outcome: lang.Succeeded, Finished: w.Now, Started: true, StartedAt: w.Now,
			Array: &lang.Array{Size: size, Completed: lang.Indexes{{Low: 0, High: size - 1}}},
		}
		w.Jobs[ref] = assumedJob(ref, o)
		w.Graph.Set(ref, w.Jobs[ref].Node(nil))
		added = append(added, ref)
	}
	return added
}

// isNeeded reports whether somebody waits for an object, and not for that it is absent.
func isNeeded(w *snapshot.World, ref lang.Ref) bool {
	return slices.ContainsFunc(w.Graph.Dependents(ref), func(by lang.Ref) bool {
		expr := w.Graph.Expr(by)
		return expr != nil && !snapshot.AsksAbsent(expr, by, ref)
	})
}

func assumedNotes(refs []lang.Ref, namespace string) []string {
	if len(refs) == 0 {
		return nil
	}
	var names []string
	for _, ref := range refs {
		names = append(names, picture.NameIn(namespace, ref))
	}
	return []string{fmt.Sprintf("Not among the files, and taken for done: %s.", picture.Enumerate(names, 200, "..."))}
}

// assumedJob is a Job of which nobody knows more than that it succeeded.
func assumedJob(ref lang.Ref, o *lang.Object) gate.Job {
	return gate.Job{Namespace: ref.Namespace, Name: ref.Name, Object: o}
}
