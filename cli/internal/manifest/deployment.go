package manifest

import (
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Deployment returns the facts of a Deployment that says what it waits for, and whether it is one.
func (w *Workload) Deployment() (gate.Job, bool) {
	if w.Kind != "Deployment" || !strings.HasPrefix(Word(w.Root, "apiVersion"), "apps/") {
		return gate.Job{}, false
	}
	d := &appsv1.Deployment{}
	decode(Child(w.Root, "metadata"), &d.ObjectMeta)
	d.Namespace = w.Namespace
	job := deploymentAsApplied(d, time.Time{})
	return job, job.Annotated
}

// deploymentAsApplied returns the facts of a Deployment in a manifest, as AsApplied does of a Job.
func deploymentAsApplied(d *appsv1.Deployment, now time.Time) gate.Job {
	o := &lang.Object{UID: string(d.UID), Created: now}
	if d.UID != "" {
		o.Created, o.Ready = d.CreationTimestamp.Time, d.Status.ReadyReplicas > 0
		o.Started = o.Ready
		return gate.ObserveDeployment(d, o)
	}
	d.Status = appsv1.DeploymentStatus{}
	d.Spec.Paused, d.CreationTimestamp = true, metav1.NewTime(now)
	return gate.ObserveDeployment(d, o)
}
