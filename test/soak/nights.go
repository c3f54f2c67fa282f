package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/gate"
	"depctl.dev/test/history"
)

// nights are CronJobs of every minute that wait for each other's runs, beside the graphs. Kubernetes' own
// controller makes their Jobs.
type nights struct {
	client kubernetes.Interface
	space  string
	h      *history.History
	stop   context.CancelFunc
	// repaired are the times for which a later Job was made.
	repaired map[string]bool
}

// cronJobs are the CronJobs, in the order in which they are made: those that wait last, so that each of their
// runs has one to wait for.
var cronJobs = []struct {
	name, dependsOn, setting, value string
	policy                          gate.Policy
	concurrency                     batchv1.ConcurrencyPolicy
	// kept says that the Jobs stay: of the others the outcome must outlive them.
	kept bool
}{
	{name: "load", setting: "run-for", value: "2s"},
	{name: "flaky", setting: "exit-code", value: "3", kept: true}, // until it is repaired
	{name: "slow", setting: "run-for", value: "95s", concurrency: batchv1.ForbidConcurrent},
	{name: "check", dependsOn: "cronjob:load"},
	{name: "strict", dependsOn: "cronjob:flaky", policy: gate.Wait},
	{name: "report", dependsOn: "cronjob:check, finished(cronjob:slow), finished(cronjob:flaky)"},
}

// settled is how long after its time a run must have ended: a slow one delays the next, which may be missed, and of
// that the API server tells once a minute.
const settled = 3 * time.Minute

// beginNights makes the CronJobs.
func beginNights(ctx context.Context, client kubernetes.Interface, etcd string) (*nights, error) {
	made, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "nights-"}}, metav1.CreateOptions{})
	if err != nil {
		return nil, fmt.Errorf("making a namespace for CronJobs: %w", err)
	}
	n := &nights{client: client, space: made.Name, repaired: map[string]bool{}}
	recording, stop := context.WithCancel(ctx)
	if n.h, err = history.FollowNamespace(recording, etcd, n.space); err != nil {
		stop()
		return nil, err
	}
	n.stop = stop
	for _, c := range cronJobs {
		object := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Name: c.name}, Spec: batchv1.CronJobSpec{
			Schedule: "* * * * *", ConcurrencyPolicy: c.concurrency, FailedJobsHistoryLimit: new(int32(1000)),
			JobTemplate: batchv1.JobTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{gate.KeepOutcomeAnnotation: "true"}},
				Spec:       nightly(c.setting, c.value),
			},
		}}
		if c.dependsOn != "" {
			object.Spec.JobTemplate.Annotations[gate.DependsOnAnnotation] = c.dependsOn
		}
		if c.policy != "" {
			object.Spec.JobTemplate.Annotations[gate.OnFailureAnnotation] = string(c.policy)
		}
		if !c.kept {
			object.Spec.JobTemplate.Spec.TTLSecondsAfterFinished = new(int32)
		}
		if _, err := client.BatchV1().CronJobs(n.space).Create(ctx, object, metav1.CreateOptions{}); err != nil {
			return nil, fmt.Errorf("making CronJob %s: %w", c.name, err)
		}
	}
	go n.repair(recording)
	return n, nil
}

// nightly returns what a Job does.
func nightly(setting, value string) batchv1.JobSpec {
	spec := batchv1.JobSpec{BackoffLimit: new(int32)}
	spec.Template.Spec = corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "busybox:1.37"}}}
	if setting != "" {
		spec.Template.Annotations = map[string]string{"sandbox.depctl.dev/" + setting: value}
	}
	return spec
}

// repair makes, for each run that failed, a later Job of the same time, and deletes the one that failed once that has
// succeeded.
func (n *nights) repair(ctx context.Context) {
	for ctx.Err() == nil {
		for _, e := range n.h.Last() {
			at := e.Job.Annotations[batchv1.CronJobScheduledTimestampAnnotation]
			switch {
			case of(e) != "flaky" || !e.Is(batchv1.JobFailed):
			case !n.repaired[at]:
				if err := n.remake(ctx, e.Job, at); err == nil || apierrors.IsAlreadyExists(err) {
					n.repaired[at] = true
				}
			case e.Job.DeletionTimestamp == nil && n.succeeded(at):
				_ = n.client.BatchV1().Jobs(n.space).Delete(ctx, e.Job.Name, metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationBackground)})
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (n *nights) remake(ctx context.Context, failed *batchv1.Job, at string) error {
	owner := *metav1.GetControllerOf(failed)
	owner.Controller, owner.BlockOwnerDeletion = new(bool), nil
	_, err := n.client.BatchV1().Jobs(n.space).Create(ctx, &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Name:            "repair-" + strings.TrimPrefix(failed.Name, "flaky-"),
			Annotations:     map[string]string{batchv1.CronJobScheduledTimestampAnnotation: at},
			OwnerReferences: []metav1.OwnerReference{owner},
		},
		Spec: nightly("", ""),
	}, metav1.CreateOptions{})
	return err
}

// of returns the CronJob of which a Job is a run.
func of(e history.Event) string {
	if len(e.Job.OwnerReferences) == 0 {
		return ""
	}
	return e.Job.OwnerReferences[0].Name
}

// succeeded reports whether a later attempt of a flaky run has.
func (n *nights) succeeded(at string) bool {
	for _, e := range n.h.Last() {
		if of(e) == "flaky" && e.Is(batchv1.JobComplete) && e.Job.Annotations[batchv1.CronJobScheduledTimestampAnnotation] == at {
			return true
		}
	}
	return false
}

// end waits until what was due has ended, and returns what was wrong and what there was.
func (n *nights) end(ctx context.Context) (violations []error, sum string) {
	defer n.stop()
	due := time.Now().Add(-settled)
	waiting, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	_ = n.h.Wait(waiting, func(last map[string]history.Event) bool { return len(unended(last, due)) == 0 })
	if ctx.Err() != nil { // what was due had no time to end
		return judge(n.h.Events(), time.Time{}, nil)
	}
	last, lost := n.h.Last(), map[time.Time]bool{}
	var endless []error
	for _, key := range unended(last, due) {
		words := said(last[key])
		if at, _ := scheduled(last[key]); of(last[key]) == "report" && strings.Contains(words, nobodySaw) {
			lost[at] = true
			continue
		}
		endless = append(endless, fmt.Errorf("%s has not ended: %s", key, words))
	}
	violations, sum = judge(n.h.Events(), due, lost)
	return append(violations, endless...), sum
}

// nobodySaw is what the gate says of a run of which neither a Job nor a record is there, where the watch of Jobs was
// lost in between: it may have been missed, or made and cleaned away. A person must say which.
const nobodySaw = "nobody saw how it ended"

// said returns what the gate has said last of a Job.
func said(e history.Event) string {
	for _, c := range e.Job.Status.Conditions {
		if c.Type == gate.ConditionType {
			return c.Message
		}
	}
	return "nothing was said of it"
}
