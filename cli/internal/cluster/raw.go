package cluster

import (
	"context"
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

// How much is read beside a Job: so many of its pods, the events of so many of them, and so many events.
const (
	mostRawPods   = 500
	mostHeardPods = 10
	mostRawEvents = 500
)

// Raw reads a Job or a CronJob as Kubernetes has it. With pods, those of a Job, and the events of
// both, come behind it; what may not be listed is said.
func Raw(ctx context.Context, client Client, ref lang.Ref, pods bool) (found []runtime.Object, notes []string, err error) {
	if ref.Kind == lang.KindCronJob {
		cronJob, err := client.BatchV1().CronJobs(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		if err != nil {
			return nil, nil, rawError(ref, err)
		}
		cronJob.SetGroupVersionKind(batchv1.SchemeGroupVersion.WithKind("CronJob"))
		return []runtime.Object{cronJob}, nil, nil
	}
	job, err := client.BatchV1().Jobs(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	if err != nil {
		return nil, nil, rawError(ref, err)
	}
	job.SetGroupVersionKind(batchv1.SchemeGroupVersion.WithKind("Job"))
	found = append(found, job)
	if !pods {
		return found, nil, nil
	}
	about := []types.UID{job.UID}
	list, err := client.CoreV1().Pods(ref.Namespace).List(ctx, metav1.ListOptions{LabelSelector: batchv1.ControllerUidLabel + "=" + string(job.UID), Limit: mostRawPods})
	if err != nil {
		notes = append(notes, fmt.Sprintf("The pods are not known: %v", err))
	} else {
		if list.Continue != "" {
			notes = append(notes, fmt.Sprintf("Of the pods %d are shown, and there are more.", len(list.Items)))
		}
		slices.SortStableFunc(list.Items, func(a, b corev1.Pod) int { return b.CreationTimestamp.Compare(a.CreationTimestamp.Time) })
		for i := range list.Items {
			pod := &list.Items[i]
			pod.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Pod"))
			if found = append(found, pod); pod.Status.Phase != corev1.PodSucceeded && len(about) <= mostHeardPods {
				about = append(about, pod.UID)
			}
		}
	}
	events, err := rawEvents(ctx, client, ref.Namespace, about)
	if err != nil {
		notes = append(notes, fmt.Sprintf("The events are not known: %v", err))
	}
	for i := range events {
		events[i].SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Event"))
		found = append(found, &events[i])
	}
	return found, notes, nil
}

// rawEvents returns the events of some objects, the latest first.
func rawEvents(ctx context.Context, client Client, namespace string, about []types.UID) ([]corev1.Event, error) {
	var all []corev1.Event
	for _, uid := range about {
		page, err := client.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{
			FieldSelector: fields.OneTermEqualSelector("involvedObject.uid", string(uid)).String(), Limit: mostRawEvents,
		})
		if err != nil {
			return all, err
		}
		all = append(all, page.Items...)
	}
	at := func(e corev1.Event) metav1.Time {
		if e.LastTimestamp.IsZero() {
			return metav1.Time(e.EventTime)
		}
		return e.LastTimestamp
	}
	slices.SortStableFunc(all, func(a, b corev1.Event) int { return at(b).Compare(at(a).Time) })
	return all[:min(len(all), mostRawEvents)], nil
}

func rawError(ref lang.Ref, err error) error {
	if apierrors.IsNotFound(err) {
		return NoObject(ref, nil)
	}
	return fmt.Errorf("reading %s: %w", ref, err)
}
