package lang

import "strings"

// KindJob is the kind of a reference that names none.
const KindJob = "job"

// Ref names one object: its kind in lower case, its namespace and its name. If
// the name is a glob (shard-*) or a label selector ({app=etl}, canonical), it
// names the set of the objects that match it in the namespace. In an expression
// an empty Namespace means that of the annotated Job; Resolve fills it in. A
// Ref is comparable and serves as a map key.
type Ref struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// Job returns the reference to a batch/v1 Job.
func Job(namespace, name string) Ref {
	return Ref{Kind: KindJob, Namespace: namespace, Name: name}
}

// Resolve returns r with an empty namespace replaced by the given one.
func (r Ref) Resolve(namespace string) Ref {
	if r.Namespace == "" {
		r.Namespace = namespace
	}
	return r
}

// IsSet reports whether r names a set, by a glob or a label selector.
func (r Ref) IsSet() bool {
	for i := range len(r.Name) {
		if c := r.Name[i]; c == '*' || c == '?' || c == '{' {
			return true
		}
	}
	return false
}

// String returns r as it is written in an expression, [kind:][namespace/]name,
// without a kind for Jobs.
func (r Ref) String() string {
	name := r.Name
	if r.Namespace == "" && isReserved(name) {
		name = `"` + name + `"`
	}
	if r.Namespace != "" {
		name = r.Namespace + "/" + name
	}
	if r.Kind != KindJob {
		name = r.Kind + ":" + name
	}
	return name
}

// Compare orders references by namespace, name and kind, for output that is
// the same for the same input.
func (r Ref) Compare(o Ref) int {
	if c := strings.Compare(r.Namespace, o.Namespace); c != 0 {
		return c
	}
	if c := strings.Compare(r.Name, o.Name); c != 0 {
		return c
	}
	return strings.Compare(r.Kind, o.Kind)
}
