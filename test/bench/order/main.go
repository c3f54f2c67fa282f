package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/sandbox"
)

// options are what the flags say.
type options struct {
	bin        string
	slots      int
	takes      time.Duration
	rounds     int
	pods       int
	throughput bool
	near       bool
	only       *regexp.Regexp
}

func main() {
	var o options
	flag.StringVar(&o.bin, "bin", "", "the directory of kube, kwok, depctl-gate and depctl-scheduler")
	flag.IntVar(&o.slots, "slots", 8, "pods that run at once on each node")
	flag.DurationVar(&o.takes, "for", 3*time.Minute, "how long a graph and the work of others take by the work alone; lengths are scaled to that")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds of --throughput")
	flag.IntVar(&o.pods, "pods", 5000, "pods that wait in --throughput, and pairs of Jobs in --near")
	flag.BoolVar(&o.throughput, "throughput", false, "measure how many pods a second each scheduler places")
	flag.BoolVar(&o.near, "near", false, "measure how many pods go near their prerequisites")
	only := flag.String("only", "", "a regular expression: only the graphs whose names match")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if o.only, err = regexp.Compile(*only); err == nil {
		err = o.run(ctx)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

func (o options) run(ctx context.Context) error {
	switch {
	case o.throughput:
		return o.measureThroughput(ctx)
	case o.near:
		return o.measureNear(ctx)
	}
	return o.measureOrders(ctx)
}

// bench is a sandbox with both schedulers.
type bench struct {
	*sandbox.Sandbox
	client kubernetes.Interface
}

// start starts a sandbox with the gate's manifests and depctl-scheduler's.
func (o options) start(ctx context.Context, nodes int, cpu string) (*bench, error) {
	s, err := sandbox.Start(ctx, sandbox.Options{Bin: o.bin, Overlay: sandbox.Full, Ranked: true, Nodes: nodes, NodeCPU: cpu})
	if err != nil {
		return nil, err
	}
	b := &bench{Sandbox: s}
	if err = s.Install(ctx); err == nil {
		b.client, err = kubernetes.NewForConfig(s.Config())
	}
	if err != nil {
		_ = s.Stop()
		return nil, err
	}
	return b, nil
}
