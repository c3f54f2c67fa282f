package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

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
	part := gate.Part()
	var m memory
	if file, err := os.Open(fmt.Sprintf("/proc/%d/status", part.PID)); err == nil {
		defer file.Close()
		m.resident = number(file, "VmRSS:")
		_, _ = file.Seek(0, io.SeekStart)
		m.threads = number(file, "Threads:")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+gate.Metrics()+"/metrics", nil)
	if err != nil {
		return m
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return m
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		m.goroutines = number(response.Body, "go_goroutines")
	}
	return m
}

// number returns what stands after a name, at the start of a line.
func number(text io.Reader, name string) int {
	for lines := bufio.NewScanner(text); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == name {
			n, _ := strconv.Atoi(fields[1])
			return n
		}
	}
	return 0
}
