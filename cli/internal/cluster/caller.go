package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/gate"
)

// ErrUnknownToken means that a token stands for nobody.
var ErrUnknownToken = errors.New("the API server does not know this token, or it is for another audience")

// TokenOwner asks the API server whom a token stands for. Without audiences it must be one for the
// API server itself.
func TokenOwner(ctx context.Context, client Client, token string, audiences []string) (*authenticationv1.UserInfo, error) {
	review, err := client.AuthenticationV1().TokenReviews().Create(ctx, &authenticationv1.TokenReview{
		Spec: authenticationv1.TokenReviewSpec{Token: token, Audiences: audiences},
	}, metav1.CreateOptions{})
	switch {
	case err != nil:
		return nil, fmt.Errorf("asking the API server whom a token stands for: %w", err)
	case !review.Status.Authenticated, review.Status.User.Username == "":
		return nil, ErrUnknownToken
	case len(audiences) > 0 && len(review.Status.Audiences) == 0:
		// An authenticator that knows of no audiences has not looked at them.
		return nil, ErrUnknownToken
	}
	return &review.Status.User, nil
}

// MayDo asks the API server whether somebody has all of these rights, and returns the first that is
// missing. name is that of the one object that is asked for; create has none.
func MayDo(ctx context.Context, client Client, user *authenticationv1.UserInfo, name string, rights ...Right) (*Right, error) {
	extra := map[string]authorizationv1.ExtraValue{}
	for key, values := range user.Extra {
		extra[key] = authorizationv1.ExtraValue(values)
	}
	for _, right := range rights {
		asked := &authorizationv1.ResourceAttributes{
			Namespace: right.Namespace, Verb: right.Verb, Group: right.Kind.Resource.Group, Version: right.Kind.Resource.Version,
			Resource: right.Kind.Resource.Resource, Subresource: right.Subresource,
		}
		if right.Verb != "create" {
			asked.Name = name
		}
		review, err := client.AuthorizationV1().SubjectAccessReviews().Create(ctx, &authorizationv1.SubjectAccessReview{
			Spec: authorizationv1.SubjectAccessReviewSpec{User: user.Username, UID: user.UID, Groups: user.Groups, Extra: extra, ResourceAttributes: asked},
		}, metav1.CreateOptions{})
		if err != nil {
			return nil, fmt.Errorf("asking the API server what %s may do: %w", user.Username, err)
		}
		if !review.Status.Allowed {
			return &right, nil
		}
	}
	return nil, nil
}

// RunRights are what somebody needs to have a Job made of a CronJob, and DoneRights to have one made
// that is over.
func RunRights(namespace string) []Right {
	return []Right{{"get", cronJobKind, "", namespace}, {"create", JobKind, "", namespace}}
}

// DoneRights are what somebody needs to have a Job made that is over.
func DoneRights(namespace string, failed bool) []Right {
	rights := []Right{{"create", JobKind, "", namespace}, {"get", JobKind, "", namespace}}
	if failed {
		rights = append(rights, Right{"patch", JobKind, "status", namespace})
	}
	return rights
}

// FindCronJob reads one CronJob, nil if it is not there.
func (c *JobClient) FindCronJob(ctx context.Context, namespace, name string) (*unstructured.Unstructured, error) {
	raw, err := c.in(namespace, cronJobKind).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return raw, c.Explain(ctx, err, Right{"get", cronJobKind, "", namespace}, gate.CronJobRef(namespace, name))
}

// SecretValue reads a value of a Secret, and says what is missing.
func SecretValue(ctx context.Context, client Client, namespace, name, key string) ([]byte, error) {
	secret, err := client.CoreV1().Secrets(namespace).Get(ctx, name, metav1.GetOptions{})
	switch {
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), " cannot get resource "):
		return nil, fmt.Errorf("reading Secret %s/%s: %w; to allow it: kubectl create role %[2]s-reader -n %[1]s --verb=get --resource=secrets --resource-name=%[2]s, and a rolebinding of it", namespace, name, err)
	case err != nil:
		return nil, fmt.Errorf("reading Secret %s/%s: %w", namespace, name, err)
	case len(secret.Data[key]) == 0:
		return nil, fmt.Errorf("there is no key %[3]q in Secret %[1]s/%[2]s", namespace, name, key)
	}
	return secret.Data[key], nil
}

// Temporary reports whether an error of the API server passes by itself, so that to try again helps.
func Temporary(err error) bool {
	var gone *Unreachable
	return errors.As(err, &gone) || apierrors.IsTooManyRequests(err) || apierrors.IsServerTimeout(err) || apierrors.IsTimeout(err) ||
		apierrors.IsInternalError(err) || apierrors.IsServiceUnavailable(err) || apierrors.IsForbidden(err) && strings.Contains(err.Error(), "exceeded quota") ||
		apierrors.ReasonForError(err) == metav1.StatusReasonUnknown && errors.Is(err, context.DeadlineExceeded)
}

// Refused reports whether the API server refuses what is written, whoever writes it.
func Refused(err error) bool {
	return apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) || apierrors.IsForbidden(err)
}
