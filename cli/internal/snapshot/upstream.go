package snapshot

import (
	"maps"
	"slices"

	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/lang"
)

// Wanted returns what must be read to decide about the Jobs of a namespace, or
// about all: those of upstream, and the sets that they name.
func (w *World) Wanted(namespace string) []lang.Ref {
	refs := w.Upstream(namespace)
	for _, ref := range refs {
		if expr := w.Graph.Expr(ref); expr != nil {
			for _, named := range expr.Edges() {
				if named.Ref.IsSet() {
					refs = append(refs, named.Ref.Resolve(ref).Object())
				}
			}
		}
	}
	return refs
}

// Upstream returns the Jobs of a namespace, or all if it is empty, and
// everything that they wait for, directly or through others, sorted.
func (w *World) Upstream(namespace string) []lang.Ref {
	return w.UpstreamOf(func(ref lang.Ref) bool { return namespace == "" || ref.Namespace == namespace })
}

// Keep forgets all Jobs but these.
func (w *World) Keep(refs []lang.Ref) {
	kept := map[lang.Ref]bool{}
	for _, ref := range refs {
		kept[ref] = true
	}
	for ref, job := range w.Jobs {
		if !kept[ref] {
			delete(w.keys, job.Identity())
			w.drop(ref)
		}
	}
}

// UpstreamOf returns the Jobs and the CronJobs with templates that are asked for, and everything that they wait
// for, directly or through others, sorted.
func (w *World) UpstreamOf(asked func(lang.Ref) bool) []lang.Ref {
	reached := map[lang.Ref]bool{}
	var reach func(lang.Ref)
	reach = func(ref lang.Ref) {
		if reached[ref] {
			return
		}
		reached[ref] = true
		for _, prerequisite := range w.Graph.Prerequisites(ref) {
			reach(prerequisite)
		}
	}
	for ref := range w.Jobs {
		if asked(ref) {
			reach(ref)
		}
	}
	for _, templates := range []map[lang.Ref]*batchv1.CronJob{w.Templates, w.Live} {
		for ref := range templates {
			if asked(ref) {
				reach(ref)
			}
		}
	}
	return slices.SortedFunc(maps.Keys(reached), lang.Ref.Compare)
}
