package metrics

import (
	"net/http"
	"sync"

	"k8s.io/component-base/metrics"
	"k8s.io/component-base/metrics/legacyregistry"
	// The metrics of the client, of leader election and of the queues.
	_ "k8s.io/component-base/metrics/prometheus/clientgo"

	"depctl.dev/gate"
)

// The metrics of the gate. None has a label that grows with the cluster, no Job and no
// namespace, but those of limits, which are bounded. docs/reference/metrics.md lists them.
var (
	ReleasedTotal = metrics.NewCounter(&metrics.CounterOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "released_total", StabilityLevel: metrics.ALPHA,
		Help: "Jobs that were released.",
	})
	FailedTotal = metrics.NewCounterVec(&metrics.CounterOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "failed_total", StabilityLevel: metrics.ALPHA,
		Help: "Jobs that the gate failed because their dependencies could not be met, by reason.",
	}, []string{"reason"})
	ReleaseLatency = metrics.NewHistogram(&metrics.HistogramOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "release_latency_seconds", StabilityLevel: metrics.ALPHA,
		Help:    "Time from when the gate saw what made a release possible until the API server acknowledged the patch, including tries that failed.",
		Buckets: []float64{0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300},
	})
	DecisionLatency = metrics.NewHistogram(&metrics.HistogramOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "decision_latency_seconds", StabilityLevel: metrics.ALPHA,
		Help:    "Part of depctl_gate_release_latency_seconds that is the gate's own: from when the gate saw what made a release possible until it sent the patch, including the wait for a free worker.",
		Buckets: []float64{0.00005, 0.0001, 0.0002, 0.0003, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60},
	})
	KnownJobs = metrics.NewGauge(&metrics.GaugeOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "jobs", StabilityLevel: metrics.ALPHA,
		Help: "Jobs that the gate knows, annotated or not.",
	})
	WaitingJobs = metrics.NewGaugeVec(&metrics.GaugeOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "waiting_jobs", StabilityLevel: metrics.ALPHA,
		Help: "Jobs that are held, by state: waiting, held (by a person), invalid (an annotation), blocked (as things stand it never runs).",
	}, []string{"state"})
	DecisionsTotal = metrics.NewCounterVec(&metrics.CounterOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "decisions_total", StabilityLevel: metrics.ALPHA,
		Help: "Decisions about Jobs, by action and reason. The reason is empty where nothing is to be said.",
	}, []string{"action", "reason"})
	PatchRefusals = metrics.NewCounterVec(&metrics.CounterOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "patch_refusals_total", StabilityLevel: metrics.ALPHA,
		Help: "Patches that the API server refused, by action. Some are normal: the Job changed while it was decided.",
	}, []string{"action"})
	ElementsReleased = metrics.NewCounter(&metrics.CounterOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "elements_released_total", StabilityLevel: metrics.ALPHA,
		Help: "Pods that were released, of Jobs that are released element by element.",
	})
	ElementsFailed = metrics.NewCounter(&metrics.CounterOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "elements_failed_total", StabilityLevel: metrics.ALPHA,
		Help: "Pods that were failed because their dependencies could not be met, of Jobs that are released element by element.",
	})
	NudgesTotal = metrics.NewCounter(&metrics.CounterOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "nudges_total", StabilityLevel: metrics.ALPHA,
		Help: "Nudges: Jobs whose last pod had succeeded, and which the Job controller was made to look at.",
	})
	ConditionWrites = metrics.NewCounterVec(&metrics.CounterOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "condition_writes_total", StabilityLevel: metrics.ALPHA,
		Help: "Conditions that were written to Jobs, by result: written or error.",
	}, []string{"result"})
	LimitTokens = metrics.NewGaugeVec(&metrics.GaugeOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "limit_tokens", StabilityLevel: metrics.ALPHA,
		Help: "Tokens that a limit has. Of 1,000 limits that Jobs use or wait for.",
	}, []string{"namespace", "limit"})
	LimitUsed = metrics.NewGaugeVec(&metrics.GaugeOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "limit_used", StabilityLevel: metrics.ALPHA,
		Help: "Tokens of a limit that are in use, or given to Jobs that are about to be released.",
	}, []string{"namespace", "limit"})
	LimitWaiting = metrics.NewGaugeVec(&metrics.GaugeOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "limit_waiting", StabilityLevel: metrics.ALPHA,
		Help: "Jobs that wait for tokens of a limit.",
	}, []string{"namespace", "limit"})
	EventsDropped = metrics.NewCounter(&metrics.CounterOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "events_dropped_total", StabilityLevel: metrics.ALPHA,
		Help: "Events that were dropped because too many were waiting to be sent: 2,000, or 200 warnings of one namespace.",
	})
	TracedJobs = metrics.NewCounterVec(&metrics.CounterOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "traced_jobs_total", StabilityLevel: metrics.ALPHA,
		Help: "Jobs that have ended and were to be told to the collector of traces, by result: sent, refused (by the collector), dropped (too many were waiting to be sent, or the gate ended).",
	}, []string{"result"})
	buildInfo = metrics.NewGaugeVec(&metrics.GaugeOpts{
		Namespace: "depctl", Subsystem: "gate", Name: "build_info", StabilityLevel: metrics.ALPHA,
		Help: "Always 1; the labels say which build this is.",
	}, []string{"version", "commit", "go_version"})
)

var registering sync.Once

// Handler registers the metrics of the gate, which count nothing before, and
// returns what serves them.
func Handler(version, commit, goVersion string) http.Handler {
	registering.Do(func() {
		legacyregistry.MustRegister(ReleasedTotal, FailedTotal, ReleaseLatency, DecisionLatency, KnownJobs, WaitingJobs, DecisionsTotal, PatchRefusals,
			ElementsReleased, ElementsFailed, NudgesTotal, ConditionWrites, EventsDropped, LimitTokens, LimitUsed, LimitWaiting, TracedJobs, buildInfo)
		buildInfo.WithLabelValues(version, commit, goVersion).Set(1)
		// What is counted for the first time was zero before, or no rate shows it.
		for _, reason := range []string{gate.ReasonDependencyFailed, gate.ReasonDependencyTimeout, gate.ReasonRunFailed, gate.ReasonNotTaken} {
			FailedTotal.WithLabelValues(reason)
		}
		for _, action := range []gate.Action{gate.Releasing, gate.Failing} {
			PatchRefusals.WithLabelValues(action.String())
		}
		for _, result := range []string{"written", "error"} {
			ConditionWrites.WithLabelValues(result)
		}
		for _, result := range []string{"sent", "refused", "dropped"} {
			TracedJobs.WithLabelValues(result)
		}
		for _, state := range waitingStates {
			WaitingJobs.WithLabelValues(string(state))
		}
	})
	return legacyregistry.Handler()
}
