package lookup

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"depctl.dev/gate"
	"depctl.dev/lang/kind"
)

// Resources returns the resources of an API group in the version that the API server prefers.
type Resources func(ctx context.Context, group string) (*metav1.APIResourceList, error)

// ResourcesOf asks an API server. The error is one of its own, NotFound if there is no such group.
func ResourcesOf(client rest.Interface) Resources {
	return func(ctx context.Context, group string) (*metav1.APIResourceList, error) {
		var versions metav1.APIGroup
		if err := client.Get().AbsPath("/apis", group).Do(ctx).Into(&versions); err != nil {
			return nil, err
		}
		var list metav1.APIResourceList
		if err := client.Get().AbsPath("/apis", versions.PreferredVersion.GroupVersion).Do(ctx).Into(&list); err != nil {
			return nil, err
		}
		return &list, nil
	}
}

// Find returns where the API server has the objects of a kind. The error says what is missing.
func (r Resources) Find(ctx context.Context, k kind.Kind) (schema.GroupVersionResource, error) {
	list, err := r(ctx, k.Group)
	switch {
	case apierrors.IsNotFound(err):
		return schema.GroupVersionResource{}, fmt.Errorf("this cluster has no kind %s: it has no API group %s; install what brings it", k.Name, k.Group)
	case err != nil:
		return schema.GroupVersionResource{}, fmt.Errorf("asking for the resources of API group %s: %w", k.Group, err)
	}
	return gate.FindResource(k, list)
}
