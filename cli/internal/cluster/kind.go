package cluster

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/lang"
)

// space is the objects of a kind in a namespace.
type space struct{ kind, namespace string }

// readKinds reads what is waited for of other kinds than Jobs, all of it in a namespace.
// What may not be read stays unread. Only now can the world look these kinds up.
func (r *Reading) readKinds(ctx context.Context) error {
	r.World.Kinds = append(r.World.Kinds, r.kinds...)
	tried := map[space]string{}
	for _, ref := range r.World.Wanted(r.Namespace) {
		if ref.Kind == lang.KindCronJob {
			if err := r.lookForCronJob(ctx, ref); err != nil {
				return err
			}
			continue
		}
		kind, known := r.kinds.Lookup(ref.Kind)
		if !known || ref.Kind == lang.KindJob {
			continue
		}
		at := space{ref.Kind, ref.Namespace}
		forbidden, done := tried[at]
		if !done {
			list, err := r.objects.Resource(kind.Resource).Namespace(ref.Namespace).List(ctx, metav1.ListOptions{})
			switch {
			case apierrors.IsForbidden(err):
				forbidden = err.Error()
			case err != nil:
				return fmt.Errorf("listing %s in namespace %s, which are waited for: %w", kind.Resource.Resource, ref.Namespace, err)
			default:
				for i := range list.Items {
					o, err := kind.Object(&list.Items[i])
					if err != nil {
						return err
					}
					r.World.Put(lang.Ref{Kind: ref.Kind, Namespace: ref.Namespace, Name: list.Items[i].GetName()}, o, list.Items[i].GetLabels())
				}
			}
			tried[at] = forbidden
		}
		if forbidden != "" {
			r.World.Unread[ref] = forbidden
		}
	}
	return nil
}
