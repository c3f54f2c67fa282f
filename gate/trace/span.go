package trace

import (
	"cmp"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

const (
	// MaxLinks is how many links a span has at most, as in OpenTelemetry's SDKs.
	MaxLinks = 128
	// longestText is how much is told of an expression or a message, in bytes.
	longestText = 4 << 10
	// sampled is the flag of W3C Trace Context that says that a trace is sent.
	sampled = 1
)

// Link leads to the span of a prerequisite.
type Link struct {
	Trace ID
	Job   types.UID
	// Name is the prerequisite, as expressions name it.
	Name string
}

// Batch is the spans of one Job.
type Batch []*tracepb.Span

// Over reports whether a Job has ended for good, and nothing is left to tell of it later.
func Over(job *batchv1.Job) bool {
	_, over := end(job)
	return over
}

// Spans returns the spans of a Job that is over: one from its creation to its end, and in it
// those of its wait for the release, of its start, and of its run. It returns nil for any
// other Job.
func Spans(job *batchv1.Job, trace ID, links []Link) Batch {
	ended, over := end(job)
	if !over {
		return nil
	}
	observed := gate.Observe(job)
	release := gate.ReleaseOf(job)
	whole := span(trace, OfJob(job.UID), SpanID{}, observed.Step().Name, job.CreationTimestamp.Time, ended)
	whole.Attributes = attributes(job, observed, release)
	whole.Status = status(job, observed)
	whole.DroppedLinksCount = uint32(max(len(links)-MaxLinks, 0))
	for _, l := range links[:min(len(links), MaxLinks)] {
		to := OfJob(l.Job)
		whole.Links = append(whole.Links, &tracepb.Span_Link{
			TraceId: l.Trace[:], SpanId: to[:], Flags: sampled, Attributes: text(nil, "depctl.prerequisite", l.Name),
		})
	}
	spans := Batch{whole}
	part := func(name string, from, to time.Time) {
		spans = append(spans, span(trace, spanID(job.UID, name), OfJob(job.UID), name, from, to))
	}
	// The API server keeps most times to the second, so one that is later may seem earlier.
	at := job.CreationTimestamp.Time
	within := func(t time.Time) time.Time {
		if t.Before(at) {
			t = at
		}
		if t.After(ended) {
			t = ended
		}
		return t
	}
	started := observed.Started
	switch {
	case release != nil && !release.At.IsZero():
		released := within(release.At)
		part("wait", at, released)
		at = released
	case started.IsZero() || observed.AsksToWait() && release == nil:
		part("wait", at, ended)
		return spans
	}
	if started.IsZero() {
		part("start", at, ended)
		return spans
	}
	began := within(started)
	part("start", at, began)
	part("run", began, ended)
	return spans
}

// end returns when a Job ended, and whether it has. One that the gate failed ended when it
// said so, which the Job controller confirms later.
func end(job *batchv1.Job) (at time.Time, over bool) {
	for i := range job.Status.Conditions {
		c := &job.Status.Conditions[i]
		if c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) {
			at, over = c.LastTransitionTime.Time, true
			if c.Type == batchv1.JobComplete && job.Status.CompletionTime != nil {
				at = job.Status.CompletionTime.Time
			}
		}
	}
	return at, over
}

func span(trace ID, id, parent SpanID, name string, from, to time.Time) *tracepb.Span {
	s := &tracepb.Span{
		TraceId: trace[:], SpanId: id[:], Name: name, Kind: tracepb.Span_SPAN_KIND_INTERNAL, Flags: sampled,
		StartTimeUnixNano: nanoseconds(from), EndTimeUnixNano: nanoseconds(to),
	}
	if parent != (SpanID{}) {
		s.ParentSpanId = parent[:]
	}
	return s
}

func nanoseconds(t time.Time) uint64 { return uint64(max(t.UnixNano(), 0)) }

// status returns an error for a Job that has failed. One that was skipped has not.
func status(job *batchv1.Job, observed gate.Job) *tracepb.Status {
	switch observed.Object.Outcome {
	case lang.Succeeded:
		return &tracepb.Status{Code: tracepb.Status_STATUS_CODE_OK}
	case lang.Failed:
		return &tracepb.Status{Code: tracepb.Status_STATUS_CODE_ERROR, Message: gate.Clip(cmp.Or(message(job), observed.Object.Reason), longestText)}
	default:
		return nil
	}
}

func message(job *batchv1.Job) string {
	for i := range job.Status.Conditions {
		if c := &job.Status.Conditions[i]; c.Type == batchv1.JobFailed && c.Status == corev1.ConditionTrue {
			return c.Message
		}
	}
	return ""
}

// cronJob returns the name of the CronJob that owns a Job, empty if none does.
func cronJob(job *batchv1.Job) string {
	if owner := metav1.GetControllerOfNoCopy(job); owner != nil && owner.Kind == "CronJob" {
		return owner.Name
	}
	return ""
}
