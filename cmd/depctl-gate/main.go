// Command depctl-gate is the gate: the controller that holds Jobs until their
// dependencies are met. docs/design/README.md says how it works.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"

	"github.com/spf13/pflag"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/component-base/logs"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"

	"depctl.dev/cmd/version"
	"depctl.dev/gate/admission"
	"depctl.dev/gate/controller"
	"depctl.dev/gate/excerpt"
	"depctl.dev/gate/transport"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "version" {
		fmt.Println("depctl-gate", version.Get())
		return
	}
	options, err := parse(os.Args[1:])
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintf(os.Stderr, "error: %v\nSee 'depctl-gate --help'.\n", err)
		os.Exit(2)
	}
	if os.Getenv("GOGC") == "" {
		// What the gate knows of many Jobs lives long, and it makes little garbage: half
		// the usual room for that costs little and saves a third of the memory.
		debug.SetGCPercent(50)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err = run(ctx, options)
	logs.FlushLogs()
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

// run watches and releases until ctx is done.
func run(ctx context.Context, o options) error {
	config, err := clientcmd.BuildConfigFromFlags("", o.kubeconfig)
	if err != nil {
		return fmt.Errorf("finding the cluster (run in a Pod, or give --kubeconfig): %w", err)
	}
	config.UserAgent = rest.DefaultKubernetesUserAgent()
	config.QPS, config.Burst = o.qps, o.burst
	now := transport.NewServerTime(clock.RealClock{})
	config.Wrap(now.Wrap)
	config.Wrap(transport.GiveUp)
	client, err := excerpt.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("making the client: %w", err)
	}
	if o.retire {
		return retire(ctx, config, client, o)
	}
	// Questions about rights have a rate limit of their own: a release that does not
	// need any must not wait for those of others.
	asking, err := kubernetes.NewForConfig(rest.CopyConfig(config))
	if err != nil {
		return fmt.Errorf("making the client for access reviews: %w", err)
	}
	reporting, reportingHeld, err := o.reporting.client(config)
	if err != nil {
		return err
	}
	stopMetrics, err := o.reporting.serve()
	if err != nil {
		return err
	}
	defer stopMetrics()
	logger := klog.FromContext(ctx)
	// It outlives ctx: what is released while the queue drains is told, too.
	recorder, stopEvents, err := o.reporting.recorder(context.WithoutCancel(ctx), config)
	if err != nil {
		return err
	}
	defer stopEvents()
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("reading the kinds that can be waited for: %w", err)
	}
	names, err := metadata.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("reading what exists of the kinds that can be waited for: %w", err)
	}
	traces, stopTraces := o.tracing.start(ctx)
	defer stopTraces()
	scope := controller.Scope{Only: o.reach.namespaces, Except: o.reach.excluded}
	gate := controller.New(client, controller.Options{
		Workers:        o.workers,
		Recorder:       recorder,
		Conditions:     reporting,
		HeldConditions: reportingHeld,
		ConditionRate:  o.reporting.conditionRate,
		CrossNamespace: controller.CrossNamespace(o.reach.crossNamespace),
		Reviews:        asking.AuthorizationV1().SubjectAccessReviews(),
		Scope:          scope,
		Arrays:         o.reach.arrays,
		Results:        o.reach.results,
		Limits:         o.reach.limits,
		MaxStarting:    o.reach.maxStarting,
		RankPods:       o.reach.rankPods,
		Identity:       o.election.identity,
		Nudge:          o.reach.nudge,
		ObserveOnly:    o.reach.observeOnly,
		Clock:          now,
		Traces:         traces,
		LedUntil:       o.election.ledUntil,

		NamespaceMemory: o.reach.memory.Value(),
		Schedules:       o.reach.schedules,
		Held:            o.reach.held(),
		Kueue:           o.reach.kueue,
		Dynamic:         objects,
		Metadata:        names,
	})
	listener, err := net.Listen("tcp", o.probeAddress)
	if err != nil {
		return fmt.Errorf("listening for probes (--health-probe-bind-address): %w", err)
	}
	logger.Info("Starting", "version", version.Get().String(), "server", config.Host, "probes", listener.Addr().String())
	canBeCalled, stopWebhook, err := o.webhook.start(ctx, config, admission.NewHandler(scope, o.reach.results))
	if err != nil {
		return err
	}
	defer stopWebhook()
	stopProbes := serveProbes(listener, condition{gate.Synced(), "the Jobs (and what else is held) are not listed yet"},
		condition{canBeCalled, "the webhook has no certificate yet"})
	defer stopProbes()
	var watching sync.WaitGroup
	watching.Go(func() { gate.Watch(ctx) })
	err = o.election.run(ctx, config, gate.Lead)
	if err == nil {
		watching.Wait()
		logger.Info("Stopped")
	}
	return err
}
