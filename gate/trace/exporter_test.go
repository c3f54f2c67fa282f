package trace

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"depctl.dev/gate/metrics"
)

// collector is a stand-in for a collector. It gives the answers that are listed, and then takes all.
type collector struct {
	t       *testing.T
	mu      sync.Mutex
	answers []int
	bodies  [][]byte
	took    chan *tracepb.TracesData
}

func newCollector(t *testing.T, answers ...int) (*collector, string) {
	c := &collector{t: t, answers: answers, took: make(chan *tracepb.TracesData, 100)}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return c, server.URL
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	reader := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if reader, err = gzip.NewReader(r.Body); err != nil {
			c.t.Error(err)
			return
		}
	}
	body, err := io.ReadAll(reader)
	if err != nil || r.Header.Get("Content-Type") != "application/x-protobuf" || r.URL.Path != "/v1/traces" {
		c.t.Error(r.URL, r.Header, err)
	}
	c.bodies = append(c.bodies, body)
	if len(c.answers) > 0 {
		w.WriteHeader(c.answers[0])
		c.answers = c.answers[1:]
		return
	}
	data := &tracepb.TracesData{}
	if err := proto.Unmarshal(body, data); err != nil {
		c.t.Error(err)
	}
	c.took <- data
}

// run returns an exporter that runs, and what ends it.
func run(t *testing.T, endpoint string, change func(*Settings)) (*Exporter, func()) {
	s, err := SettingsFrom(endpoint, "v1", func(string) string { return "" })
	require.NoError(t, err)
	s.SamplesPerMillion = Million
	if change != nil {
		change(&s)
	}
	e := NewExporter(s)
	e.first, e.last = time.Millisecond, 2*time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { e.Run(ctx) })
	stop := func() {
		cancel()
		wg.Wait()
	}
	t.Cleanup(stop)
	return e, stop
}

func batch() Batch { return Spans(jobs["one that waits for nothing"], ID{1}, nil) }

func counted(t *testing.T, result string) float64 {
	w := httptest.NewRecorder()
	metrics.Handler("", "", "").ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	_, after, found := strings.Cut(w.Body.String(), `depctl_gate_traced_jobs_total{result="`+result+`"} `)
	require.True(t, found)
	text, _, _ := strings.Cut(after, "\n")
	value, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return value
}

// These count, so they run one after the other.
func TestExporter(t *testing.T) {
	t.Run("sends what it is given, with the resource, packed if it is to be", func(t *testing.T) {
		c, url := newCollector(t)
		e, _ := run(t, url, func(s *Settings) { s.Gzip = true })
		before := counted(t, "sent")
		e.Offer(batch())
		data := <-c.took
		require.Len(t, data.ResourceSpans, 1)
		require.Equal(t, "service.name", data.ResourceSpans[0].Resource.Attributes[0].Key)
		require.Len(t, data.ResourceSpans[0].ScopeSpans[0].Spans, 3)
		require.Eventually(t, func() bool { return counted(t, "sent") == before+1 }, time.Minute, time.Millisecond)
	})

	t.Run("tries again what is not taken, with the same bytes", func(t *testing.T) {
		c, url := newCollector(t, http.StatusServiceUnavailable, http.StatusTooManyRequests)
		e, _ := run(t, url, nil)
		e.Offer(batch())
		<-c.took
		c.mu.Lock()
		defer c.mu.Unlock()
		require.Len(t, c.bodies, 3)
		require.Equal(t, c.bodies[0], c.bodies[2])
	})

	t.Run("gives up what is refused, and goes on", func(t *testing.T) {
		c, url := newCollector(t, http.StatusBadRequest)
		e, _ := run(t, url, nil)
		before := counted(t, "refused")
		e.Offer(batch())
		require.Eventually(t, func() bool { return counted(t, "refused") == before+1 }, time.Minute, time.Millisecond)
		e.Offer(batch())
		<-c.took
	})

	t.Run("drops what is too much for a collector that hangs, and nobody waits", func(t *testing.T) {
		hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}))
		t.Cleanup(hanging.Close)
		e, stop := run(t, hanging.URL, nil)
		before := counted(t, "dropped")
		const all = 3 * mostWaiting
		for range all {
			e.Offer(batch())
		}
		require.GreaterOrEqual(t, counted(t, "dropped")-before, float64(all-mostWaiting-mostAtOnce))
		began := time.Now()
		stop()
		require.Less(t, time.Since(began), 2*farewell, "the end does not wait for the timeout of requests")
		require.Equal(t, float64(all), counted(t, "dropped")-before)
	})

	t.Run("sends what is left at the end", func(t *testing.T) {
		c, url := newCollector(t)
		s, err := SettingsFrom(url, "v1", func(string) string { return "" })
		require.NoError(t, err)
		e := NewExporter(s)
		e.Offer(batch())
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		e.Run(ctx)
		require.Len(t, c.took, 1)
	})

	t.Run("who gives with patience waits for room", func(t *testing.T) {
		e := NewExporter(Settings{})
		for range mostWaiting {
			require.NoError(t, e.Give(t.Context(), batch()))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, e.Give(ctx, batch()), context.Canceled)
	})
}
