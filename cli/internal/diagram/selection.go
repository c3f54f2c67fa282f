package diagram

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/labels"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Selection says which Jobs to show.
type Selection struct {
	// Namespace limits them to a namespace and to what is waited for there;
	// empty means all.
	Namespace string
	// Run limits them to the steps of a run and to what these wait for; empty means all.
	Run string
	// Unrelated includes Jobs without any dependency, of which otherwise only one is shown
	// that is alone.
	Unrelated bool
	// Starts, if not nil, are the Jobs to begin with, and Labels chooses them.
	// Around them are shown up to Up levels of what they wait for, and Down
	// levels of what waits for them; a negative number is no limit.
	Starts   []lang.Ref
	Labels   labels.Selector
	Up, Down int
	// States, if any, are those to show.
	States []gate.State
}

// refs returns what is shown, sorted, and how many unrelated Jobs are not.
func (s Selection) refs(w *snapshot.World) (refs []lang.Ref, hidden int) {
	all := w.Upstream(s.Namespace)
	if s.Run != "" {
		all = w.UpstreamOf(snapshot.Steps(s.Namespace, s.Run))
	}
	if s.Starts != nil || s.Labels != nil {
		return s.around(w, all), 0
	}
	if s.Unrelated || s.Run != "" {
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

func (s Selection) around(w *snapshot.World, all []lang.Ref) []lang.Ref {
	starts := slices.Clone(s.Starts)
	if s.Labels != nil {
		for _, ref := range all {
			if job, exists := w.Jobs[ref]; exists && s.Labels.Matches(labels.Set(job.Labels)) &&
				(s.Namespace == "" || ref.Namespace == s.Namespace) {
				starts = append(starts, ref)
			}
		}
	}
	reached := map[lang.Ref]bool{}
	for _, way := range []struct {
		levels int
		next   func(lang.Ref) []lang.Ref
	}{{s.Up, w.Graph.Prerequisites}, {s.Down, w.Graph.Dependents}} {
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

func (s Selection) shows(state gate.State) bool {
	return len(s.States) == 0 || slices.Contains(s.States, state)
}
