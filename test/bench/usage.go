package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
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
}

func (u usage) since(before usage) usage { return usage{cpu: u.cpu - before.cpu, peak: u.peak} }

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
	return usage{cpu: time.Duration(seconds * float64(time.Second)), peak: int(peak)}, nil
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

// requests counts what was asked of the API server about a namespace, by who asked:
// the gate by its user agent, where conditions have one of their own.
type requests map[string]int

// requests reads the audit log.
func (b *bench) requests(namespace string) (requests, error) {
	file, err := os.Open(filepath.Join(b.sandbox.Dir(), "audit.log"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	counts := requests{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	about := []byte(`"namespace":"` + namespace + `"`)
	for lines.Scan() {
		if !bytes.Contains(lines.Bytes(), about) {
			continue
		}
		var r struct {
			Verb, UserAgent string
			ObjectRef       struct{ Namespace, Resource, Subresource string }
		}
		if json.Unmarshal(lines.Bytes(), &r) != nil || r.ObjectRef.Namespace != namespace {
			continue
		}
		if program, _, _ := strings.Cut(r.UserAgent, "/"); program == "depctl-gate" || program == "ideal-gate" {
			what := strings.TrimSuffix(r.Verb+" "+r.ObjectRef.Resource+"/"+r.ObjectRef.Subresource, "/")
			counts[what]++
		}
	}
	return counts, lines.Err()
}

// critical are those for which a release waits, and all is all of them, for each
// of so many Jobs.
func (r requests) perJob(jobs int) (critical, all float64) {
	for what, n := range r {
		all += float64(n)
		if what == "patch jobs" || what == "patch pods" {
			critical += float64(n)
		}
	}
	return critical / float64(jobs), all / float64(jobs)
}
