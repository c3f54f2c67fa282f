package gate

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// Kinds tells of the kinds of objects that are no Jobs: where the API server has them, and
// whether they can be looked up.
type Kinds interface {
	// Resource returns where the API server has the objects of a kind, and whether that is
	// known.
	Resource(name string) (schema.GroupVersionResource, bool)
	// Problem returns why what ref names cannot be looked up now; nil if it can.
	Problem(ref lang.Ref) *lang.Problem
}

// FixedKinds are kinds that were looked up once, by name. Kinds that it does not have are not
// looked up.
type FixedKinds map[string]FixedKind

// FixedKind is a kind that was looked up once.
type FixedKind struct {
	// Resource is where the API server has the objects; zero if that is not known.
	Resource schema.GroupVersionResource
	// Why says why they could not be looked up; empty if they were.
	Why string
}

// Resource returns where the API server has the objects of a kind, and whether that is known.
func (f FixedKinds) Resource(name string) (schema.GroupVersionResource, bool) {
	k := f[name]
	return k.Resource, k.Resource.Resource != ""
}

// Has reports whether objects of a kind were looked up.
func (f FixedKinds) Has(name string) bool {
	k, there := f[name]
	return there && k.Why == ""
}

// Problem returns why objects of a kind cannot be looked up; nil if they can.
func (f FixedKinds) Problem(ref lang.Ref) *lang.Problem {
	switch k, there := f[ref.Kind]; {
	case !there:
		return UnknownKind(ref.Kind)
	case k.Why != "":
		return &lang.Problem{Code: lang.ProblemUnwatched, Message: k.Why}
	}
	return nil
}

// CronJobsOnly are kinds of which only CronJobs are looked up.
func CronJobsOnly() FixedKinds {
	k, _ := kind.Of(lang.KindCronJob)
	return FixedKinds{lang.KindCronJob: {Resource: ResourceOf(k)}}
}

// ResourceOf returns where the API server has the objects of a kind, by the table.
func ResourceOf(k kind.Kind) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: k.Group, Version: k.Version, Resource: k.Resource}
}

// UnknownKind is the problem of a kind that nobody looks up.
func UnknownKind(name string) *lang.Problem {
	p := &lang.Problem{Code: lang.ProblemUnknownKind}
	switch k, known := kind.Of(name); {
	case name == lang.KindCronJob:
		p.Message = "this gate does not wait for CronJobs: it runs without --schedules"
	case known && k.Listed():
		p.Message = fmt.Sprintf("objects of kind %s are not looked up here", name)
	case known:
		p.Message = fmt.Sprintf("objects of kind %s are not looked up here: nobody has asked the API server for that kind", name)
	default:
		p.Message = fmt.Sprintf("there is no kind %q", name)
		if near := lang.Nearest(name, kind.Words()); near != "" {
			p.Message += fmt.Sprintf("; did you mean %q?", near)
		} else {
			p.Message += fmt.Sprintf("; write the API group with it, as in %s.example.com", name)
		}
	}
	return p
}

// Unwatchable says that the gate may not look up objects of a kind, and what to do.
func Unwatchable(at schema.GroupResource) string {
	component := "deploy/components/kinds"
	if at.Resource == "secrets" {
		component += "-secrets"
	}
	return fmt.Sprintf("this gate may not list and watch %s: give it the right by a ClusterRole with the label depctl.dev/aggregate-to-gate: \"true\", as in %s", at, component)
}

// FindResource returns where the API server has the objects of a kind, by the resources that
// it lists for the kind's group. The error says what is missing.
func FindResource(k kind.Kind, list *metav1.APIResourceList) (schema.GroupVersionResource, error) {
	none := schema.GroupVersionResource{}
	group, err := schema.ParseGroupVersion(list.GroupVersion)
	if err != nil {
		return none, err
	}
	word := k.Resource
	if !k.Listed() {
		word = k.Name[:len(k.Name)-len(k.Group)-1]
	}
	for i := range list.APIResources {
		r := &list.APIResources[i]
		if r.Name != word && (r.SingularName != word || k.Listed()) {
			continue
		}
		if !k.Listed() && !r.Namespaced {
			return none, fmt.Errorf("objects of kind %s are in no namespace: only those in one can be waited for", k.Name)
		}
		return group.WithResource(r.Name), nil
	}
	return none, fmt.Errorf("this cluster has no kind %s: %s has no resource %s; install what brings it", k.Name, list.GroupVersion, word)
}

// problem returns why what ref names cannot be looked up; nil if it can.
func (w World) problem(ref lang.Ref) *lang.Problem {
	switch {
	case ref.Kind == lang.KindJob:
		return nil
	case w.Kinds == nil:
		return UnknownKind(ref.Kind)
	}
	return w.Kinds.Problem(ref)
}

// resourceOfJobs is where the API server has Jobs.
func resourceOfJobs() schema.GroupVersionResource {
	return batchv1.SchemeGroupVersion.WithResource("jobs")
}
