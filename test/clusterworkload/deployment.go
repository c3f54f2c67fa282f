package clusterworkload

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
	"depctl.dev/test/simulation"
)

// NamesDeployment reports whether a Job waits for a Deployment. Package history, which knows Jobs only, cannot judge it.
func (g *Graph) NamesDeployment(job *batchv1.Job) bool {
	return strings.Contains(job.Annotations[gate.DependsOnAnnotation], "deployment:")
}

// deployment returns a Deployment of a scenario as people would make it.
func (g *Graph) deployment(job simulation.Job) *appsv1.Deployment {
	labels := map[string]string{"deployment": job.Name}
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: g.Spaces[job.Namespace], Name: job.Name, Labels: job.Labels,
			Annotations: map[string]string{gate.DependsOnAnnotation: g.names.Replace(job.DependsOn)},
		},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "busybox:1.37"}}},
			},
		},
	}
	if job.Policy != "" {
		d.Annotations[gate.OnFailureAnnotation] = string(job.Policy)
	}
	if job.Hold {
		d.Annotations[gate.HoldAnnotation] = "not yet"
	}
	return d
}

// takeDeployment takes one step with a Deployment.
func (g *Graph) takeDeployment(ctx context.Context, job simulation.Job, step simulation.Step) error {
	deployments := g.client.AppsV1().Deployments(g.Spaces[job.Namespace])
	if step.Kind == simulation.Create {
		_, err := deployments.Create(ctx, g.deployment(job), metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) {
			return nil // the answer to the first try was lost
		}
		return err
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]*string{gate.HoldAnnotation: nil}}})
	if err == nil {
		_, err = deployments.Patch(ctx, job.Name, types.MergePatchType, patch, metav1.PatchOptions{})
	}
	return err
}

// awaitDeployments waits until every Deployment stands as it must.
func (g *Graph) awaitDeployments(ctx context.Context) error {
	var last map[string]string
	for {
		got, err := g.deployments(ctx)
		if err == nil {
			last = got
		}
		if maps.Equal(last, g.deployed) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w\n%s", ctx.Err(), strings.Join(differences(last, g.deployed), "\n"))
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// deployments returns where each Deployment stands.
func (g *Graph) deployments(ctx context.Context) (map[string]string, error) {
	got := map[string]string{}
	for key := range g.deployed {
		space, name, _ := strings.Cut(key, "/")
		d, err := g.client.AppsV1().Deployments(space).Get(ctx, name, metav1.GetOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return got, err
		}
		got[key] = standing(d, err == nil)
	}
	return got, nil
}

// standing says where a Deployment stands, as simulation.End of the Job in whose place it is.
func standing(d *appsv1.Deployment, there bool) string {
	switch {
	case !there:
		return "absent"
	case d.Annotations[gate.ReleasedAnnotation] != "" && !d.Spec.Paused && d.Status.AvailableReplicas == *d.Spec.Replicas:
		return "complete"
	case !d.Spec.Paused:
		return "running"
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(d)
	if err != nil {
		return err.Error()
	}
	of, _ := kind.Of(kind.Deployment)
	if o := gate.ObserveHeld(of, &unstructured.Unstructured{Object: fields}, &lang.Object{}); o.Object.Outcome == lang.Skipped {
		return "failed: " + o.Object.Reason
	}
	return "held"
}
