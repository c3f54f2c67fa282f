package wait

import (
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/reference"
	"depctl.dev/cli/waiting"
	"depctl.dev/lang"
)

const waitLong = `Wait until an expression of the dependency language is true, about Jobs or objects of
other kinds (docs/guide/kinds.md).

It may be all that an annotation may be (docs/reference/language.md), but what only a Job
has: its index i, its elements self[...], made=before, and runs of CronJobs. Names without
a namespace are in that of -n; job/NAME and job.batch/NAME are the same as NAME. What does
not exist yet is waited for; a Job that finishes meanwhile and is deleted keeps its outcome.

It watches and never polls, and goes on when the API server was away. Ctrl-C ends
it at once.

Exit codes:
  0    it is true
  1    it is false and, as things stand, forever; or the cluster cannot be asked
  2    the expression or the command line is wrong
  3    it can never be true unless somebody fixes something: a right, a kind that
       the cluster has not, or the text
  124  the time is up`

const waitExample = `  # Until two Jobs have succeeded, for an hour at most
  depctl wait 'extract, validate' --timeout 1h

  # Until one is over, whatever came of it
  depctl wait 'finished(load)' -n etl

  # 90 of 100 elements, and then ten minutes
  depctl wait 'succeeded(shards[*]) >= 90% + 10m'

  # Until a database is ready, and a volume is bound
  depctl wait 'deployment:db, pvc:data' --timeout 5m

  # Until a run is over, or two steps of it have succeeded
  depctl wait --run 20261129-021500 'finished(run)'
  depctl wait --run 20261129-021500 'extract, load'

  # Is it true now?
  depctl wait 'extract' --timeout 0`

// The exit codes of "depctl wait" beside those of all commands.
const (
	exitFalse   = 1
	exitProblem = 3
	exitTimeout = 124
)

type waitOptions struct {
	streams genericiooptions.IOStreams
	clock   clock.PassiveClock
	timeout time.Duration
	quiet   bool
	run     string

	// The rest is filled in by complete.
	text      string
	expr      *lang.Expr
	namespace string
	client    cluster.Client
	lookups   *cluster.Lookups
	progress  *command.Progress
}

// New returns "depctl wait".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &waitOptions{streams: streams, clock: f.Clock}
	cmd := &cobra.Command{
		Use:                   "wait EXPRESSION [--timeout DURATION] [--run NAME] [-n NAMESPACE]",
		Short:                 "Wait until an expression is true",
		Long:                  waitLong,
		Example:               waitExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		ValidArgsFunction:     f.CompleteExpression,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validate(cmd, args); err != nil {
				return err
			}
			var err error
			if o.namespace, err = f.Namespace(); err != nil {
				return err
			}
			if o.client, err = f.Client(); err != nil {
				return err
			}
			if o.lookups, err = f.Lookups(o.client); err != nil {
				return err
			}
			if !o.quiet {
				o.progress = f.Progress(o.streams)
				o.streams = o.progress.Streams()
			}
			o.progress.Begin("Waiting", 0)
			defer o.progress.End()
			return o.wait(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.DurationVar(&o.timeout, "timeout", -1, "How long to wait, as in 90s or 1h; 0 looks once. Without it, forever.")
	flags.Lookup("timeout").DefValue = ""
	command.AddRunFlag(flags, &o.run)
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "Say nothing: the exit code is enough.")
	return cmd
}

func (o *waitOptions) validate(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return command.UsageErrorf("there is no expression to wait for")
	case len(args) > 1:
		return command.UsageErrorf("one expression is expected, found %d arguments: put it in quotes", len(args))
	case cmd.Flags().Changed("timeout") && o.timeout < 0:
		return command.UsageErrorf("--timeout must be 0 or more")
	}
	if err := command.ValidateRun(o.run); err != nil {
		return err
	}
	o.text = reference.InExpression(args[0])
	var err error
	if o.expr, err = lang.Parse(o.text); err != nil {
		return command.NotReadable("expression", err)
	}
	if refused := waiting.Refuse(o.expr, o.run); len(refused) > 0 {
		return command.NotReadable("expression", &lang.Diagnostics{Text: o.text, List: refused})
	}
	return nil
}

// mostNames is how many Jobs of a namespace are watched one by one: more are watched
// as all of the namespace, and so is a set.
const mostNames = 8

// streamsOf returns what to watch for an expression: as little as will do, so that
// as few rights as possible are needed.
func streamsOf(expr *lang.Expr, by lang.Ref) []cluster.Stream {
	names, sets := map[string][]string{}, map[string]bool{}
	var order []string
	for _, edge := range expr.Edges() {
		ref := edge.Ref.Resolve(by)
		if ref.Kind != lang.KindJob {
			continue
		}
		if _, known := names[ref.Namespace]; !known && !sets[ref.Namespace] {
			order = append(order, ref.Namespace)
		}
		if ref.IsSet() || ref.Run != "" { // a step has a name that nobody knows yet
			sets[ref.Namespace] = true
			continue
		}
		names[ref.Namespace] = append(names[ref.Namespace], ref.Name)
	}
	var list []cluster.Stream
	for _, ns := range order {
		if sets[ns] || len(names[ns]) > mostNames {
			list = append(list, cluster.Stream{Namespace: ns})
			continue
		}
		seen := map[string]bool{}
		for _, name := range names[ns] {
			if !seen[name] {
				list = append(list, cluster.Stream{Namespace: ns, Name: name})
			}
			seen[name] = true
		}
	}
	return list
}
