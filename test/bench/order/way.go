package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/flowcontrol"

	"depctl.dev/test/graphshape"
	"depctl.dev/test/sandbox"
)

// way is a way in which pods come to a node.
type way struct {
	name string
	// scheduler is that of the graph, and others that of other people's pods.
	scheduler, others string
	// starting has a gate with --max-starting release the graph.
	starting bool
}

// plain is kube-scheduler as it is: depctl-scheduler's program without its plugin, so that both
// wait alike after a pod that fits nowhere.
const plain, ranked = "plain", "depctl"

var ways = []way{
	{"arrival", plain, plain, false},
	{"--max-starting=4", plain, plain, true},
	{"depctl-scheduler", ranked, ranked, false},
	{"both", ranked, ranked, true},
	{"depctl-scheduler for the graph alone", ranked, plain, false},
}

// oneCPU is what each pod asks for.
var oneCPU = corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1")}}

// outcome is when the graph was done, and when all was, and how long others waited in the mean.
type outcome struct{ graph, all, waited time.Duration }

func (o options) measureOrders(ctx context.Context) (err error) {
	b, err := o.start(ctx, len(ways), fmt.Sprint(o.slots))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Stop()) }()
	if err := b.startPrograms(ctx); err != nil {
		return err
	}
	fmt.Printf("%d slots, scaled to %s of work; seconds, and percent of arrival\n\n| graph | way | graph done | all done | others waited |\n|---|---|---|---|---|\n", o.slots, o.takes)
	for i, g := range graphshape.All(0) {
		if !o.only.MatchString(g.Name) {
			continue
		}
		outcomes := make([]outcome, len(ways))
		errs := make([]error, len(ways))
		var wg sync.WaitGroup
		for k, w := range ways {
			wg.Go(func() { outcomes[k], errs[k] = b.play(ctx, w, fmt.Sprintf("%s-%d", w.namespace(k), i), k, g, o) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		for k, w := range ways {
			cell := func(of func(outcome) time.Duration) string {
				return fmt.Sprintf("%.1f, %.0f %%", of(outcomes[k]).Seconds(), 100*of(outcomes[k]).Seconds()/of(outcomes[0]).Seconds())
			}
			fmt.Printf("| %s | %s | %s | %s | %s |\n", g.Name, w.name, cell(func(o outcome) time.Duration { return o.graph }),
				cell(func(o outcome) time.Duration { return o.all }), cell(func(o outcome) time.Duration { return o.waited }))
		}
	}
	return nil
}

// namespace begins the names of the namespaces of a way; a gate releases those of its kind.
func (w way) namespace(k int) string {
	if w.starting {
		return fmt.Sprintf("starting-%d", k)
	}
	return fmt.Sprintf("free-%d", k)
}

// startPrograms starts both schedulers, and two gates that share the namespaces.
func (b *bench) startPrograms(ctx context.Context) error {
	// The one with the webhook serves the namespace by which the sandbox finds out that it does.
	free, starting := []string{metav1.NamespaceDefault}, []string(nil)
	for i := range graphshape.All(0) {
		for k, w := range ways {
			name := fmt.Sprintf("%s-%d", w.namespace(k), i)
			if w.starting {
				starting = append(starting, name)
			} else {
				free = append(free, name)
			}
		}
	}
	quick := func(configuration map[string]any) {
		// As deploy/scheduler has it, for both.
		configuration["podInitialBackoffSeconds"], configuration["podMaxBackoffSeconds"] = 1, 1
	}
	err := b.StartScheduler(ctx, sandbox.SchedulerOptions{Configure: quick})
	if err == nil {
		err = b.StartScheduler(ctx, sandbox.SchedulerOptions{Name: plain, Configure: func(configuration map[string]any) {
			quick(configuration)
			configuration["leaderElection"] = map[string]any{"leaderElect": false}
			configuration["profiles"] = []any{map[string]any{"schedulerName": plain}}
		}})
	}
	if err == nil {
		err = b.allowLease(ctx)
	}
	if err == nil {
		err = b.gate(ctx, free)
	}
	if err == nil {
		err = b.gate(ctx, starting, "--max-starting=4", "--leader-elect-resource-name="+secondLease, "--webhook-bind-address=")
	}
	return err
}

func (b *bench) gate(ctx context.Context, namespaces []string, args ...string) error {
	for _, namespace := range namespaces {
		args = append(args, "--namespaces="+namespace)
	}
	gate, err := b.StartGate(ctx, sandbox.GateOptions{Args: args})
	if err != nil {
		return err
	}
	return gate.WaitReady(ctx)
}

const secondLease = "depctl-gate-starting"

// allowLease lets the gates have a second lease: both lead, each in its namespaces.
func (b *bench) allowLease(ctx context.Context) error {
	const namespace = "depctl-system"
	_, err := b.client.RbacV1().Roles(namespace).Create(ctx, &rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Name: secondLease},
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"}, ResourceNames: []string{secondLease}, Verbs: []string{"get", "update"}}},
	}, metav1.CreateOptions{})
	if err == nil {
		_, err = b.client.RbacV1().RoleBindings(namespace).Create(ctx, &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: secondLease},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: secondLease},
			Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: "depctl-gate"}},
		}, metav1.CreateOptions{})
	}
	return err
}

