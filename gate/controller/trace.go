package controller

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/metrics"
	"depctl.dev/gate/trace"
	"depctl.dev/lang"
)

const (
	// mostEnded is how many Jobs that have ended may wait until spans are made of them.
	mostEnded = 512
	// overlap is how much earlier than the end of the gate that led before a Job may have ended to
	// be told once more: that gate may not have sent it, and clocks differ.
	overlap = time.Minute
	// longestMissed is how long ago a Job may have ended that is told of.
	longestMissed = time.Hour
)

// traces knows which Jobs are to be told to the collector of traces. What is not safe to be
// called by several is called with the store's lock. A nil one does nothing.
type traces struct {
	exporter *trace.Exporter
	graphs   *trace.Graphs
	scope    Scope
	// ended are those that the watch has told of, and missed tells of more in list.
	ended  chan *batchv1.Job
	missed chan struct{}

	// reads and asks are the pace of what is asked of the API server.
	reads, asks *rate.Limiter

	mu   sync.Mutex
	list []lang.Ref

	// since is how late a Job must have ended to be told; zero while another gate leads. told
	// are those of them that were taken.
	since time.Time
	told  map[types.UID]bool
}

func newTraces(exporter *trace.Exporter, scope Scope) *traces {
	return &traces{
		exporter: exporter, graphs: trace.NewGraphs(), scope: scope,
		ended: make(chan *batchv1.Job, mostEnded), missed: make(chan struct{}, 1), told: map[types.UID]bool{},
		reads: rate.NewLimiter(readsPerSecond, 1), asks: rate.NewLimiter(asksPerSecond, 2*mostRights),
	}
}

// learn takes in what a Job waits for. object is the Job as the API server sent it.
func (t *traces) learn(job gate.Job, object any) {
	raw, isJob := object.(*batchv1.Job)
	if t == nil || !isJob {
		return
	}
	text := raw.Annotations[gate.DependsOnAnnotation]
	if len(text) > longText && !lang.IsListOfNames(text) {
		text = "" // the watch waits
	}
	t.graphs.Learn(job, text)
}

// see takes in the state of a Job. object is that as the API server sent it; where that is not
// known any more, the Job is read again.
func (t *traces) see(job gate.Job, object any) {
	if t == nil || t.since.IsZero() || !job.IsJob() || job.Object.Outcome == lang.Undecided ||
		job.Object.Finished.Before(t.since) || t.told[job.UID] || !t.scope.Has(job.Namespace) {
		return
	}
	raw, isJob := object.(*batchv1.Job)
	switch {
	case !isJob:
		t.miss(job.Identity())
	case !trace.Over(raw):
		return
	default:
		select {
		case t.ended <- raw:
		default:
			metrics.TracedJobs.WithLabelValues("dropped").Inc()
		}
	}
	t.told[job.UID] = true
}

// miss has a Job read.
func (t *traces) miss(ref lang.Ref) {
	t.mu.Lock()
	t.list = append(t.list, ref)
	t.mu.Unlock()
	select {
	case t.missed <- struct{}{}:
	default: // it is told already
	}
}

// forget takes in that a Job is gone.
func (t *traces) forget(job gate.Job) {
	if t != nil && job.IsJob() {
		t.graphs.Forget(job)
		delete(t.told, job.UID)
	}
}

// id returns the trace of a Job, and whether the Job has to do with others.
func (t *traces) id(ref lang.Ref) (id trace.ID, related bool) {
	if ref.Run != "" {
		return trace.OfRun(t.exporter.Cluster(), ref.Namespace, ref.Run), true
	}
	first, related := t.graphs.First(ref)
	if first == "" {
		return id, false
	}
	return trace.OfGraph(t.exporter.Cluster(), ref.Namespace, first), related
}

// leadTraces has told what ends from now on, and what has ended since another gate told it.
func (c *Controller) leadTraces() {
	now := c.clock.Now()
	since := now.Truncate(time.Second)
	if c.ledUntil != nil {
		if until := c.ledUntil(); !until.IsZero() && until.Before(now) {
			since = until.Add(-overlap)
		}
	}
	if oldest := now.Add(-longestMissed); since.Before(oldest) {
		since = oldest
	}
	s := c.store
	s.mu.Lock()
	defer s.mu.Unlock()
	s.traces.since = since
	for _, e := range s.entries {
		s.traces.see(e.job, nil)
	}
}

// traceEnded makes spans of what the watch has told of, until ctx is done.
func (c *Controller) traceEnded(ctx context.Context) {
	for {
		select {
		case job := <-c.store.traces.ended:
			c.store.traces.exporter.Offer(c.spans(ctx, job))
		case <-ctx.Done():
			return
		}
	}
}

// traceMissed reads Jobs that have ended unseen, one at a time, until ctx is done. It waits for
// the collector.
func (c *Controller) traceMissed(ctx context.Context) {
	t := c.store.traces
	for {
		select {
		case <-t.missed:
		case <-ctx.Done():
			return
		}
		t.mu.Lock()
		list := t.list
		t.list = nil
		t.mu.Unlock()
		slices.SortFunc(list, lang.Ref.Compare)
		for _, ref := range list {
			job, err := c.readMissed(ctx, ref)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				klog.FromContext(ctx).Error(err, "A Job that has ended is not told to the collector of traces", "job", klog.KRef(ref.Namespace, ref.Name))
				metrics.TracedJobs.WithLabelValues("dropped").Inc()
				continue
			}
			if job != nil && t.exporter.Give(ctx, c.spans(ctx, job)) != nil {
				return
			}
		}
	}
}
