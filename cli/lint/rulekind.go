package lint

import (
	"errors"
	"strings"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// addKinds takes in a value of --kinds.
func (o *lintOptions) addKinds(list string) error {
	if o.kinds == nil {
		o.kinds = map[string]bool{}
	}
	for word := range strings.SplitSeq(list, ",") {
		k, known := kind.Of(strings.TrimSpace(word))
		if !known && list != "" {
			return errors.New(gate.UnknownKind(word).Message)
		}
		o.kinds[k.Name] = true
	}
	return nil
}

// missingKind finds names of objects whose kind the cluster has not. It says nothing where
// nobody knows which it has.
func missingKind(l *linting, w *manifest.Workload) []mistake {
	if l.hasKind == nil {
		return nil
	}
	w = w.AsWaiting()
	var found []mistake
	for _, edge := range w.OnceEach() {
		k, lacks := l.lacks(edge.Ref)
		if !lacks {
			continue
		}
		where, hint := "--kinds does not name it", "if the cluster has it, name it there; else the Job waits until it has"
		if l.inCluster {
			where, hint = "it has no API group "+k.Group, "install what brings it: the Job waits until then"
		}
		found = append(found, mistakef(w.Expression(edge.Span), hint, "the cluster has no kind %s: %s", k.Name, where)...)
	}
	return found
}

// lacks returns the kind of a reference, and whether it is known that the cluster has not got it.
func (l *linting) lacks(ref lang.Ref) (kind.Kind, bool) {
	k, known := kind.Of(ref.Kind)
	return k, known && !k.IsBuiltIn() && !l.hasKind(k)
}
