package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
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
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", gate.Part().PID))
	if err != nil {
		return usage{}, err
	}
	peak, _ := value(status, "VmHWM:")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+gate.Metrics()+"/metrics", nil)
	if err != nil {
		return usage{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return usage{}, err
	}
	defer response.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(response.Body); err != nil {
		return usage{}, err
	}
	seconds, _ := value(text.Bytes(), "process_cpu_seconds_total")
	return usage{
		cpu: time.Duration(seconds * float64(time.Second)), peak: int(peak),
		decisions: newHistogram(text.Bytes(), "depctl_gate_decision_latency_seconds"),
	}, nil
}

// value returns the number behind a name at the start of a line.
func value(text []byte, name string) (float64, bool) {
	for line := range bytes.Lines(text) {
		if fields := strings.Fields(string(line)); len(fields) > 1 && fields[0] == name {
			n, err := strconv.ParseFloat(fields[1], 64)
			return n, err == nil
		}
	}
	return 0, false
}
