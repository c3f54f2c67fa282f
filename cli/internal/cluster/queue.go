package cluster

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	"k8s.io/utils/clock"

	"depctl.dev/cli/batch/request"
)

const (
	// countingMap is the ConfigMap that counts the numbers of Jobs, and countingKey the
	// key of the next one.
	countingMap = "depctl-ids"
	countingKey = "next"
	// countingTries bounds how often a number is asked for while others ask too. With the
	// pauses between, that is about a minute.
	countingTries = 300
	// countingPause and countingLongest are the shortest and the longest pause.
	countingPause, countingLongest = 10 * time.Millisecond, 300 * time.Millisecond
)

// Queue is what commands of batch systems see of a namespace: Jobs by numbers.
type Queue struct {
	Client    Client
	Namespace string
	Clock     clock.Clock
}

// Queue returns the Jobs of the namespace, as batch systems have them.
func (f *Factory) Queue() (*Queue, error) {
	namespace, err := f.Namespace()
	if err != nil {
		return nil, err
	}
	client, err := f.Client()
	if err != nil {
		return nil, err
	}
	return &Queue{Client: client, Namespace: namespace, Clock: clock.RealClock{}}, nil
}

// Take takes n numbers that no Job of the namespace has or has had, and returns the
// first. Whoever writes the counter first has them; the others see by its
// resourceVersion that they were late, and try again after a pause of random length.
func (q *Queue) Take(ctx context.Context, n int) (int64, error) {
	maps := q.Client.CoreV1().ConfigMaps(q.Namespace)
	for try := 1; ; try++ {
		first, err := int64(0), error(nil)
		counter, err := maps.Get(ctx, countingMap, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			if first, err = q.unused(ctx); err == nil {
				_, err = maps.Create(ctx, &corev1.ConfigMap{
					ObjectMeta: metav1.ObjectMeta{Name: countingMap}, Data: map[string]string{countingKey: strconv.FormatInt(first+int64(n), 10)},
				}, metav1.CreateOptions{FieldManager: fieldManager})
			}
		case err == nil:
			if first, err = strconv.ParseInt(counter.Data[countingKey], 10, 64); err != nil || first < 1 {
				return 0, fmt.Errorf("ConfigMap %s/%s, which counts the numbers of Jobs, has no number in %q: delete it, and depctl creates it with the next number", q.Namespace, countingMap, countingKey)
			}
			counter.Data[countingKey] = strconv.FormatInt(first+int64(n), 10)
			_, err = maps.Update(ctx, counter, metav1.UpdateOptions{FieldManager: fieldManager})
		}
		switch {
		case err == nil:
			return first, nil
		case apierrors.IsForbidden(err):
			return 0, fmt.Errorf("a number for the Job: you must be allowed to get, create and update ConfigMap %s in namespace %s: %w", countingMap, q.Namespace, err)
		case !(apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err)) || try == countingTries:
			return 0, fmt.Errorf("taking a number from ConfigMap %s/%s: %w", q.Namespace, countingMap, err)
		}
		if err := q.pause(ctx, try); err != nil {
			return 0, err
		}
	}
}

// pause waits for a random time, which gets longer with each try.
func (q *Queue) pause(ctx context.Context, try int) error {
	longest := min(countingPause<<min(try, 20), countingLongest)
	timer := q.Clock.NewTimer(rand.N(longest) + time.Millisecond)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C():
		return nil
	}
}

// unused returns a number that no Job has: the counter may have been deleted.
func (q *Queue) unused(ctx context.Context) (int64, error) {
	jobs, err := q.Jobs(ctx, request.IDLabel)
	next := int64(1)
	for i := range jobs {
		next = max(next, request.IDOf(&jobs[i])+int64(request.SizeOf(&jobs[i])))
	}
	return next, err
}

// Jobs returns the Jobs that a selector matches.
func (q *Queue) Jobs(ctx context.Context, selector string) ([]batchv1.Job, error) {
	return jobsOfNamespace(ctx, q.Client.BatchV1(), q.Namespace, selector)
}

func jobsOfNamespace(ctx context.Context, client batchv1client.JobsGetter, namespace, selector string) ([]batchv1.Job, error) {
	list, err := client.Jobs(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return nil, fmt.Errorf("listing Jobs of namespace %s: %w", namespace, err)
	}
	return list.Items, nil
}

// Pods returns the pods that a selector of labels and one of fields match.
func (q *Queue) Pods(ctx context.Context, labels, fields string) ([]corev1.Pod, error) {
	list, err := q.Client.CoreV1().Pods(q.Namespace).List(ctx, metav1.ListOptions{LabelSelector: labels, FieldSelector: fields})
	if err != nil {
		return nil, fmt.Errorf("listing pods of namespace %s: %w", q.Namespace, err)
	}
	return list.Items, nil
}

// Nodes returns the nodes, none if the user may not list them.
func (q *Queue) Nodes(ctx context.Context) ([]corev1.Node, error) {
	list, err := q.Client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if apierrors.IsForbidden(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing nodes: %w", err)
	}
	return list.Items, nil
}

// Submitter returns what creates Jobs in the namespace.
func (q *Queue) Submitter() *Submitter {
	return &Submitter{All: JobsOf(q.Client), Core: q.Client.CoreV1(), Namespace: q.Namespace, Explicit: q.Namespace}
}

// RemovePod deletes a pod of a Job, if it is still the same.
func (q *Queue) RemovePod(ctx context.Context, name string, uid types.UID) error {
	err := q.Client.CoreV1().Pods(q.Namespace).Delete(ctx, name, metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(uid))})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("deleting pod %s of namespace %s: %w", name, q.Namespace, err)
	}
	return nil
}

// Log writes the log of a pod.
func (q *Queue) Log(ctx context.Context, pod string, options *corev1.PodLogOptions, out io.Writer) error {
	stream, err := q.Client.CoreV1().Pods(q.Namespace).GetLogs(pod, options).Stream(ctx)
	if err != nil {
		return fmt.Errorf("reading the log of pod %s of namespace %s: %w", pod, q.Namespace, err)
	}
	defer stream.Close()
	if _, err := io.Copy(out, stream); err != nil {
		return fmt.Errorf("reading the log of pod %s of namespace %s: %w", pod, q.Namespace, err)
	}
	return nil
}
