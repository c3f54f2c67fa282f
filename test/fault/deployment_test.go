package fault_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// components adds to deploy/base what has Deployments wait, and Jobs for them. The gates are processes.
const components = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [%[1]s/base]
components: [%[1]s/components/deployments, %[1]s/components/kinds]
replicas: [{name: depctl-gate, count: 0}]
`

// holdDeployments has the API server hold Deployments that wait.
func holdDeployments(t *testing.T, s *sandbox.Sandbox) {
	t.Helper()
	deploy, err := filepath.Abs("../../deploy")
	require.NoError(t, err)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	from, err := filepath.Rel(dir, deploy)
	require.NoError(t, err)
	text := fmt.Sprintf(components, from)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o644))
	_, err = s.Kubectl(t.Context(), nil, "apply", "-k", dir)
	require.NoError(t, err)
	client, err := kubernetes.NewForConfig(s.Config())
	require.NoError(t, err)
	labels := map[string]string{"app": "probe"}
	probe := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "probe", Annotations: map[string]string{gate.DependsOnAnnotation: "x"}},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "none"}}},
			},
		},
	}
	require.Eventually(t, func() bool {
		made, err := client.AppsV1().Deployments("default").Create(t.Context(), probe, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err == nil && made.Spec.Paused
	}, time.Minute, 200*time.Millisecond)
}
