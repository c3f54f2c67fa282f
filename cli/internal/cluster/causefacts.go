package cluster

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/cause"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// podsOf returns the pods of a Job that have not succeeded, as far as so many are looked at, and whether
// they could be listed, and are not all.
func (c *Causes) podsOf(ctx context.Context, job gate.Job) (pods []corev1.Pod, known, partly bool) {
	options := metav1.ListOptions{
		LabelSelector: batchv1.ControllerUidLabel + "=" + string(job.UID), FieldSelector: "status.phase!=" + string(corev1.PodSucceeded), Limit: podPage,
	}
	known = c.pages(job.Namespace, "pods", mostPodPages, &options, func() (string, error) {
		page, err := c.client.CoreV1().Pods(job.Namespace).List(ctx, options)
		if err != nil {
			return "", err
		}
		for i := range page.Items {
			if by := metav1.GetControllerOfNoCopy(&page.Items[i]); by != nil && by.UID == job.UID {
				pods = append(pods, page.Items[i])
			}
		}
		return page.Continue, nil
	})
	return pods, known, options.Continue != ""
}

// eventsOf returns the warnings about a Job that has fewer pods than it should have, and about pods
// of which nothing else says why they do not start.
func (c *Causes) eventsOf(ctx context.Context, f cause.Facts) []corev1.Event {
	var about []types.UID
	there := 0
	for i := range f.Pods {
		pod := &f.Pods[i]
		if pod.Status.Phase != corev1.PodFailed {
			there++
		}
		if pod.Status.Phase == corev1.PodPending && pod.Spec.NodeName != "" && len(about) < mostEventful {
			about = append(about, pod.UID)
		}
	}
	over := f.Job.Outcome() != lang.Undecided
	if over {
		about = nil
	}
	if over && len(f.Pods) == 0 || !over && int64(there) < f.Job.Parallelism {
		about = append(about, f.Job.UID)
	}
	var events []corev1.Event
	for _, uid := range about {
		options := metav1.ListOptions{Limit: podPage, FieldSelector: fields.Set{"involvedObject.uid": string(uid), "type": corev1.EventTypeWarning}.String()}
		c.pages(f.Job.Namespace, "events", mostEventPages, &options, func() (string, error) {
			page, err := c.client.CoreV1().Events(f.Job.Namespace).List(ctx, options)
			if err != nil {
				return "", err
			}
			events = append(events, page.Items...)
			return page.Continue, nil
		})
	}
	return events
}

// pages lists pages of what the user may list, and reports whether they may; what they may not is noted once.
func (c *Causes) pages(namespace, what string, most int, options *metav1.ListOptions, list func() (string, error)) bool {
	key := listed{namespace, what}
	for range most {
		c.mu.Lock()
		_, forbidden := c.forbidden[key]
		c.mu.Unlock()
		if forbidden {
			return false
		}
		next, err := list()
		if err != nil {
			c.mu.Lock()
			c.forbidden[key] = err
			c.mu.Unlock()
			return false
		}
		if options.Continue = next; next == "" {
			return true
		}
	}
	return true
}

// logOf returns the last lines that a container printed, or why they cannot be read.
func (c *Causes) logOf(ctx context.Context, namespace, pod, container string) (lines []string, why string) {
	ctx, cancel := context.WithTimeout(ctx, logPatience)
	defer cancel()
	options := &corev1.PodLogOptions{Container: container, TailLines: new(int64(cause.MostLines)), LimitBytes: new(int64(mostBytesOfALog))}
	text, err := c.client.CoreV1().Pods(namespace).GetLogs(pod, options).DoRaw(ctx)
	switch {
	case IsForbidden(err):
		return nil, "you may not get pods/log"
	case err != nil:
		return nil, err.Error()
	}
	return cause.Tail(string(text)), ""
}
