package controller

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	appsv1client "k8s.io/client-go/kubernetes/typed/apps/v1"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/status"
	"depctl.dev/gate/stream"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// deployments is the reflector's store for the Deployments that the gate holds: entries like those
// of Jobs, in the same store. So what lookup tells of one that is held is not needed.
type deployments struct{ *store }

var _ cache.TransformingStore = deployments{}

// deploymentReflector returns what lists and watches the Deployments that wait, or once did.
func (c *Controller) deploymentReflector(logger klog.Logger) *cache.Reflector {
	objects := c.client.AppsV1().Deployments(metav1.NamespaceAll)
	return stream.Resuming(c.client, objects, metav1.ListOptions{LabelSelector: gate.HeldLabel}, &appsv1.Deployment{}, deployments{c.store},
		cache.ReflectorOptions{Name: "deployments", Logger: &logger})
}

// Replace is called by the reflector with all Deployments there are, at the start and after a watch
// was lost. It takes effect at once and as a whole.
func (s deployments) Replace(objects []any, _ string) error {
	all, exist := make([]entry, len(objects)), make(map[lang.Ref]bool, len(objects))
	for i, object := range objects {
		d, err := s.collect(object)
		if err != nil {
			return err
		}
		all[i], exist[d.Identity()] = s.read(d.Job), true
	}
	s.change(func() (affected []lang.Ref) {
		for ref := range s.entries {
			if ref.Kind == kind.Deployment && !exist[ref] {
				affected = append(affected, s.remove(ref)...)
			}
		}
		for _, e := range all {
			affected = append(affected, s.set(e)...)
		}
		return affected
	})
	s.allKnown(kind.Deployment)
	return nil
}

// allKnown takes in that all objects of a kind that is held are known. What waits may be of any of
// them, and nothing is decided before.
func (s *store) allKnown(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.unlisted, name)
	if len(s.unlisted) == 0 {
		s.syncedOnce.Do(func() { close(s.synced) })
	}
}

// observeHeld reads an object of a kind that is held.
func observeHeld(object any) (gate.Job, error) {
	switch o := object.(type) {
	case *batchv1.Job:
		return gate.Observe(o), nil
	case *appsv1.Deployment:
		return observeDeployment(o)
	default:
		return gate.Job{}, fmt.Errorf("expected a Job or a Deployment, the watch sent %T", object)
	}
}

func observeDeployment(d *appsv1.Deployment) (gate.Job, error) {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(d)
	if err != nil {
		return gate.Job{}, fmt.Errorf("reading Deployment %s/%s: %w", d.Namespace, d.Name, err)
	}
	whole := &unstructured.Unstructured{Object: fields}
	whole.SetGroupVersionKind(appsv1.SchemeGroupVersion.WithKind("Deployment"))
	k, _ := kind.Of(kind.Deployment)
	return gate.ObserveDeployment(d, status.Observe(k, whole)), nil
}

// writer sends patches of what is held.
type writer struct {
	jobs        batchv1client.JobsGetter
	deployments appsv1client.DeploymentsGetter
}

func (w writer) patch(ctx context.Context, job gate.Job, how types.PatchType, patch []byte, subresource ...string) (runtime.Object, error) {
	o := metav1.PatchOptions{FieldManager: FieldManager}
	if job.IsJob() {
		return w.jobs.Jobs(job.Namespace).Patch(ctx, job.Name, how, patch, o, subresource...)
	}
	return w.deployments.Deployments(job.Namespace).Patch(ctx, job.Name, how, patch, o, subresource...)
}

// readHeld returns what is held as the API server has it now, nil if there is none of the name.
func (c *Controller) readHeld(ctx context.Context, ref lang.Ref, name string) (runtime.Object, error) {
	if ref.Kind != kind.Deployment {
		job, err := c.readJob(ctx, ref.Namespace, name)
		if job == nil {
			return nil, err
		}
		return job, nil
	}
	list, err := c.client.AppsV1().Deployments(ref.Namespace).List(ctx, named(name))
	if err != nil || len(list.Items) == 0 {
		return nil, err
	}
	return &list.Items[0], nil
}

// readJob returns a Job as the API server has it now, nil if there is none. It lists the one
// Job: the gate may list, and has no other right to read.
func (c *Controller) readJob(ctx context.Context, namespace, name string) (*batchv1.Job, error) {
	list, err := c.client.BatchV1().Jobs(namespace).List(ctx, named(name))
	if err != nil || len(list.Items) == 0 {
		return nil, err
	}
	return &list.Items[0], nil
}

func named(name string) metav1.ListOptions {
	return metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector(metav1.ObjectNameField, name).String()}
}
