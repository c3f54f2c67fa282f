package cluster

import (
	"context"
	"fmt"
	"io"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/pager"

	"depctl.dev/lang"
)

// LogReader reads Jobs, their pods, and what these have printed.
type LogReader struct{ client Client }

// LogReader returns what reads logs.
func (f *Factory) LogReader() (*LogReader, error) {
	client, err := f.Client()
	if err != nil {
		return nil, err
	}
	return NewLogReader(client), nil
}

// NewLogReader returns what reads logs by a client.
func NewLogReader(client Client) *LogReader { return &LogReader{client} }

// Job reads one Job.
func (l *LogReader) Job(ctx context.Context, namespace, name string) (*batchv1.Job, error) {
	job, err := l.client.BatchV1().Jobs(namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, l.notFound(ctx, lang.Job(namespace, name))
	}
	return job, l.explain(ctx, err, Right{"get", JobKind, "", namespace})
}

// notFound is NoObject for a Job that was asked for by its name alone.
func (l *LogReader) notFound(ctx context.Context, ref lang.Ref) error {
	var names []string
	if list, err := l.client.BatchV1().Jobs(ref.Namespace).List(ctx, metav1.ListOptions{Limit: mostNames}); err == nil {
		for i := range list.Items {
			names = append(names, list.Items[i].Name)
		}
	}
	return NoObject(ref, names)
}

// Jobs reads the Jobs of a namespace, or of all, that a selector matches.
func (l *LogReader) Jobs(ctx context.Context, namespace, selector string) ([]*batchv1.Job, error) {
	var found []*batchv1.Job
	err := NewJobReader(JobsOf(l.client), namespace).each(ctx, namespace, metav1.ListOptions{LabelSelector: selector}, func(job *batchv1.Job) error {
		found = append(found, job)
		return nil
	})
	return found, l.explain(ctx, err, Right{"list", JobKind, "", namespace})
}

// Steps returns the Jobs that are steps of a run, by their own names.
func (l *LogReader) Steps(ctx context.Context, run string, steps []lang.Ref) ([]lang.Ref, error) {
	return NewJobReader(JobsOf(l.client), "").JobsOfSteps(ctx, run, steps)
}

// Pods visits the pods of a stream, page by page.
func (l *LogReader) Pods(ctx context.Context, s PodStream, visit func(*corev1.Pod)) error {
	pages := pager.New(func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return l.client.CoreV1().Pods(s.Namespace).List(ctx, o)
	})
	err := pages.EachListItem(ctx, metav1.ListOptions{LabelSelector: s.Selector}, func(object runtime.Object) error {
		if pod, ok := object.(*corev1.Pod); ok {
			visit(pod)
		}
		return nil
	})
	return l.explain(ctx, err, Right{"list", podKind, "", s.Namespace})
}

// Open begins to read what a container has printed.
func (l *LogReader) Open(ctx context.Context, namespace, pod string, o corev1.PodLogOptions) (io.ReadCloser, error) {
	stream, err := l.client.CoreV1().Pods(namespace).GetLogs(pod, &o).Stream(ctx)
	if apierrors.IsForbidden(err) {
		return nil, l.explain(ctx, err, Right{"get", podKind, "log", namespace})
	}
	return stream, err
}

// Watcher returns what watches Jobs, and for which a right that is missing ends it.
func (l *LogReader) Watcher(ctx context.Context) *Watcher {
	denied := func(kind Kind, namespace string, err error) error {
		return l.explain(ctx, err, Right{"list,watch", kind, "", namespace})
	}
	return &Watcher{
		Client: JobsOf(l.client), Reached: true,
		Forbidden:     func(s Stream, err error) error { return denied(JobKind, s.Namespace, err) },
		PodsForbidden: func(s PodStream, err error) error { return denied(podKind, s.Namespace, err) },
	}
}

// WatchPods begins to watch pods by a Watcher.
func (l *LogReader) WatchPods(ctx context.Context, w *Watcher, s PodStream, do Pods) {
	w.WatchPods(ctx, l.client, s, do)
}

// explain makes an answer of the API server an error that says what was done, and which
// right is missing.
func (l *LogReader) explain(ctx context.Context, err error, needs Right) error {
	switch {
	case err == nil:
		return nil
	case apierrors.IsForbidden(err):
		return &Denied{needs, userOf(ctx, l.client)}
	case apierrors.ReasonForError(err) == metav1.StatusReasonUnknown:
		return &Unreachable{fmt.Errorf("%s: %w; is the cluster reachable, and is it the right --context?", needs, err)}
	}
	return fmt.Errorf("%s: %w", needs, err)
}
