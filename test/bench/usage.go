package main

import (
	"context"
	"time"

	"depctl.dev/test/sandbox"
)

// usage is what the process of a gate takes.
type usage struct {
	// cpu is what it has used, and peak the most memory that it has had, in KiB.
	cpu  time.Duration
	peak int
	// decisions is how long it took from what it saw to what it sent.
	decisions histogram
}

func (u usage) since(before usage) usage {
	return usage{cpu: u.cpu - before.cpu, peak: u.peak, decisions: u.decisions.since(before.decisions)}
}

// measure looks at a gate; there is nothing to see of none.
func measure(ctx context.Context, gate *sandbox.Gate) (u usage, err error) {
	if gate == nil {
		return usage{}, nil
	}
	metrics, err := gate.Scrape(ctx)
	return usage{
		cpu: time.Duration(metrics["process_cpu_seconds_total"] * float64(time.Second)), peak: gate.Process("VmHWM"),
		decisions: newHistogram(metrics, "depctl_gate_decision_latency_seconds"),
	}, err
}
