package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/test/sandbox"
)

// options are what the flags say.
type options struct {
	bin                        string
	jobs, running, needs, rate int
	length                     time.Duration
	profiles, curve            string
	sizes                      []int
	gate                       []string
	gates                      int
}

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2) // the flags have said why
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := func() error { _, err := replay(ctx, o); return err }
	if o.gates > 0 {
		run = func() error { return burst(ctx, o) }
	}
	if o.curve != "" {
		run = func() error { return draw(ctx, o) }
	}
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.StringVar(&o.bin, "bin", "", "the directory of kube and depctl-gate (default bin at the root of the module)")
	flags.IntVar(&o.jobs, "jobs", 100_000, "Jobs that wait")
	flags.IntVar(&o.running, "running", 0, "Jobs that run, for which the others wait (as many as wait if it is 0)")
	flags.IntVar(&o.needs, "needs", 10, "how many each waits for")
	flags.IntVar(&o.rate, "rate", 500, "completions a second")
	flags.DurationVar(&o.length, "for", time.Minute, "how long Jobs complete")
	flags.StringVar(&o.profiles, "profiles", "", "a directory for profiles of the gate: start.pprof, heap.pprof and steady.pprof (default none)")
	flags.StringVar(&o.curve, "curve", "", "an SVG file: run with each of --sizes, print a table and draw the plot (default none)")
	o.sizes = []int{1000, 3000, 10_000, 30_000, 100_000}
	flags.Func("sizes", "numbers of Jobs that wait, for --curve (default 1000,3000,10000,30000,100000)", func(text string) error {
		o.sizes = nil
		for one := range strings.SplitSeq(text, ",") {
			n, err := strconv.Atoi(one)
			if err != nil {
				return err
			}
			o.sizes = append(o.sizes, n)
		}
		return nil
	})
	flags.IntVar(&o.gates, "gates", 0, "complete all Jobs at once, in as many namespaces as this, each with a gate of its own, and say how many releases a second there are (default: one gate, and --rate)")
	flags.Func("gate", "a flag of the gate, such as --workers=32; may be repeated", func(text string) error {
		o.gate = append(o.gate, text)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.running == 0 {
		o.running = o.jobs
	}
	return o, nil
}

// result is what one replay says.
type result struct {
	jobs, edges int
	// listed is from the start of the gate until it is ready, decided from there
	// until it has decided about all, and peak the most memory until then, in MiB.
	listed, decided time.Duration
	peak            float64
	// reactions are from before a completion is written until the release is seen.
	reactions []time.Duration
}

func replay(ctx context.Context, o options) (r result, err error) {
	s, store, err := control(ctx, o)
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	scene := newScene(metav1.NamespaceDefault, o.jobs, o.running, o.needs)
	began := time.Now()
	if err := store.load(ctx, slices.Concat(scene.running, scene.waiting)); err != nil {
		return result{}, err
	}
	r.jobs, r.edges = o.jobs+o.running, o.jobs*min(o.needs, o.running)
	fmt.Printf("wrote %d Jobs, %d edges, in %.1f s\n", r.jobs, r.edges, time.Since(began).Seconds())
	gate, err := start(ctx, s, o, &r)
	if err != nil || o.length == 0 {
		return r, err
	}
	r.reactions, err = sustain(ctx, s, gate, scene, store, o)
	return r, err
}

// control starts an API server with the gate's manifests and nothing but etcd behind it.
func control(ctx context.Context, o options) (*sandbox.Sandbox, etcd, error) {
	s, err := sandbox.Start(ctx, sandbox.Options{Bin: o.bin, APIOnly: true})
	if err != nil {
		return nil, etcd{}, err
	}
	url := ""
	if err = s.Install(ctx); err == nil {
		url, err = s.Etcd()
	}
	if err != nil {
		return nil, etcd{}, errors.Join(err, s.Stop())
	}
	return s, etcd{url}, nil
}
