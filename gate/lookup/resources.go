package lookup

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
)

// Resources returns the resources of an API group in the version that the API server prefers.
// The error is one of the API server, NotFound if there is no such group.
func Resources(ctx context.Context, client rest.Interface, group string) (*metav1.APIResourceList, error) {
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
