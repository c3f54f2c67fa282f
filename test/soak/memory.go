package main

import (
	"context"
	"fmt"

	"depctl.dev/test/sandbox"
)

// memory is what a process takes.
type memory struct {
	// resident is in KiB. goroutines is 0 where there are no metrics.
	resident, threads, goroutines int
}

// String returns what is known, such as 40 MiB, 12 threads.
func (m memory) String() string {
	text := fmt.Sprintf("%d MiB, %d threads", m.resident>>10, m.threads)
	if m.goroutines > 0 {
		text += fmt.Sprintf(", %d goroutines", m.goroutines)
	}
	return text
}

// measure looks at a gate. What it cannot find out stays 0.
func measure(ctx context.Context, gate *sandbox.Gate) memory {
	metrics, _ := gate.Scrape(ctx)
	return memory{resident: gate.Process("VmRSS"), threads: gate.Process("Threads"), goroutines: int(metrics["go_goroutines"])}
}
