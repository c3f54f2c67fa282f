package cluster

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/gate"
	"depctl.dev/gate/lookup"
	"depctl.dev/gate/status"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// listHeld reads the Deployments of a namespace that wait, or once did, unless that has just been done;
// of all namespaces if it is empty.
func (r *Reading) listHeld(ctx context.Context, namespace string) ([]string, error) {
	all := lang.Ref{Kind: kind.Deployment, Namespace: namespace, Name: "*"}
	if at, read := r.objectsRead[all]; r.objects == nil || read && r.World.Now.Sub(at) < objectsGrowOld {
		return nil, nil
	}
	r.objectsRead[all] = r.World.Now
	of, _ := kind.Of(kind.Deployment)
	list, err := r.objects.Resource(gate.ResourceOf(of)).Namespace(namespace).List(ctx, metav1.ListOptions{LabelSelector: gate.HeldLabel})
	switch {
	case apierrors.IsForbidden(err):
		return []string{"Deployments that wait are not shown: you may not list them."}, nil
	case apierrors.IsNotFound(err):
		return nil, nil // this API server has none
	case err != nil:
		return nil, fmt.Errorf("listing the Deployments that wait: %w", err)
	}
	for i := range list.Items {
		o := &list.Items[i]
		ref := lang.Ref{Kind: of.Name, Namespace: o.GetNamespace(), Name: o.GetName()}
		r.objectsRead[ref] = r.World.Now
		if err := r.put(of, ref, o, status.Observe(of, o)); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// put takes in an object of a kind. One that is held waits, as a Job does.
func (r *Reading) put(of kind.Kind, ref lang.Ref, object metav1.Object, o *lang.Object) error {
	whole, is := object.(*unstructured.Unstructured)
	if of.Name != kind.Deployment || !is || whole.GetAnnotations()[gate.DependsOnAnnotation] == "" {
		r.World.Put(ref, o, object.GetLabels())
		return nil
	}
	job, err := lookup.ObserveDeployment(whole)
	if err == nil {
		r.World.Add(job)
	}
	return err
}

// heldDeployment reads a Deployment that is asked about, and returns what is written on it as it would
// be on a Job.
func (i *Inquirer) heldDeployment(ctx context.Context, r *Reading, ref lang.Ref) (*batchv1.Job, error) {
	of, _ := kind.Of(kind.Deployment)
	d, err := i.objects.Resource(gate.ResourceOf(of)).Namespace(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, fmt.Errorf("there is no Deployment %s/%s", ref.Namespace, ref.Name)
	case err != nil:
		return nil, fmt.Errorf("reading Deployment %s/%s: %w", ref.Namespace, ref.Name, err)
	}
	r.objectsRead[ref], r.World.Kinds[of.Name] = r.World.Now, r.resolve(ctx, of)
	if err := r.put(of, ref, d, status.Observe(of, d)); err != nil {
		return nil, err
	}
	if _, held := r.World.Jobs[ref]; !held {
		return nil, fmt.Errorf("the Deployment %s/%s waits for nothing: it has no %s", ref.Namespace, ref.Name, gate.DependsOnAnnotation)
	}
	return &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: ref.Namespace, Name: ref.Name, UID: d.GetUID(), Annotations: d.GetAnnotations()}}, nil
}
