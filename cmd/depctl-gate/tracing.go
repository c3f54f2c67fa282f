package main

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/spf13/pflag"
	"k8s.io/klog/v2"

	"depctl.dev/cmd/version"
	"depctl.dev/gate/trace"
)

// tracing is what the flags say of spans, and what the environment adds.
type tracing struct {
	endpoint string
	rate     int
	settings trace.Settings
}

func (t *tracing) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&t.endpoint, "trace-endpoint", "",
		"URL of an OpenTelemetry collector, such as http://collector:4318, to which spans of Jobs are sent by OTLP over HTTP when they have ended. Without it, OTEL_EXPORTER_OTLP_ENDPOINT counts, and without that none are. The other variables OTEL_EXPORTER_OTLP_* say the rest.")
	flags.IntVar(&t.rate, "trace-sampling-rate-per-million", trace.Million,
		"How many traces of a million are sent. A trace is sent as a whole or not at all.")
}

func (t *tracing) validate() (err error) {
	if t.rate < 0 || t.rate > trace.Million {
		return fmt.Errorf("--trace-sampling-rate-per-million must be from 0 to %d, got %d", trace.Million, t.rate)
	}
	t.settings, err = trace.SettingsFrom(t.endpoint, version.Get().Version, os.Getenv)
	if t.settings.SamplesPerMillion = t.rate; t.rate == 0 {
		t.settings.Endpoint = ""
	}
	return err
}

// start sends what the exporter is given until ctx is done; nil for no tracing. stop waits
// for the end of that.
func (t *tracing) start(ctx context.Context) (exporter *trace.Exporter, stop func()) {
	if t.settings.Endpoint == "" {
		return nil, func() {}
	}
	klog.FromContext(ctx).Info("Tracing", "endpoint", t.settings.Endpoint, "perMillion", t.rate)
	exporter = trace.NewExporter(t.settings)
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { exporter.Run(ctx) })
	return exporter, func() {
		cancel()
		wg.Wait()
	}
}
