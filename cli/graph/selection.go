package graph

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/labels"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// selection says which Jobs to show.
type selection struct {
	// namespace limits them to a namespace and to what is waited for there;
	// empty means all.
	namespace string
	// run limits them to the steps of a run and to what these wait for; empty means all.
	run string
	// unrelated includes Jobs without any dependency, of which otherwise only one is shown
	// that is alone.
	unrelated bool
	// starts, if not nil, are the Jobs to begin with, and labels chooses them.
	// Around them are shown up to up levels of what they wait for, and down
	// levels of what waits for them; a negative number is no limit.
	starts   []lang.Ref
	labels   labels.Selector
	up, down int
	// states, if any, are those to show.
	states []gate.State
}

// refs returns what is shown, sorted, and how many unrelated Jobs are not.
func (s selection) refs(w *snapshot.World) (refs []lang.Ref, hidden int) {
	all := w.Upstream(s.namespace)
	if s.run != "" {
		all = w.UpstreamOf(snapshot.Steps(s.namespace, s.run))
	}
	if s.starts != nil || s.labels != nil {
		return s.around(w, all), 0
	}
	if s.unrelated || s.run != "" {
		return all, 0
	}
	var alone lang.Ref
	named := map[lang.Ref]bool{}
	for _, ref := range all {
		for _, prerequisite := range w.Graph.Prerequisites(ref) {
			named[prerequisite] = true
		}
	}
	for _, ref := range all {
		if waits := w.Jobs[ref].AsksToWait() || w.Graph.Expr(ref) != nil || w.Invalid[ref] != nil; !named[ref] && !waits {
			if ref.Kind == lang.KindJob {
				hidden++
				alone = ref
			}
			continue
		}
		refs = append(refs, ref)
	}
	if len(refs) == 0 && hidden == 1 {
		return []lang.Ref{alone}, 0
	}
	return refs, hidden
}

func (s selection) around(w *snapshot.World, all []lang.Ref) []lang.Ref {
	starts := slices.Clone(s.starts)
	if s.labels != nil {
		for _, ref := range all {
			if job, exists := w.Jobs[ref]; exists && s.labels.Matches(labels.Set(job.Labels)) &&
				(s.namespace == "" || ref.Namespace == s.namespace) {
				starts = append(starts, ref)
			}
		}
	}
	reached := map[lang.Ref]bool{}
	for _, way := range []struct {
		levels int
		next   func(lang.Ref) []lang.Ref
	}{{s.up, w.Graph.Prerequisites}, {s.down, w.Graph.Dependents}} {
		seen := map[lang.Ref]bool{}
		level := starts
		for n := 0; len(level) > 0; n++ {
			var next []lang.Ref
			for _, ref := range level {
				if seen[ref] {
					continue
				}
				seen[ref] = true
				if way.levels < 0 || n < way.levels {
					next = append(next, way.next(ref)...)
				}
			}
			level = next
		}
		maps.Copy(reached, seen)
	}
	return slices.SortedFunc(maps.Keys(reached), lang.Ref.Compare)
}

func (s selection) shows(state gate.State) bool {
	return len(s.states) == 0 || slices.Contains(s.states, state)
}