// play runs a graph and the work of others in one way, on the node of that number.
func (b *bench) play(ctx context.Context, w way, namespace string, node int, g graphshape.Graph, o options) (outcome, error) {
	const first = "start"
	others := g.Others(o.slots)
	scale := float64(o.takes) / float64(2*g.Work()/time.Duration(o.slots))
	scaled := func(d time.Duration) time.Duration { return time.Duration(float64(d) * scale) }
	for _, name := range []string{namespace, namespace + "-others"} {
		if _, err := b.client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{}); err != nil {
			return outcome{}, err
		}
	}
	job := func(name, scheduler string, length time.Duration) *batchv1.Job {
		return &batchv1.Job{
			ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{"depctl.dev/expected-duration": length.String()}},
			Spec: batchv1.JobSpec{BackoffLimit: new(int32), Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"sandbox.depctl.dev/run-for": scaled(length).String()}},
				Spec: corev1.PodSpec{
					RestartPolicy: corev1.RestartPolicyNever, SchedulerName: scheduler,
					NodeSelector: map[string]string{corev1.LabelHostname: fmt.Sprintf("node-%d", node)},
					Containers:   []corev1.Container{{Name: "main", Image: "busybox:1.37", Resources: oneCPU}},
				},
			}},
		}
	}
	create := func(namespace string, job *batchv1.Job) error {
		_, err := b.client.BatchV1().Jobs(namespace).Create(ctx, job, metav1.CreateOptions{})
		return err
	}
	held := g.From(first)
	rate := flowcontrol.NewTokenBucketRateLimiter(40, 10)
	for _, one := range held.Jobs[1:] {
		made := job(one.Name, w.scheduler, one.Length)
		made.Annotations["depctl.dev/depends-on"] = list(one.After)
		rate.Accept()
		if err := create(namespace, made); err != nil {
			return outcome{}, err
		}
	}
	if err := create(namespace, job(first, w.scheduler, time.Millisecond)); err != nil {
		return outcome{}, err
	}
	began := time.Now()
	for i, other := range others {
		if err := until(ctx, began.Add(scaled(other.At))); err != nil {
			return outcome{}, err
		}
		if err := create(namespace+"-others", job(fmt.Sprintf("other-%d", i), w.others, other.Length)); err != nil {
			return outcome{}, err
		}
	}
	return b.await(ctx, namespace, len(held.Jobs), len(others))
}

// until returns at a time.
func until(ctx context.Context, at time.Time) error {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
