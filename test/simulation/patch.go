package simulation

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
)

// Patch does to a Job what the API server would do for the patches that the gate
// sends: JSON patches of annotations and suspend, and strategic merge patches of
// finalizers and status, with a resourceVersion or without.
func (c *Cluster) Patch(namespace, name string, kind types.PatchType, patch []byte) (*batchv1.Job, error) {
	at := c.find(namespace, name)
	if at < 0 {
		return nil, apierrors.NewNotFound(schema.GroupResource{Group: "batch", Resource: "jobs"}, name)
	}
	if kind == types.JSONPatchType {
		return c.patchJSON(at, patch)
	}
	return c.merge(at, patch)
}

// templateLabels are those of the pods. Nobody here has any, or looks at them.
const templateLabels = "/spec/template/metadata/labels"

type operation struct {
	Op, Path string
	Value    any
}

func (c *Cluster) patchJSON(at int, patch []byte) (*batchv1.Job, error) {
	var operations []operation
	if err := json.Unmarshal(patch, &operations); err != nil {
		return nil, err
	}
	job := c.jobs[at]
	for _, o := range operations {
		if o.Op == "test" && !reflect.DeepEqual(read(job, o.Path), o.Value) {
			return nil, apierrors.NewInvalid(schema.GroupKind{Group: "batch", Kind: "Job"}, job.Name, nil)
		}
	}
	return c.change(at, func(j *batchv1.Job) {
		for _, o := range operations {
			switch key, annotation := annotationAt(o.Path); {
			case o.Op == "test":
			case annotation:
				j.Annotations[key] = o.Value.(string)
			case o.Path == "/spec/suspend":
				j.Spec.Suspend = new(o.Value.(bool))
			case strings.HasPrefix(o.Path, templateLabels): // its pods are watched
			default:
				panic(fmt.Sprintf("the gate patches %s", o.Path))
			}
		}
	}), nil
}

func read(job *batchv1.Job, path string) any {
	if key, ok := annotationAt(path); ok {
		if value, exists := job.Annotations[key]; exists {
			return value
		}
		return nil
	}
	switch path {
	case templateLabels:
		return nil
	case "/metadata/labels":
		if job.Labels == nil {
			return nil
		}
		return job.Labels
	case "/metadata/labels/depctl.dev~1run":
		if run, exists := job.Labels[gate.RunLabel]; exists {
			return run
		}
		return nil
	case "/metadata/uid":
		return string(job.UID)
	case "/spec/suspend":
		return job.Spec.Suspend != nil && *job.Spec.Suspend
	default:
		panic("the gate tests " + path)
	}
}

func annotationAt(path string) (key string, ok bool) {
	key, ok = strings.CutPrefix(path, "/metadata/annotations/")
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(key), ok
}

// mergePatch is all that the gate merges.
type mergePatch struct {
	Metadata struct {
		UID             types.UID
		ResourceVersion string
		Finalizers      []string
		Removed         []string `json:"$deleteFromPrimitiveList/finalizers"`
	}
	Status batchv1.JobStatus
}

func (c *Cluster) merge(at int, text []byte) (*batchv1.Job, error) {
	var patch mergePatch
	if err := json.Unmarshal(text, &patch); err != nil {
		return nil, err
	}
	job, metadata := c.jobs[at], patch.Metadata
	if metadata.UID != job.UID || metadata.ResourceVersion != "" && metadata.ResourceVersion != job.ResourceVersion {
		return nil, apierrors.NewConflict(schema.GroupResource{Group: "batch", Resource: "jobs"}, job.Name, nil)
	}
	if len(metadata.Finalizers) > 0 && job.DeletionTimestamp != nil {
		return nil, apierrors.NewInvalid(schema.GroupKind{Group: "batch", Kind: "Job"}, job.Name, nil)
	}
	return c.change(at, func(j *batchv1.Job) {
		j.Finalizers = slices.DeleteFunc(append(j.Finalizers, metadata.Finalizers...), func(f string) bool {
			return slices.Contains(metadata.Removed, f)
		})
		if patch.Status.StartTime != nil {
			j.Status.StartTime = new(metav1.NewTime(patch.Status.StartTime.Time))
		}
		for _, condition := range patch.Status.Conditions {
			if condition.Type == batchv1.JobFailureTarget {
				condition.LastTransitionTime = c.now() // all clocks agree, but that Now is later than whatever happens
			}
			j.Status.Conditions = append(slices.DeleteFunc(j.Status.Conditions, func(old batchv1.JobCondition) bool {
				return old.Type == condition.Type
			}), condition)
		}
	}), nil
}
