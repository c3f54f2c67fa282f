package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"depctl.dev/test/sandbox"
)

// start starts the gate and waits until it has decided about all.
func start(ctx context.Context, s *sandbox.Sandbox, o options, r *result) (*sandbox.Gate, error) {
	began := time.Now()
	args := slices.Concat([]string{"--report-qps=0"}, o.gate)
	if o.profiles != "" {
		args = append(args, "--profiling")
	}
	gate, err := s.StartGate(ctx, sandbox.GateOptions{Args: args})
	if err == nil {
		err = gate.WaitReady(ctx)
	}
	if err != nil {
		return nil, err
	}
	listed := time.Now()
	profiled := o.profile(ctx, gate, "start", "profile?seconds=5")
	err = wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 10*time.Minute, true, func(ctx context.Context) (bool, error) {
		m, err := gate.Scrape(ctx)
		return m[`depctl_gate_waiting_jobs{state="waiting"}`] >= float64(o.jobs), err
	})
	if err != nil {
		return nil, fmt.Errorf("not all Jobs were decided: %w", err)
	}
	r.listed, r.decided = listed.Sub(began), time.Since(listed)
	_, r.peak = memory(gate)
	if err := errors.Join(<-profiled, <-o.profile(ctx, gate, "heap", "heap?gc=1")); err != nil {
		return nil, err
	}
	fmt.Printf("listed %.2f s after the start, all decided %.2f s after that; %s\n", r.listed.Seconds(), r.decided.Seconds(), memoryText(gate))
	return gate, nil
}

// memory returns what the gate has now, and has had at most, in MiB.
func memory(gate *sandbox.Gate) (now, peak float64) {
	return float64(gate.Process("VmRSS")) / 1024, float64(gate.Process("VmHWM")) / 1024
}

func memoryText(gate *sandbox.Gate) string {
	now, peak := memory(gate)
	return fmt.Sprintf("RSS %.0f MiB, at most %.0f", now, peak)
}
