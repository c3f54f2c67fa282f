package cluster

import (
	"context"
	"fmt"
	"slices"

	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// User is who asks, and where they may look.
type User struct {
	// Name is empty where the API server does not tell.
	Name string
	// Namespaces are those there are, nil if the user may not list them.
	Namespaces []string
	// Everywhere says that the user may list the Jobs of all namespaces.
	Everywhere bool
}

// UserOf asks the API server who a client is. An error means that it does not answer, or does not
// know the user.
func UserOf(ctx context.Context, client Client) (*User, error) {
	u := &User{}
	self, err := client.AuthenticationV1().SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	switch {
	case apierrors.IsForbidden(err), apierrors.IsNotFound(err):
	case err != nil:
		return nil, fmt.Errorf("asking the API server who you are: %w", err)
	default:
		u.Name = self.Status.UserInfo.Username
	}
	spaces, err := client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
	switch {
	case apierrors.IsForbidden(err):
	case err != nil:
		return nil, fmt.Errorf("listing namespaces: %w", err)
	default:
		u.Namespaces = []string{}
		for _, space := range spaces.Items {
			u.Namespaces = append(u.Namespaces, space.Name)
		}
		slices.Sort(u.Namespaces)
	}
	if u.Everywhere, err = mayRead(ctx, client, Stream{}); err != nil && !apierrors.IsForbidden(err) {
		return nil, err
	}
	return u, nil
}
