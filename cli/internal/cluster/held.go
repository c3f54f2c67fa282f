package cluster

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/gate"
	"depctl.dev/gate/status"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// listHeld reads what waits in a namespace, or once did, of the kinds beside Jobs that are held, unless that
// has just been done; of all namespaces if it is empty.
func (r *Reading) listHeld(ctx context.Context, namespace string) (notes []string, err error) {
	if r.objects == nil {
		return nil, nil
	}
	for _, k := range kind.Held() {
		note, err := r.listHeldOf(ctx, k, namespace)
		if err != nil {
			return nil, err
		}
		if note != "" {
			notes = append(notes, note)
		}
	}
	return notes, nil
}

func (r *Reading) listHeldOf(ctx context.Context, of kind.Kind, namespace string) (note string, err error) {
	all := lang.Ref{Kind: of.Name, Namespace: namespace, Name: "*"}
	if at, read := r.objectsRead[all]; read && r.World.Now.Sub(at) < objectsGrowOld {
		return "", nil
	}
	r.objectsRead[all] = r.World.Now
	list, err := r.objects.Resource(gate.ResourceOf(of)).Namespace(namespace).List(ctx, metav1.ListOptions{LabelSelector: gate.HeldLabel})
	switch {
	case apierrors.IsForbidden(err) && of.Versions:
		return of.Noun + "s that wait are not shown: you may not list them.", nil
	case apierrors.IsNotFound(err), apierrors.IsForbidden(err):
		return "", nil // this API server has none, or may have none: most clusters have none that wait
	case err != nil:
		return "", fmt.Errorf("listing the %ss that wait: %w", of.Noun, err)
	}
	for i := range list.Items {
		o := &list.Items[i]
		ref := lang.Ref{Kind: of.Name, Namespace: o.GetNamespace(), Name: o.GetName()}
		r.objectsRead[ref] = r.World.Now
		r.put(of, ref, o, status.Observe(of, o))
	}
	return "", nil
}

// put takes in an object of a kind. One that is held waits, as a Job does.
func (r *Reading) put(of kind.Kind, ref lang.Ref, object metav1.Object, o *lang.Object) {
	whole, is := object.(*unstructured.Unstructured)
	if _, waits := object.GetAnnotations()[gate.DependsOnAnnotation]; !is || !waits || !of.CanBeHeld() {
		r.World.Put(ref, o, object.GetLabels())
		return
	}
	r.World.AddHeld(gate.ObserveHeld(of, whole, o), whole.GetAnnotations())
}

// held reads what is asked about and is no Job, and returns what is written on it as it would be on
// a Job.
func (i *Inquirer) held(ctx context.Context, r *Reading, ref lang.Ref) (*batchv1.Job, error) {
	of, _ := kind.Of(ref.Kind)
	o, err := i.objects.Resource(gate.ResourceOf(of)).Namespace(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		_, err := r.listHeldOf(ctx, of, ref.Namespace) // for names that are near
		if err != nil {
			return nil, err
		}
		return nil, NotThere(r.World, ref)
	case err != nil:
		return nil, fmt.Errorf("reading %s %s/%s: %w", of.Noun, ref.Namespace, ref.Name, err)
	}
	r.objectsRead[ref], r.World.Kinds[of.Name] = r.World.Now, r.resolve(ctx, of)
	r.put(of, ref, o, status.Observe(of, o))
	if _, held := r.World.Jobs[ref]; !held {
		return nil, fmt.Errorf("the %s %s/%s waits for nothing: it has no %s", of.Noun, ref.Namespace, ref.Name, gate.DependsOnAnnotation)
	}
	return &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: ref.Namespace, Name: ref.Name, UID: o.GetUID(), Annotations: o.GetAnnotations()}}, nil
}
