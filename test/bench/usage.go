package main

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"depctl.dev/test/sandbox"
)

// usage is what a run takes.
type usage struct {
	// machine is for how long all processors of the machine together were busy: what
	// the control plane, the nodes, the gate and this program did.
	machine time.Duration
	// cpu is what the gate has used, and peak the most memory that it has had, in KiB.
	cpu  time.Duration
	peak int
	// decisions is how long it took from what it saw to what it sent.
	decisions histogram
}

func (u usage) since(before usage) usage {
	return usage{machine: u.machine - before.machine, cpu: u.cpu - before.cpu, peak: u.peak, decisions: u.decisions.since(before.decisions)}
}

// measure looks at the machine, and at the gate, if there is one.
func measure(ctx context.Context, gate *sandbox.Gate) (u usage, err error) {
	stat, _ := os.ReadFile("/proc/stat") // elsewhere than on Linux nothing is known
	machine := busy(string(stat))
	if gate == nil {
		return usage{machine: machine}, nil
	}
	metrics, err := gate.Scrape(ctx)
	return usage{
		machine: machine,
		cpu:     time.Duration(metrics["process_cpu_seconds_total"] * float64(time.Second)), peak: gate.Process("VmHWM"),
		decisions: newHistogram(metrics, "depctl_gate_decision_latency_seconds"),
	}, err
}

// busy reads from /proc/stat for how long the processors have been busy: their first
// line has, in hundredths of a second, the times of user, nice, system, idle, iowait,
// irq, softirq and steal.
func busy(stat string) (all time.Duration) {
	first, _, _ := strings.Cut(stat, "\n")
	for i, field := range strings.Fields(first) {
		ticks, err := strconv.ParseInt(field, 10, 64)
		if idle := i == 4 || i == 5; err == nil && !idle && i < 8 {
			all += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return all
}
