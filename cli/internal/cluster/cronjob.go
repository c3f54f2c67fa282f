package cluster

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// lookForCronJob reads the CronJobs of a namespace in which one is waited for. Their Jobs are read
// with all others of the namespace. What may not be read stays unread.
func (r *Reading) lookForCronJob(ctx context.Context, ref lang.Ref) error {
	if r.cronJobs == nil {
		return nil
	}
	at := lang.Ref{Kind: lang.KindCronJob, Namespace: ref.Namespace}
	if !r.looked[at] && !r.looked[everyCronJob] {
		r.looked[at] = true
		list, err := r.cronJobs.CronJobs(ref.Namespace).List(ctx, metav1.ListOptions{})
		switch {
		case apierrors.IsForbidden(err):
			r.unread[at] = err.Error()
		case err != nil:
			return fmt.Errorf("listing CronJobs in namespace %s, which are waited for: %w", ref.Namespace, err)
		default:
			for i := range list.Items {
				r.World.PutCronJob(schedule.Observe(&list.Items[i]))
			}
		}
	}
	if why := r.unread[at]; why != "" {
		r.World.Unread[ref.Object()] = why
	}
	return nil
}

// everyCronJob is what was looked for when the CronJobs of all namespaces were read.
var everyCronJob = lang.Ref{Kind: lang.KindCronJob}

// readTemplates reads all CronJobs of the namespace, or of all, once, and enters what their templates wait
// for. What may not be read is said.
func (r *Reading) readTemplates(ctx context.Context) ([]string, error) {
	at := lang.Ref{Kind: lang.KindCronJob, Namespace: r.Namespace}
	if r.cronJobs != nil && !r.looked[at] && r.noTemplates == nil {
		list, err := r.cronJobs.CronJobs(r.Namespace).List(ctx, metav1.ListOptions{})
		switch {
		case apierrors.IsForbidden(err):
			r.noTemplates = err
		case err != nil:
			return nil, fmt.Errorf("listing CronJobs: %w", err)
		default:
			r.looked[at] = true
			for i := range list.Items {
				r.World.PutLive(&list.Items[i])
			}
		}
	}
	r.World.EnterTemplates()
	if r.noTemplates != nil {
		return []string{fmt.Sprintf("What CronJobs wait for is not known: %v", r.noTemplates)}, nil
	}
	return nil, nil
}

// listCronJobs reads all CronJobs of the namespace, or of all. What may not be read is said.
func (r *Reading) listCronJobs(ctx context.Context) ([]string, error) {
	if r.cronJobs == nil {
		return nil, nil
	}
	list, err := r.cronJobs.CronJobs(r.Namespace).List(ctx, metav1.ListOptions{})
	switch {
	case apierrors.IsForbidden(err):
		return []string{fmt.Sprintf("Which runs of CronJobs have no Job is not known: %v", err)}, nil
	case err != nil:
		return nil, fmt.Errorf("listing CronJobs: %w", err)
	}
	for i := range list.Items {
		r.World.PutCronJob(schedule.Observe(&list.Items[i]))
	}
	return nil, nil
}
