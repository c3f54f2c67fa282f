package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"

	"depctl.dev/test/sandbox"
)

// writers is how many Jobs are made at once.
const writers = 32

// patience is how long one run may take.
const patience = 15 * time.Minute

// contender is what releases the Jobs.
type contender struct {
	name string
	// args are the flags of the gate; nil for the ideal ones, one of which nudges.
	args  []string
	nudge bool
}

// The first two are what the others are compared with.
var contenders = []contender{
	{name: "ideal"},
	{name: "bare nudge", nudge: true},
	{name: "nudge=false", args: []string{"--profiling", "--nudge=false"}},
	{name: "nudge", args: []string{"--profiling", "--nudge=true"}},
}

// run is one run of one workload.
type run struct {
	contender string
	makespan  time.Duration
	jobs      int
	// hops are from the end of the last prerequisite to the end of the Job, as seen
	// in a watch; reactions from when that end was written until the release came
	// in, and answers from there until it was answered, as the API server logs it.
	hops, reactions, answers []time.Duration
	usage                    usage
	trace                    *trace
}

// bench is a sandbox in which workloads are run.
type bench struct {
	sandbox *sandbox.Sandbox
	config  *rest.Config
	client  kubernetes.Interface
	number  int
}

func (b *bench) run(ctx context.Context, c contender, w workload) (result run, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if c.args == nil && w.plain != nil {
		w = *w.plain
	}
	namespace, err := b.namespace(ctx)
	if err != nil {
		return run{}, err
	}
	defer func() { err = errors.Join(err, b.clean(namespace)) }()
	result = run{contender: c.name, jobs: len(w.steps)}

	var gate *sandbox.Gate
	ideal, err := newIdeal(b.config, namespace, w, c.nudge)
	if err != nil {
		return run{}, err
	}
	if c.args != nil {
		if gate, err = b.sandbox.StartGate(ctx, sandbox.GateOptions{Args: c.args}); err == nil {
			err = gate.WaitReady(ctx)
		}
		if err != nil {
			return run{}, err
		}
		defer func() { err = errors.Join(err, gate.Kill()) }()
	}
	if err := b.make(ctx, namespace, w, c.args != nil); err != nil {
		return run{}, err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	names := []string{start}
	for _, s := range w.steps {
		names = append(names, s.name)
	}
	if c.args == nil {
		if err := ideal.start(ctx, fail); err != nil {
			return run{}, err
		}
		defer ideal.stop()
	}
	before, err := measure(ctx, gate)
	if err != nil {
		return run{}, err
	}
	log, err := b.audited()
	if err != nil {
		return run{}, err
	}
	began := make(chan error, 1)
	go func() { began <- b.create(ctx, namespace, step{name: start}, c.args != nil) }()
	t, err := follow(ctx, b.client, namespace, names)
	if err = errors.Join(err, context.Cause(ctx), <-began); err != nil {
		return run{}, fmt.Errorf("%s, %s: %w", w.name, c.name, err)
	}
	after, err := measure(ctx, gate)
	if err != nil {
		return run{}, err
	}
	result.makespan, result.usage = t.makespan(), after.since(before)
	result.hops = t.hops(w)
	if result.trace, err = b.trace(namespace, log); err == nil {
		result.reactions, result.answers = result.trace.split(w)
	}
	return result, err
}

func (b *bench) namespace(ctx context.Context) (string, error) {
	b.number++
	made, err := b.client.CoreV1().Namespaces().Create(ctx,
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("bench-%d", b.number)}}, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	return made.Name, nil
}

// clean removes what a run has left, so that it does not slow down the next. The
// namespace's own controller would take its time.
func (b *bench) clean(namespace string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	now := metav1.DeleteOptions{GracePeriodSeconds: new(int64), PropagationPolicy: ptr.To(metav1.DeletePropagationBackground)}
	if err := errors.Join(
		b.client.BatchV1().Jobs(namespace).DeleteCollection(ctx, now, metav1.ListOptions{}),
		b.client.CoreV1().Pods(namespace).DeleteCollection(ctx, now, metav1.ListOptions{}),
		b.client.EventsV1().Events(namespace).DeleteCollection(ctx, now, metav1.ListOptions{}),
		b.client.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{}),
	); err != nil {
		return err
	}
	return wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		_, err := b.client.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
		return apierrors.IsNotFound(err), nil
	})
}

// make creates all Jobs that wait, and returns when the Job controller has seen
// them all, and has made the pods that the ideal gate lets go one by one, so that
// nothing of it is measured.
func (b *bench) make(ctx context.Context, namespace string, w workload, annotated bool) error {
	steps, errs := make(chan step), make(chan error, writers)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for s := range steps {
				if err := b.create(ctx, namespace, s, annotated); err != nil {
					select {
					case errs <- err:
					default:
					}
				}
			}
		})
	}
	for _, s := range w.steps {
		steps <- s
	}
	close(steps)
	wg.Wait()
	close(errs)
	if err := <-errs; err != nil {
		return fmt.Errorf("making the Jobs: %w", err)
	}
	pods := map[string]int32{}
	for _, s := range w.steps {
		if s.byElement && !annotated {
			pods[s.name] = int32(s.size)
		}
	}
	return wait.PollUntilContextCancel(ctx, 500*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		list, err := b.client.BatchV1().Jobs(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false, err
		}
		for i := range list.Items {
			job := &list.Items[i]
			if len(job.Status.Conditions) == 0 && pods[job.Name] == 0 || job.Status.Active < pods[job.Name] {
				return false, nil
			}
		}
		return true, nil
	})
}

// create makes one Job. For the ideal gate it says itself that it is suspended.
func (b *bench) create(ctx context.Context, namespace string, s step, annotated bool) error {
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: s.name, Labels: s.labels},
		Spec: batchv1.JobSpec{
			BackoffLimit: new(int32),
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				RestartPolicy: corev1.RestartPolicyNever,
				Containers:    []corev1.Container{{Name: "main", Image: "busybox:1.37"}},
			}},
		},
	}
	if s.size > 0 {
		mode, n := batchv1.IndexedCompletion, int32(s.size)
		job.Spec.CompletionMode, job.Spec.Completions, job.Spec.Parallelism = &mode, &n, &n
	}
	switch {
	case len(s.needs) == 0:
		if annotated {
			job.Spec.Template.Labels = map[string]string{"depctl.dev/awaited": "true"}
		}
	case annotated:
		job.Annotations = map[string]string{"depctl.dev/depends-on": s.expression()}
	case s.byElement:
		job.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: idealGate}}
	default:
		job.Spec.Suspend = new(true)
	}
	job.Spec.Template.Spec.Containers[0].Env = s.env()
	_, err := b.client.BatchV1().Jobs(namespace).Create(ctx, job, metav1.CreateOptions{})
	return err
}
