package gate

import (
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"depctl.dev/lang"
)

// Kind is a kind of objects that Jobs can wait for.
type Kind struct {
	// Name is what expressions call it, in the singular, such as job.
	Name string
	// Resource is where the API server has the objects, in namespaces.
	Resource schema.GroupVersionResource
	// Observe returns what expressions may learn of an object. Its UID and the time at
	// which it was created are filled in by Kind.Object.
	Observe func(*unstructured.Unstructured) (*lang.Object, error)
}

// Kinds is a table of kinds. Jobs are in every table, the zero one too.
type Kinds []Kind

// KindOfJobs returns the entry of Jobs.
func KindOfJobs() Kind {
	return Kind{
		Name: lang.KindJob, Resource: batchv1.SchemeGroupVersion.WithResource("jobs"),
		Observe: func(object *unstructured.Unstructured) (*lang.Object, error) {
			var job batchv1.Job
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &job); err != nil {
				return nil, err
			}
			return observeObject(&job), nil
		},
	}
}

// Lookup returns the kind of a name, and whether there is one.
func (k Kinds) Lookup(name string) (Kind, bool) {
	if name == lang.KindJob {
		return KindOfJobs(), true
	}
	at := slices.IndexFunc(k, func(kind Kind) bool { return kind.Name == name })
	if at < 0 {
		return Kind{}, false
	}
	return k[at], true
}

// Has reports whether objects of a kind can be looked up.
func (k Kinds) Has(name string) bool {
	return name == lang.KindJob || slices.ContainsFunc(k, func(kind Kind) bool { return kind.Name == name })
}

// Names returns the names of all kinds, job first.
func (k Kinds) Names() []string {
	names := []string{lang.KindJob}
	for _, kind := range k {
		if kind.Name != lang.KindJob {
			names = append(names, kind.Name)
		}
	}
	return names
}

// Object returns what expressions may learn of an object of the kind.
func (k Kind) Object(object *unstructured.Unstructured) (*lang.Object, error) {
	o, err := k.Observe(object)
	if err != nil {
		return nil, fmt.Errorf("reading %s %s/%s: %w", k.Name, object.GetNamespace(), object.GetName(), err)
	}
	o.UID, o.Created = string(object.GetUID()), object.GetCreationTimestamp().Time
	return o, nil
}

// problem returns why objects of a kind cannot be looked up; nil if they can.
func (w World) problem(kind string) *lang.Problem {
	if !w.Kinds.Has(kind) {
		only := "Jobs"
		if names := w.Kinds.Names(); len(names) > 1 {
			only = strings.Join(names, ", ")
		}
		return &lang.Problem{
			Code:    lang.ProblemUnknownKind,
			Message: fmt.Sprintf("this gate cannot look up objects of kind %q, only %s", kind, only),
		}
	}
	if w.Unlisted[kind] {
		return &lang.Problem{
			Code:    lang.ProblemUnasked,
			Message: fmt.Sprintf("asking the API server for the objects of kind %q", kind),
		}
	}
	return nil
}
