package controller

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/lookup"
	"depctl.dev/gate/stream"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// held is the reflector's store for the objects of a kind that the gate holds: entries like those of
// Jobs, in the same store. So what lookup tells of one that is held is not needed.
type held struct {
	*store
	kind kind.Kind
}

var _ cache.TransformingStore = held{}

// heldReflector returns what lists and watches the objects of a kind that wait, or once did.
func (c *Controller) heldReflector(logger klog.Logger, k kind.Kind) *cache.Reflector {
	all := held{c.store, k}
	objects := orNone{c.dynamic.Resource(gate.ResourceOf(k)).Namespace(metav1.NamespaceAll), all}
	options := cache.ReflectorOptions{Name: k.Resource, Logger: &logger, TypeDescription: k.Noun}
	if !k.IsBuiltIn() {
		options.Backoff = stream.Relisting()
		options.Backoff.Cap = awaitingKind
	}
	return stream.Resuming(c.dynamic, objects, metav1.ListOptions{LabelSelector: gate.HeldLabel}, &unstructured.Unstructured{}, all, options)
}

// awaitingKind is how long the gate waits at most before it asks again for a kind that the cluster may not have.
const awaitingKind = 15 * time.Second

// orNone lists a kind. One that the cluster does not have, has no objects.
type orNone struct {
	dynamic.ResourceInterface
	held
}

func (o orNone) List(ctx context.Context, options metav1.ListOptions) (*unstructured.UnstructuredList, error) {
	list, err := o.ResourceInterface.List(ctx, options)
	if apierrors.IsNotFound(err) {
		if err := o.Replace(nil, ""); err != nil {
			return nil, err
		}
	}
	return list, err
}

// Replace is called by the reflector with all Deployments there are, at the start and after a watch
// was lost. It takes effect at once and as a whole.
func (s held) Replace(objects []any, _ string) error {
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
			if ref.Kind == s.kind.Name && !exist[ref] {
				affected = append(affected, s.remove(ref)...)
			}
		}
		for _, e := range all {
			affected = append(affected, s.set(e)...)
		}
		return affected
	})
	s.allKnown(s.kind.Name)
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
	case *unstructured.Unstructured:
		if k, is := kind.HeldAs(o.GroupVersionKind().Group, o.GetKind()); is {
			return lookup.ObserveHeld(k, o), nil
		}
		return gate.Job{}, fmt.Errorf("expected a kind that is held, the watch sent a %s of %s", o.GetKind(), o.GetAPIVersion())
	default:
		return gate.Job{}, fmt.Errorf("expected a Job, the watch sent %T", object)
	}
}

// writer sends patches of what is held.
type writer struct {
	jobs    batchv1client.JobsGetter
	objects dynamic.Interface
}

func (w writer) patch(ctx context.Context, job gate.Job, how types.PatchType, patch []byte, subresource ...string) (runtime.Object, error) {
	o := metav1.PatchOptions{FieldManager: FieldManager}
	if job.IsJob() {
		return w.jobs.Jobs(job.Namespace).Patch(ctx, job.Name, how, patch, o, subresource...)
	}
	k, _ := kind.Of(job.Kind)
	return w.objects.Resource(gate.ResourceOf(k)).Namespace(job.Namespace).Patch(ctx, job.Name, how, patch, o, subresource...)
}

// readHeld returns what is held as the API server has it now, nil if there is none of the name.
func (c *Controller) readHeld(ctx context.Context, ref lang.Ref, name string) (runtime.Object, error) {
	if ref.Kind == lang.KindJob {
		job, err := c.readJob(ctx, ref.Namespace, name)
		if job == nil {
			return nil, err
		}
		return job, nil
	}
	k, _ := kind.Of(ref.Kind)
	list, err := c.dynamic.Resource(gate.ResourceOf(k)).Namespace(ref.Namespace).List(ctx, named(name))
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
