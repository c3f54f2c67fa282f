package lint

import (
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/gate"
)

// badUses reports tokens that the gate cannot read, so that it holds the Job, and a
// priority that nobody goes by.
func badUses(_ *linting, w *manifest.Workload) (found []mistake) {
	if w.Job == nil {
		return nil
	}
	mistakes, _ := gate.Vet(nil, w.Job)
	for _, m := range mistakes {
		hint := "write limits and their tokens, as in: licence=2, db"
		switch m.Annotation {
		case gate.PriorityAnnotation:
			hint = `write a whole number, as in "10"`
		case gate.UsesAnnotation:
		default:
			continue
		}
		found = append(found, mistakef(w.Annotation(m.Annotation), hint, "%s %s", m.Annotation, m.Message)...)
	}
	if _, prior := w.Job.Annotations[gate.PriorityAnnotation]; prior && !w.Facts.Uses.Said {
		found = append(found, mistakef(w.Annotation(gate.PriorityAnnotation), "take it away, or say what the Job uses: "+gate.UsesAnnotation,
			"the gate goes by %s only in Jobs with %s", gate.PriorityAnnotation, gate.UsesAnnotation)...)
	}
	return found
}
