package integration

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// collector is a stand-in for a collector of traces. It keeps the spans by their id, and what came
// twice and was not the same.
type collector struct {
	mu      sync.Mutex
	spans   map[string]*tracepb.Span
	times   map[string]int
	strange []string
}

func newCollector(t *testing.T) (*collector, string) {
	c := &collector{spans: map[string]*tracepb.Span{}, times: map[string]int{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return c, server.URL
}

func (c *collector) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	data := &tracepb.TracesData{}
	if err == nil {
		err = proto.Unmarshal(body, data)
	}
	if err != nil {
		c.strange = append(c.strange, err.Error())
	}
	for _, resource := range data.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, s := range scope.Spans {
				id := string(s.SpanId)
				if known := c.spans[id]; known != nil && !proto.Equal(known, s) {
					c.strange = append(c.strange, fmt.Sprintf("%v\nis not\n%v", s, known))
				}
				c.spans[id] = s
				c.times[id]++
			}
		}
	}
}

// of returns the span of a Job, and its parts by name; nil while there is none.
func (c *collector) of(job *batchv1.Job) (whole *tracepb.Span, parts map[string]*tracepb.Span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.spans {
		for _, a := range s.Attributes {
			if a.Key == "k8s.job.uid" && a.Value.GetStringValue() == string(job.UID) {
				whole = s
			}
		}
	}
	parts = map[string]*tracepb.Span{}
	for _, s := range c.spans {
		if whole != nil && bytes.Equal(s.ParentSpanId, whole.SpanId) {
			parts[s.Name] = s
		}
	}
	return whole, parts
}

// traced waits for the span of a Job.
func (s *space) traced(c *collector, job *batchv1.Job) (whole *tracepb.Span, parts map[string]*tracepb.Span) {
	s.t.Helper()
	s.until("the span of "+job.Name, func() bool {
		whole, parts = c.of(job)
		return whole != nil
	})
	return whole, parts
}

func TestATraceOutlivesTheGate(t *testing.T) {
	t.Parallel()
	collector, url := newCollector(t)
	c := ownCluster(t)
	s, other := c.namespace(t), c.namespace(t)
	first := c.candidate(t, "--trace-endpoint="+url)
	leader := c.leads(t, "")
	alone := s.make("alone", "")
	other.make("foreign", "")
	extract := s.make("extract", "")
	load := s.make("load", "extract or "+other.name+"/foreign")
	late := s.make("late", "load", untilTold)
	step := s.make("nightly-a", "", func(j *batchv1.Job) {
		j.Labels = map[string]string{gate.RunLabel: "nightly", gate.StepLabel: "a"}
	})
	next := s.make("nightly-b", "a, load@", func(j *batchv1.Job) {
		j.Labels = map[string]string{gate.RunLabel: "nightly", gate.StepLabel: "b"}
	})

	root, _ := s.traced(collector, extract)
	whole, parts := s.traced(collector, load)
	require.Equal(t, root.TraceId, whole.TraceId)
	require.Len(t, whole.Links, 1, "none to a Job that it may not look at")
	require.Equal(t, root.SpanId, whole.Links[0].SpanId)
	require.Equal(t, root.TraceId, whole.Links[0].TraceId)
	require.Len(t, parts, 3)
	require.Equal(t, parts["wait"].EndTimeUnixNano, parts["start"].StartTimeUnixNano)
	require.Equal(t, parts["start"].EndTimeUnixNano, parts["run"].StartTimeUnixNano)
	require.Equal(t, whole.EndTimeUnixNano, parts["run"].EndTimeUnixNano)

	ofStep, _ := s.traced(collector, step)
	ofNext, _ := s.traced(collector, next)
	require.Equal(t, "a", ofStep.Name)
	require.Equal(t, ofStep.TraceId, ofNext.TraceId)
	require.NotEqual(t, root.TraceId, ofNext.TraceId)
	require.Len(t, ofNext.Links, 2)
	require.Equal(t, ofStep.SpanId, ofNext.Links[0].SpanId)
	require.Equal(t, whole.TraceId, ofNext.Links[1].TraceId, "a link leads out of the run")

	require.NoError(t, first.Kill())
	s.tell("late")
	s.completes("late")
	second := c.candidate(t, "--trace-endpoint="+url)
	c.leads(t, leader)
	lately, _ := s.traced(collector, late)
	require.Equal(t, root.TraceId, lately.TraceId, "it ended while there was no gate, and belongs to the same trace")
	require.Equal(t, whole.SpanId, lately.Links[0].SpanId)

	end := s.make("end", "late")
	last, _ := s.traced(collector, end)
	require.Equal(t, root.TraceId, last.TraceId)
	told, _ := collector.of(alone)
	require.Nil(t, told, "it has to do with nobody")
	collector.mu.Lock()
	require.Empty(t, collector.strange, "what is sent twice is the same")
	require.Equal(t, 1, collector.times[string(last.SpanId)])
	collector.mu.Unlock()
	figures, err := second.Scrape(t.Context())
	require.NoError(t, err)
	require.Positive(t, figures[`depctl_gate_traced_jobs_total{result="sent"}`])
}

// What a collector does must not be felt.
func TestACollectorThatHangsDelaysNoRelease(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 1000)
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(hanging.Close)
	c := ownCluster(t)
	s := c.namespace(t)
	gate, err := c.StartGate(t.Context(), sandbox.GateOptions{Args: []string{"--trace-endpoint=" + hanging.URL}})
	require.NoError(t, err)
	require.NoError(t, gate.WaitReady(t.Context()))
	s.make("root", "")
	s.make("a", "root")
	s.completes("a")
	<-asked
	var names []string
	for i := range 50 {
		names = append(names, fmt.Sprintf("leaf-%d", i))
		s.make(names[i], "a")
	}
	s.completes(names...)
	require.NoError(t, gate.Stop(), "it ends in time, too")
}
