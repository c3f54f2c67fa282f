package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// Scrape returns the gate's metrics, each by its name and labels as they are served.
// A line that cannot be read is an error.
func (g *Gate) Scrape(ctx context.Context) (map[string]float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+g.metrics+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("scraping the gate: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("scraping the gate: %s", response.Status)
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		return nil, fmt.Errorf("scraping the gate: %w", err)
	}
	samples := map[string]float64{}
	for line := range strings.Lines(body.String()) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := max(0, strings.LastIndex(line, " "))
		value, err := strconv.ParseFloat(strings.TrimSpace(line[at:]), 64)
		if err != nil {
			return nil, fmt.Errorf("scraping the gate: %q: %w", line, err)
		}
		samples[line[:at]] = value
	}
	return samples, nil
}

// Process returns a number of the gate's /proc/PID/status, such as VmRSS and VmHWM, in
// KiB, or Threads; 0 where that is not known.
func (g *Gate) Process(name string) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.Part().PID))
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == name+":" {
			n, _ := strconv.Atoi(fields[1])
			return n
		}
	}
	return 0
}
