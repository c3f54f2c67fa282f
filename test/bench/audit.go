package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// trace is what the API server's audit log says about one run.
type trace struct {
	// requests counts what the gate asked for, by verb and resource: events and
	// conditions, for which no release waits, among them.
	requests map[string]int
	// completed is when the Job controller's last status of each Job was written;
	// sent and answered are when the first patch of each Job by the gate came in,
	// and when it was answered.
	completed, sent, answered map[string]time.Time
}

// audited is where the log ends now.
func (b *bench) audited() (int64, error) {
	info, err := os.Stat(b.auditLog())
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (b *bench) auditLog() string { return filepath.Join(b.sandbox.Dir(), "audit.log") }

// trace reads the log from a place on.
func (b *bench) trace(namespace string, from int64) (*trace, error) {
	file, err := os.Open(b.auditLog())
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if _, err := file.Seek(from, io.SeekStart); err != nil {
		return nil, err
	}
	t := &trace{requests: map[string]int{}, completed: map[string]time.Time{}, sent: map[string]time.Time{}, answered: map[string]time.Time{}}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	about := []byte(`"namespace":"` + namespace + `"`)
	for lines.Scan() {
		if !bytes.Contains(lines.Bytes(), about) {
			continue
		}
		var r request
		if json.Unmarshal(lines.Bytes(), &r) == nil && r.ObjectRef.Namespace == namespace {
			t.add(r)
		}
	}
	return t, lines.Err()
}

// request is one entry of the log.
type request struct {
	Verb, UserAgent          string
	ObjectRef                struct{ Namespace, Resource, Subresource, Name string }
	ResponseStatus           struct{ Code int }
	RequestReceivedTimestamp time.Time
	StageTimestamp           time.Time
}

func (t *trace) add(r request) {
	what := strings.TrimSuffix(r.Verb+" "+r.ObjectRef.Resource+"/"+r.ObjectRef.Subresource, "/")
	switch program, _, _ := strings.Cut(r.UserAgent, "/"); {
	case program == "depctl-gate" || program == "ideal-gate":
		t.requests[what]++
		if _, known := t.sent[r.ObjectRef.Name]; !known && what == "patch jobs" && r.ResponseStatus.Code < 300 {
			t.sent[r.ObjectRef.Name], t.answered[r.ObjectRef.Name] = r.RequestReceivedTimestamp, r.StageTimestamp
		}
	case strings.HasSuffix(r.UserAgent, "job-controller") && what == "update jobs/status" && r.ResponseStatus.Code < 300:
		t.completed[r.ObjectRef.Name] = r.StageTimestamp
	}
}

// perJob returns the requests for each of so many Jobs: those that a release waits
// for, and all.
func (t *trace) perJob(jobs int) (critical, all float64) {
	for what, n := range t.requests {
		all += float64(n)
		if what == "patch jobs" || what == "patch pods" {
			critical += float64(n)
		}
	}
	return critical / float64(jobs), all / float64(jobs)
}

// split returns, for the steps of a workload in ascending order, how long after the
// Complete of the last prerequisite was written the release came in, and how long it
// took to be answered.
func (t *trace) split(w workload) (reactions, answers []time.Duration) {
	for _, s := range w.steps {
		var last time.Time
		for _, need := range s.needs {
			if at := t.completed[need]; at.After(last) {
				last = at
			}
		}
		if sent, ok := t.sent[s.name]; ok && !last.IsZero() {
			reactions = append(reactions, max(0, sent.Sub(last)))
			answers = append(answers, t.answered[s.name].Sub(sent))
		}
	}
	slices.Sort(reactions)
	slices.Sort(answers)
	return reactions, answers
}
