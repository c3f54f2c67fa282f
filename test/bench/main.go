package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"depctl.dev/test/sandbox"
)

// options are what the flags say.
type options struct {
	bin, out, workflows string
	quick               bool
	rounds              int
	only                *regexp.Regexp
	gates               *regexp.Regexp
}

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2) // the flags have said why
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := measureAll(ctx, o); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&o.bin, "bin", "", "the directory of kube, kwok and depctl-gate (default bin at the root of the module)")
	flags.StringVar(&o.out, "out", "test/bench/out", "where results.json goes")
	flags.StringVar(&o.workflows, "workflows", "", "a directory of workflows in WfFormat, to be run too")
	flags.BoolVar(&o.quick, "quick", false, "only the small workloads, and one round unless --rounds says otherwise")
	flags.IntVar(&o.rounds, "rounds", 0, "rounds of each workload; 5 if it is 0")
	expression := func(into **regexp.Regexp) func(string) error {
		return func(text string) (err error) {
			*into, err = regexp.Compile(text)
			return err
		}
	}
	flags.Func("only", "a regular expression: only the workloads whose names match", expression(&o.only))
	flags.Func("gates", "a regular expression: only these of ideal, bare nudge, nudge=false, nudge", expression(&o.gates))
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.rounds == 0 && o.quick {
		o.rounds = 1
	} else if o.rounds == 0 {
		o.rounds = 5
	}
	return o, nil
}

// workloads returns what is asked for.
func (o options) workloads() ([]workload, error) {
	small := []workload{chain(20), diamond(100), arrayDiamond(200), elementwise(100), layered(100, 20)}
	all := []workload{
		chain(50), chain(200), diamond(500), diamond(2000), arrayDiamond(500), arrayDiamond(2000), diamond(5000), fanOut(5000),
		cross(500, 500), layered(3000, 200), elementwise(1000),
	}
	for _, kib := range []int{2, 10, 50} { // diamond(100) has none
		all = append(all, diamond(100).templates(kib))
	}
	if o.quick {
		all = small
	} else {
		all = append(small, all...)
	}
	if o.workflows != "" {
		more, err := imported(o.workflows)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	var chosen []workload
	for _, w := range all {
		if o.only == nil || o.only.MatchString(w.name) {
			chosen = append(chosen, w)
		}
	}
	return chosen, nil
}

func measureAll(ctx context.Context, o options) (err error) {
	workloads, err := o.workloads()
	if err != nil {
		return err
	}
	s, err := sandbox.Start(ctx, sandbox.Options{Bin: o.bin, Audit: true})
	if err != nil {
		return err
	}
	defer func() {
		if stopped := s.Stop(); err == nil {
			err = stopped
		}
	}()
	if err := s.Install(ctx); err != nil {
		return err
	}
	b := &bench{sandbox: s, config: rest.CopyConfig(s.Config())}
	b.config.QPS = -1
	if b.client, err = kubernetes.NewForConfig(b.config); err != nil {
		return err
	}
	var results []result
	for _, w := range workloads {
		more, err := b.compare(ctx, w, o)
		if err != nil {
			return err
		}
		results = append(results, more...)
	}
	return write(os.Stdout, o.out, results)
}

// compare runs a workload with all contenders in turns, each round with another one
// first: what one run leaves behind must not always be in the way of the same.
func (b *bench) compare(ctx context.Context, w workload, o options) ([]result, error) {
	runs := make([][]run, len(contenders))
	for round := range o.rounds {
		for turn := range contenders {
			i := (turn + round) % len(contenders)
			c := contenders[i]
			if o.gates != nil && !o.gates.MatchString(c.name) {
				continue
			}
			one, err := b.run(ctx, c, w)
			if err != nil {
				return nil, err
			}
			fmt.Printf("%s, %s: %.2f s\n", w.name, c.name, one.makespan.Seconds())
			runs[i] = append(runs[i], one)
		}
	}
	var results []result
	for _, of := range runs {
		if len(of) == 0 {
			continue
		}
		r := summarize(w.name, of)
		if ideal := runs[0]; len(ideal) > 0 {
			r.MakespanRatio = r.MakespanS / summarize(w.name, ideal).MakespanS
		}
		if bare := runs[1]; len(bare) > 0 {
			r.NudgedRatio = r.MakespanS / summarize(w.name, bare).MakespanS
		}
		results = append(results, r)
	}
	return results, nil
}
