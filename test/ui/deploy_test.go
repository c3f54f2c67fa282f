package ui

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The manifests of deploy/ui are taken by a namespace that enforces the restricted standard, and the account of the
// page may nothing that not everybody may.
func TestThePageForManyHasNoRight(t *testing.T) {
	t.Parallel()
	apply := exec.CommandContext(t.Context(), filepath.Join("..", "..", "bin", "kube"), "kubectl", "apply", "-k", filepath.Join("..", "..", "deploy", "ui"))
	apply.Env = append(apply.Environ(), "KUBECONFIG="+shared.Kubeconfig(), "KUBERC=off", "KUBECACHEDIR="+t.TempDir())
	said, err := apply.CombinedOutput()
	require.NoError(t, err, "%s", said)
	require.NotContains(t, string(said), "Warning")
	require.Eventually(t, func() bool {
		d, err := shared.client.AppsV1().Deployments("depctl-ui").Get(t.Context(), "depctl-ui", metav1.GetOptions{})
		return err == nil && d.Status.AvailableReplicas == 1
	}, time.Minute, 100*time.Millisecond, "a pod was admitted")
	rules, err := shared.client.AuthorizationV1().SubjectAccessReviews().Create(t.Context(), &authorizationv1.SubjectAccessReview{
		Spec: authorizationv1.SubjectAccessReviewSpec{
			User: "system:serviceaccount:depctl-ui:depctl-ui", Groups: []string{"system:serviceaccounts", "system:authenticated"},
			ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "list", Group: "batch", Resource: "jobs", Namespace: "depctl-ui"},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	require.False(t, rules.Status.Allowed)
	pods, err := shared.client.CoreV1().Pods("depctl-ui").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	for _, pod := range pods.Items {
		for _, volume := range pod.Spec.Volumes {
			require.Nil(t, volume.Projected, "no token is in the pod")
		}
	}
}
