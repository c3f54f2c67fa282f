package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"depctl.dev/test/fault"
	"depctl.dev/test/sandbox"
)

// options are what the flags say.
type options struct {
	length time.Duration
	seed   uint64
	jobs   int
	faults []fault.Kind
	bin    string
}

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2) // the flags have said why
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	violations, err := run(ctx, o)
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
	}
	if err != nil || violations > 0 {
		os.Exit(1)
	}
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.DurationVar(&o.length, "for", time.Hour, "how long to run; the last graph is run to its end")
	flags.Uint64Var(&o.seed, "seed", 1, "the seed of the first graph, and of which faults it gets")
	flags.IntVar(&o.jobs, "jobs", 150, "how many Jobs a graph has")
	flags.StringVar(&o.bin, "bin", "", "the directory of kube, kwok and depctl-gate (default bin at the root of the module)")
	flags.Func("faults", "only these, with commas between: "+strings.Join(fault.Names(fault.Kinds), ","), func(text string) error {
		o.faults, err = fault.Named(strings.Split(text, ",")...)
		return err
	})
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.faults == nil {
		o.faults, err = fault.Named()
	}
	return o, err
}

// run soaks until the time is over or ctx is done.
func run(ctx context.Context, o options) (violations int, err error) {
	s, err := sandbox.Start(ctx, sandbox.Options{Bin: o.bin, Overlay: sandbox.Schedules, Flags: map[string][]string{
		// An hour of this would fill the disk.
		sandbox.APIServer: {"--etcd-compaction-interval=1m", "--event-ttl=2m"},
	}})
	if err != nil {
		return 0, err
	}
	defer func() {
		if stopped := s.Stop(); err == nil {
			err = stopped
		}
	}()
	soak, err := begin(ctx, s, o)
	if err != nil {
		return 0, err
	}
	defer soak.end()
	deadline := soak.start.Add(o.length)
	for seed := o.seed; ctx.Err() == nil && time.Now().Before(deadline); seed++ {
		if err := soak.round(ctx, seed); err != nil {
			soak.violate(fmt.Errorf("seed %d: %w", seed, err))
		}
	}
	return soak.summary(ctx), nil
}
