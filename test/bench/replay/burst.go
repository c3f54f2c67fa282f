package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/sandbox"
)

// burst completes all Jobs at once, in as many namespaces as there are gates, and says how long it takes until all that
// waited are released. Each gate acts in a namespace of its own.
func burst(ctx context.Context, o options) (err error) {
	s, store, err := control(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	client, err := kubernetes.NewForConfig(s.Config())
	if err != nil {
		return err
	}
	scenes := make([]*scene, o.gates)
	for i := range scenes {
		name := fmt.Sprintf("replay-%d", i)
		if _, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{}); err != nil {
			return err
		}
		scenes[i] = newScene(name, o.jobs/o.gates, o.running/o.gates, o.needs)
		if err := store.load(ctx, slices.Concat(scenes[i].running, scenes[i].waiting)); err != nil {
			return err
		}
	}
	gates := make([]*sandbox.Gate, o.gates)
	for i, scene := range scenes {
		one, r := o, result{}
		one.jobs, one.gate = o.jobs/o.gates, append(slices.Clone(o.gate), "--namespaces="+scene.namespace)
		if gates[i], err = start(ctx, s, one, &r); err != nil {
			return err
		}
	}
	before, err := cpu(ctx, gates)
	if err != nil {
		return err
	}
	began := time.Now()
	var writing errgroup.Group
	for _, scene := range scenes {
		writing.Go(func() error {
			for _, job := range scene.running {
				if err := store.put(ctx, completed(job)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := writing.Wait(); err != nil {
		return err
	}
	wrote := time.Since(began)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for released := 0; released < o.jobs/o.gates*o.gates; {
		<-tick.C
		released = 0
		for _, gate := range gates {
			m, err := gate.Scrape(ctx)
			if err != nil {
				return err
			}
			released += int(m["depctl_gate_released_total"])
		}
	}
	took := time.Since(began)
	after, err := cpu(ctx, gates)
	if err != nil {
		return err
	}
	fmt.Printf("%d gates: %d Jobs released %.2f s after the first completion (all were written after %.2f s): %.0f releases a second; CPU of the gates %.2f ms a release\n",
		o.gates, o.jobs, took.Seconds(), wrote.Seconds(), float64(o.jobs)/took.Seconds(), 1000*(after-before)/float64(o.jobs))
	return nil
}

// cpu returns how many seconds of CPU all gates have taken.
func cpu(ctx context.Context, gates []*sandbox.Gate) (sum float64, err error) {
	for _, gate := range gates {
		m, err := gate.Scrape(ctx)
		if err != nil {
			return 0, err
		}
		sum += m["process_cpu_seconds_total"]
	}
	return sum, nil
}
