package lint

import (
	"fmt"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/lang"
)

// noStep reports names in a folder that is run as a whole which no Job of it has. Where
// the Jobs say themselves of which run they are, others may be elsewhere.
func noStep(l *linting, w *manifest.Workload) []mistake {
	if l.run == "" || w.Expr == nil || w.By().Run != l.run {
		return nil
	}
	var found []mistake
	for _, check := range w.Expr.Checks() {
		for i := range check.Targets {
			t := &check.Targets[i]
			ref := t.Ref.Resolve(w.By())
			if t.Self || t.WholeRun || ref.Kind != lang.KindJob || t.Ref.Run != "" || l.hasStep(w, ref) {
				continue
			}
			name := t.Ref.String()
			hint := fmt.Sprintf("write %s@ for what is outside of all runs, or %s@NAME for another run", name, name)
			what := "is no step of this run"
			if ref.IsSet() {
				what = "matches no step of this run"
			} else if near := lang.Nearest(ref.Name, l.stepsOf(ref.Namespace)); near != "" {
				hint = fmt.Sprintf("did you mean %q? Else %s", near, hint)
			}
			found = append(found, mistakef(w.Expression(t.Span), hint, "%s %s", name, what)...)
		}
	}
	return found
}

// hasStep reports whether a name or a set means a step other than the one that says it.
func (l *linting) hasStep(w *manifest.Workload, ref lang.Ref) bool {
	if !ref.IsSet() {
		return l.exists(ref)
	}
	return len(l.world.Graph.Members(ref, w.Ref())) > 0
}

func (l *linting) stepsOf(namespace string) []string {
	var names []string
	for ref := range l.jobs {
		if ref.Namespace == namespace && ref.Run == l.run {
			names = append(names, ref.Name)
		}
	}
	return names
}

// runCycle reports who waits for a step that waits for the whole run, and does not do so
// itself: the run is not over before it, and it does not run before the run is over.
func runCycle(l *linting, w *manifest.Workload) []mistake {
	by := w.By()
	if by.Run == "" || w.Expr == nil || w.Expr.NamesRun(by.Run) {
		return nil
	}
	var found []mistake
	for _, edge := range w.OnceEach() {
		ref := edge.Ref.Resolve(by)
		other := l.jobs[ref]
		if other == nil || ref.Run != by.Run || other.Expr == nil || !other.Expr.NamesRun(by.Run) {
			continue
		}
		found = append(found, mistakef(w.Expression(edge.Span), "ask about the run here, too, as in: "+edge.Ref.String()+", finished(run)",
			"%s waits for the whole run, and this Job is a part of that as long as it does not ask about the run itself", edge.Ref)...)
	}
	return found
}
