package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/sandbox"
)

// measureThroughput has so many pods wait for each scheduler in turn, starts it, and measures how
// many it places a second, from the first to the last.
func (o options) measureThroughput(ctx context.Context) (err error) {
	b, err := o.start(ctx, 100, "100")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Stop()) }()
	// What plays pods, and what completes Jobs, would share the processors with what is measured.
	for _, name := range []string{sandbox.Kwok, sandbox.ControllerManager} {
		if err := b.Kill(name); err != nil {
			return err
		}
	}
	if err := b.StartScheduler(ctx, sandbox.SchedulerOptions{}); err != nil {
		return err
	}
	programs := map[string]string{corev1.DefaultSchedulerName: sandbox.Scheduler, ranked: "depctl-scheduler"}
	for _, program := range programs {
		if err := b.Kill(program); err != nil {
			return err
		}
	}
	rates := map[string][]float64{}
	for round := range o.rounds {
		order := []string{corev1.DefaultSchedulerName, ranked}
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, scheduler := range order {
			rate, err := b.place(ctx, fmt.Sprintf("round-%d-%s", round, programs[scheduler]), scheduler, programs[scheduler], o.pods)
			if err != nil {
				return err
			}
			rates[scheduler] = append(rates[scheduler], rate)
			fmt.Printf("round %d, %s: %.0f pods/s\n", round+1, programs[scheduler], rate)
		}
	}
	middle := func(list []float64) float64 {
		slices.Sort(list)
		return list[len(list)/2]
	}
	theirs, ours := middle(rates[corev1.DefaultSchedulerName]), middle(rates[ranked])
	fmt.Printf("\n%d pods, medians of %d: kube-scheduler %.0f, depctl-scheduler %.0f pods/s: %.3f of it\n", o.pods, o.rounds, theirs, ours, ours/theirs)
	return nil
}

// place creates pods while nobody schedules them, has a program schedule them, and returns its rate.
func (b *bench) place(ctx context.Context, namespace, scheduler, program string, pods int) (float64, error) {
	_, err := b.client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	if err == nil {
		_, err = b.client.CoreV1().ServiceAccounts(namespace).Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}, metav1.CreateOptions{})
	}
	if err != nil {
		return 0, err
	}
	if err := b.createPods(ctx, namespace, scheduler, pods); err != nil {
		return 0, err
	}
	w, err := b.client.CoreV1().Pods(namespace).Watch(ctx, metav1.ListOptions{})
	if err != nil {
		return 0, err
	}
	defer w.Stop()
	if err := b.Restart(ctx, program); err != nil {
		return 0, err
	}
	var first, last time.Time
	placed := map[string]bool{}
	for len(placed) < pods {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case e, open := <-w.ResultChan():
			if !open {
				return 0, fmt.Errorf("the watch of %s has ended", namespace)
			}
			pod, is := e.Object.(*corev1.Pod)
			if !is || pod.Spec.NodeName == "" || placed[pod.Name] {
				continue
			}
			last = time.Now()
			if placed[pod.Name] = true; first.IsZero() {
				first = last
			}
		}
	}
	rate := float64(pods-1) / last.Sub(first).Seconds()
	err = b.Kill(program)
	return rate, errors.Join(err, b.client.CoreV1().Pods(namespace).DeleteCollection(ctx, metav1.DeleteOptions{GracePeriodSeconds: new(int64)}, metav1.ListOptions{}))
}

// createPods creates pods as the Job controller would, whose name it uses: so their ranks stay.
func (b *bench) createPods(ctx context.Context, namespace, scheduler string, pods int) error {
	config := b.Config()
	config.Impersonate.UserName = "system:serviceaccount:kube-system:job-controller"
	config.Impersonate.Groups = []string{"system:masters"}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	numbers, errs := make(chan int), make([]error, 16)
	var wg sync.WaitGroup
	for k := range errs {
		wg.Go(func() {
			for i := range numbers {
				_, err := client.CoreV1().Pods(namespace).Create(ctx, &corev1.Pod{
					ObjectMeta: metav1.ObjectMeta{
						Name: fmt.Sprintf("pod-%d", i), Labels: map[string]string{batchv1.JobNameLabel: "one"},
						Annotations: map[string]string{"depctl.dev/rank": strconv.Itoa(i * 7919 % pods)},
					},
					Spec: corev1.PodSpec{SchedulerName: scheduler, RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "busybox:1.37"}}},
				}, metav1.CreateOptions{})
				errs[k] = errors.Join(errs[k], err)
			}
		})
	}
	for i := range pods {
		numbers <- i
	}
	close(numbers)
	wg.Wait()
	return errors.Join(errs...)
}
