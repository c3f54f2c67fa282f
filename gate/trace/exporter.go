package trace

import (
	"context"
	"errors"
	"net/http"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"k8s.io/klog/v2"

	"depctl.dev/gate/metrics"
)

const (
	// mostWaiting is how many Jobs may wait to be sent. One takes 2 KB, or 25 with all links and
	// texts that it can have.
	mostWaiting = 2048
	// mostAtOnce is how many Jobs one request has, and gather how long the first of them waits
	// for others.
	mostAtOnce = 256
	gather     = time.Second
	// firstRetry is after how long a request is tried again that the collector did not take,
	// doubled every time up to lastRetry.
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
	// farewell is how long the exporter goes on at its end.
	farewell = 3 * time.Second
)

// Exporter sends spans to a collector. Nobody waits for it.
type Exporter struct {
	settings Settings
	client   *http.Client
	waiting  chan Batch
	// first and last are firstRetry and lastRetry.
	first, last time.Duration
}

// NewExporter returns one that sends nothing before Run is called.
func NewExporter(s Settings) *Exporter {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: s.TLS, MaxIdleConns: 1, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
	}
	return &Exporter{
		settings: s, client: &http.Client{Transport: transport, Timeout: s.Timeout},
		waiting: make(chan Batch, mostWaiting), first: firstRetry, last: lastRetry,
	}
}

// Cluster tells clusters apart that send to one collector.
func (e *Exporter) Cluster() string { return e.settings.Cluster }

// Sampled reports whether a trace is sent.
func (e *Exporter) Sampled(trace ID) bool { return trace.Sampled(e.settings.SamplesPerMillion) }

// Offer takes the spans of a Job to be sent, or drops them if too many wait. It returns at once.
func (e *Exporter) Offer(spans Batch) {
	if len(spans) == 0 {
		return
	}
	select {
	case e.waiting <- spans:
	default:
		count(1, "dropped")
	}
}

// Give takes the spans of a Job to be sent, and waits for room. The error is that of ctx.
func (e *Exporter) Give(ctx context.Context, spans Batch) error {
	if len(spans) == 0 {
		return nil
	}
	select {
	case e.waiting <- spans:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func count(jobs int, result string) {
	metrics.TracedJobs.WithLabelValues(result).Add(float64(jobs))
}

// Run sends until ctx is done, and then for a moment what is left.
func (e *Exporter) Run(ctx context.Context) {
	defer e.client.CloseIdleConnections()
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(farewell, stop) })()
	for {
		select {
		case spans := <-e.waiting:
			e.deliver(ctx, sending, e.collect(ctx, spans))
		case <-ctx.Done():
			e.leave(sending)
			return
		}
	}
}

// collect adds to a Job those that come within a moment.
func (e *Exporter) collect(ctx context.Context, first Batch) (batch []Batch) {
	batch = append(batch, first)
	enough := time.After(gather)
	for len(batch) < mostAtOnce {
		select {
		case spans := <-e.waiting:
			batch = append(batch, spans)
		case <-enough:
			return batch
		case <-ctx.Done():
			return batch
		}
	}
	return batch
}

// leave sends what is left at the end, each once, and drops it where that fails.
func (e *Exporter) leave(ctx context.Context) {
	for {
		var batch []Batch
		for len(batch) < mostAtOnce && len(e.waiting) > 0 {
			batch = append(batch, <-e.waiting)
		}
		if len(batch) == 0 {
			return
		}
		result := "sent"
		if err := e.post(ctx, batch); err != nil {
			result = "dropped"
		}
		count(len(batch), result)
	}
}

// deliver sends some Jobs, and tries again until the collector takes or refuses them, or ctx
// is done. A request ends with sending.
func (e *Exporter) deliver(ctx, sending context.Context, batch []Batch) {
	logger, told := klog.FromContext(ctx), false
	for wait := e.first; ; wait = min(2*wait, e.last) {
		err := e.post(sending, batch)
		var no *refusal
		switch {
		case err == nil:
			count(len(batch), "sent")
			return
		case errors.As(err, &no) && no.lasting():
			logger.Error(err, "The collector of traces refuses spans", "endpoint", e.settings.Endpoint, "jobs", len(batch))
			count(len(batch), "refused")
			return
		case !told:
			told = true // once, and not at each try
			logger.Error(err, "The collector of traces does not take spans, trying again", "endpoint", e.settings.Endpoint)
		}
		select {
		case <-time.After(max(wait, retryAfter(no))):
		case <-ctx.Done():
			count(len(batch), "dropped")
			return
		}
	}
}

// message returns Jobs as a collector takes them. TracesData has the encoding of the request
// for which the collector's interface has a type of its own.
func (e *Exporter) message(batch []Batch) *tracepb.TracesData {
	scope := &tracepb.ScopeSpans{Scope: &commonpb.InstrumentationScope{Name: "depctl.dev/gate/trace"}}
	for _, spans := range batch {
		scope.Spans = append(scope.Spans, spans...)
	}
	return &tracepb.TracesData{ResourceSpans: []*tracepb.ResourceSpans{{
		Resource: &resourcepb.Resource{Attributes: e.settings.Resource}, ScopeSpans: []*tracepb.ScopeSpans{scope},
	}}}
}
