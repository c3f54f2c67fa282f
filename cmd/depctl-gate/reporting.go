package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/events"
	_ "k8s.io/component-base/logs/json/register" // --logging-format=json
	"k8s.io/utils/clock"

	"depctl.dev/cmd/version"
	"depctl.dev/gate/controller"
	"depctl.dev/gate/event"
	"depctl.dev/gate/metrics"
	"depctl.dev/gate/transport"
)

// reporting is what the flags say of how the gate tells of itself.
type reporting struct {
	metricsAddress string
	profiling      bool
	conditionRate  float32
	eventRate      float32
	eventBurst     int
}

func (r *reporting) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&r.metricsAddress, "metrics-bind-address", ":8080",
		"Address on which /metrics is served, over http; 0 turns it off.")
	flags.BoolVar(&r.profiling, "profiling", false,
		"Serve profiles under /debug/pprof/ on the address of the metrics.")
	flags.Float32Var(&r.conditionRate, "report-qps", 20,
		"Conditions that are written to Jobs per second, at most; 0 turns them off. Releases do not count, and never wait for it.")
	flags.Float32Var(&r.eventRate, "event-qps", 20, "Events of releases that are sent per second, on average; 0 turns all events off. Warnings are sent at once.")
	flags.IntVar(&r.eventBurst, "event-burst", 100, "Events that are sent at once, above the average.")
}

func (r *reporting) validate() error {
	switch {
	case r.conditionRate < 0:
		return fmt.Errorf("--report-qps must be 0 or more, got %v", r.conditionRate)
	case r.eventRate < 0:
		return fmt.Errorf("--event-qps must be 0 or more, got %v", r.eventRate)
	case r.eventBurst < 1:
		return fmt.Errorf("--event-burst must be at least 1, got %d", r.eventBurst)
	case r.profiling && r.metricsAddress == "0":
		return fmt.Errorf("--profiling needs the address of --metrics-bind-address, which is 0")
	}
	return nil
}

// recorder returns what takes events, nil for none. On a control plane that is at its
// limit, a release that is told at once takes the time of another one; so only
// warnings are sent at once.
func (r *reporting) recorder(ctx context.Context, config *rest.Config) (recorder event.Recorder, stop func(), err error) {
	if r.eventRate == 0 {
		return nil, func() {}, nil
	}
	warnings, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, nil, fmt.Errorf("making the client for warnings: %w", err)
	}
	config = rest.CopyConfig(config)
	config.QPS, config.Burst = r.eventRate, r.eventBurst
	config.Wrap(transport.NewAdaptiveThrottle(clock.RealClock{}).Wrap)
	others, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, nil, fmt.Errorf("making the client for events: %w", err)
	}
	broadcaster := events.NewBroadcaster(event.NewSink(warnings.EventsV1(), others.EventsV1()))
	if err := broadcaster.StartRecordingToSinkWithContext(ctx); err != nil {
		return nil, nil, fmt.Errorf("starting to send events: %w", err)
	}
	return broadcaster.NewRecorder(scheme(), controller.FieldManager), broadcaster.Shutdown, nil
}

// client returns the client for conditions. It has a pace, their writer has a rate,
// and it has a name in the API server's audit log.
func (r *reporting) client(config *rest.Config) (kubernetes.Interface, dynamic.Interface, error) {
	config = rest.AddUserAgent(rest.CopyConfig(config), "conditions")
	config.QPS = -1
	config.Wrap(transport.NewAdaptiveThrottle(clock.RealClock{}).Wrap)
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, nil, fmt.Errorf("making the client for conditions: %w", err)
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, nil, fmt.Errorf("making the client for conditions of other kinds than Jobs: %w", err)
	}
	return client, objects, nil
}

// serve serves the metrics. The function it returns stops that.
func (r *reporting) serve() (stop func(), err error) {
	if r.metricsAddress == "0" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", r.metricsAddress)
	if err != nil {
		return nil, fmt.Errorf("listening for metrics (--metrics-bind-address): %w", err)
	}
	server := &http.Server{Handler: r.handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	// At once: a scrape or a profile must not hold up the end.
	return func() { _ = server.Close() }, nil
}

func (r *reporting) handler() http.Handler {
	mux := http.NewServeMux()
	build := version.Get()
	mux.Handle("GET /metrics", metrics.Handler(build.Version, build.Commit, build.Go))
	if r.profiling {
		mux.HandleFunc("/debug/pprof/", pprof.Index)
		mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	}
	return mux
}
