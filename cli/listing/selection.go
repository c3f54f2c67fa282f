package listing

import (
	"slices"

	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"

	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Selection says which rows to list. What is empty selects all.
type Selection struct {
	Namespace string
	Run       string
	// Names are objects, of which a name may be a pattern with *, ? and [].
	Names  []lang.Ref
	Labels labels.Selector
	Fields fields.Selector
	States []gate.State
}

// Fields are the names of those that a field selector may have.
func Fields() []string {
	return []string{"kind", "metadata.name", "metadata.namespace", "run", "state", "step"}
}

func (s Selection) has(r Row) bool {
	switch {
	case s.Namespace != "" && r.Job.Namespace != s.Namespace && !s.names(r):
	case s.Run != "" && r.Ref.Run != s.Run:
	case len(s.States) > 0 && !slices.Contains(s.States, r.State):
	case s.Labels != nil && !s.Labels.Matches(labels.Set(r.Job.Labels)):
	case s.Fields != nil && !s.Fields.Matches(fields.Set{
		"kind": r.Ref.Kind, "metadata.name": r.Job.Name, "metadata.namespace": r.Job.Namespace,
		"run": r.Ref.Run, "state": string(r.State), "step": r.Step(),
	}):
	default:
		return len(s.Names) == 0 || s.names(r)
	}
	return false
}

func (s Selection) names(r Row) bool {
	return slices.ContainsFunc(s.Names, func(name lang.Ref) bool { return s.Matches(name, r) })
}

// Matches reports whether a name of the selection means a row: the name of the Job, or where
// the selection keeps to a run, that of its step.
func (s Selection) Matches(name lang.Ref, r Row) bool {
	own := r.Job.Name
	if s.Run != "" {
		own = r.Step()
	}
	return name.Kind == r.Ref.Kind && name.Namespace == r.Job.Namespace && reference.Matches(name.Name, own)
}
