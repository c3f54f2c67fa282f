package logs

import (
	"context"
	"io"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/lang"
)

const logsLong = `Print what the pods of Jobs have printed: of the Jobs that are named, of those with
labels, of all steps of a run, or of all Jobs of a namespace.

A JOB is NAME, NAMESPACE/NAME or job/NAME, and may have *, ? and [...] for several. With
-f, Jobs that are made later and match are followed, too.

Each line begins with the name of its Job, or of its step with --run: load, shards[3]
for an element of an array, load#2 for the second pod of one Job or element, load/copy
for a container where several are shown. One log alone has no such prefix. Logs come
one after the other, in the order in which the pods started.

With -f, it goes on: with pods that start later, with retries, and with Jobs that are
new. It ends when all of the Jobs have ended and their logs are read. A log whose
connection breaks off is read on from there, and no line is printed twice.

On a terminal, what drives one is taken out of the logs. Elsewhere, they come as they
are. Without -c or --all-containers, the container is the one that kubectl would take:
that of the annotation kubectl.kubernetes.io/default-container, or the first; of a pod
whose init container has failed, it is that one.

Exit codes:
  0    the logs are printed; -f: and all Jobs have succeeded
  1    a log cannot be read; -f: or a Job has failed, was skipped or deleted
  2    the command line was wrong
  130  it was interrupted`

const logsExample = `  # Of one Job; of two, as they come, until both have ended
  depctl logs load
  depctl logs -f extract load

  # A whole run; what failed in it
  depctl logs -f --run 2026-11-29
  depctl logs --run 2026-11-29 --failed

  # Some elements of an array, with times
  depctl logs shards --index 3,5-7 --timestamps

  # The last ten lines of each Job with a label, in all namespaces
  depctl logs -l app=nightly -A --tail 10`

// logsOptions is what "depctl logs" was asked to do.
type logsOptions struct {
	streams                            genericiooptions.IOStreams
	clock                              clock.PassiveClock
	selector, index, sinceTime, colour string
	allNamespaces, follow, previous    bool
	timestamps, prefix                 bool
	since                              time.Duration
	tail                               int64
	maxRequests                        int
	selection                          selection
	which                              which

	// The rest is filled in by complete.
	reader   *cluster.LogReader
	open     func(ctx context.Context, namespace, pod string, request corev1.PodLogOptions) (io.ReadCloser, error)
	terminal command.Terminal
	// began is when: --since counts from then.
	began time.Time
	from  *metav1.Time
	names *names
}

// New returns "depctl logs".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &logsOptions{streams: streams, clock: f.Clock}
	cmd := &cobra.Command{
		Use:                   "logs [JOB...] [-l LABELS] [--run NAME [STEP...]] [-n NAMESPACE | -A] [-f] [--failed] [--index LIST]",
		Short:                 "Print what the pods of Jobs have printed",
		Long:                  logsLong,
		Example:               logsExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validate(args); err != nil {
				return err
			}
			if err := o.complete(f, args); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return o.run(ctx)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.selector, "selector", "l", "", "Only Jobs with these `LABELS`, as in app=nightly,tier!=test.")
	command.AddRunFlag(flags, &o.selection.run)
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "Print the logs of Jobs of all namespaces.")
	flags.BoolVarP(&o.follow, "follow", "f", false, "Go on until all Jobs have ended.")
	flags.BoolVar(&o.selection.failed, "failed", false, "Only Jobs that have failed, and of these the pods that have.")
	flags.StringVar(&o.index, "index", "", "Only these elements of arrays, as in 3 or 3,5-7.")
	flags.StringVarP(&o.which.name, "container", "c", "", "Print the log of this container.")
	flags.BoolVar(&o.which.all, "all-containers", false, "Print the logs of all containers, those that prepare a pod, too.")
	flags.BoolVarP(&o.previous, "previous", "p", false, "Print the log of the container before its last restart.")
	flags.Int64Var(&o.tail, "tail", -1, "Begin each log with its last `N` lines; -1 prints all, with -l, too.")
	flags.DurationVar(&o.since, "since", 0, "Begin so long ago, as in 5s, 2m or 3h.")
	flags.StringVar(&o.sinceTime, "since-time", "", "Begin at this `TIME`, as in 2026-11-29T02:00:00Z.")
	flags.Lookup("since").DefValue = ""
	flags.BoolVar(&o.timestamps, "timestamps", false, "Print when each line was printed.")
	flags.BoolVar(&o.prefix, "prefix", false, "Print the name of the Job before each line of one log, too.")
	flags.IntVar(&o.maxRequests, "max-log-requests", 50, "With -f: read so many logs at once; more wait until one of these ends.")
	flags.StringVar(&o.colour, "color", "auto", "Use colours: auto (on a terminal, unless NO_COLOR is set), always or never.")
	_ = cmd.RegisterFlagCompletionFunc("container", f.CompleteContainers)
	_ = cmd.RegisterFlagCompletionFunc("index", f.CompleteIndexes)
	return cmd
}

func (o *logsOptions) validate(args []string) error {
	if err := command.ValidateRun(o.selection.run); err != nil {
		return err
	}
	var err error
	switch {
	case len(args) > 0 && o.selector != "":
		return command.UsageErrorf("names exclude -l")
	case len(args) > 0 && o.allNamespaces:
		return command.UsageErrorf("names exclude -A: write NAMESPACE/NAME")
	case o.selection.failed && o.follow:
		return command.UsageErrorf("--failed and -f exclude each other: what has failed prints nothing more")
	case o.previous && o.follow:
		return command.UsageErrorf("--previous and -f exclude each other: what has ended prints nothing more")
	case o.which.all && o.which.name != "":
		return command.UsageErrorf("-c and --all-containers exclude each other")
	case o.since != 0 && o.sinceTime != "":
		return command.UsageErrorf("--since and --since-time exclude each other")
	case o.since < 0:
		return command.UsageErrorf("--since must be more than 0")
	case o.tail < -1:
		return command.UsageErrorf("--tail must be 0 or more, or -1 for all lines")
	case o.maxRequests < 1:
		return command.UsageErrorf("--max-log-requests must be 1 or more")
	case o.colour != "auto" && o.colour != "always" && o.colour != "never":
		return command.UsageErrorf("--color %q: it is one of: auto, always, never", o.colour)
	}
	if o.selection.labels, err = labels.Parse(o.selector); err != nil {
		return command.UsageErrorf("-l %s cannot be read: %v", o.selector, err)
	}
	if o.selection.indexes, err = lang.ParseIndexes(o.index); err != nil {
		return command.UsageErrorf("--index %q: write indexes in order, as in 3 or 3,5-7", o.index)
	}
	if o.sinceTime != "" {
		from, err := time.Parse(time.RFC3339, o.sinceTime)
		if err != nil {
			return command.UsageErrorf("--since-time %q: write a time as in 2026-11-29T02:00:00Z", o.sinceTime)
		}
		o.from = &metav1.Time{Time: from}
	}
	return nil
}

func (o *logsOptions) complete(f *cluster.Factory, args []string) error {
	namespace, err := f.Namespace()
	if err != nil {
		return err
	}
	for _, arg := range args {
		ref, err := command.Named(arg, namespace)
		if err != nil {
			return err
		}
		if ref.Kind != lang.KindJob {
			return command.UsageErrorf("depctl logs is about Jobs, and %s is none: kubectl logs %s", ref, arg)
		}
		o.selection.named = append(o.selection.named, ref)
	}
	if !o.allNamespaces {
		o.selection.namespace = namespace
	}
	o.terminal = f.Terminal(o.streams.Out)
	if o.colour != "auto" {
		o.terminal.Colour = o.colour == "always"
	}
	o.began = time.Now()
	o.names = newNames(namespace, o.selection.run != "", o.terminal.Colour)
	if o.reader, err = f.LogReader(); err == nil {
		o.open = o.reader.Open
	}
	return err
}

// safe reports whether the logs end on a terminal.
func (o *logsOptions) safe() bool { return o.terminal.Interactive || o.terminal.Colour }

// request returns the options of a request for all of a log that was asked for.
func (o *logsOptions) request(container string) corev1.PodLogOptions {
	request := corev1.PodLogOptions{Container: container, SinceTime: o.from}
	if o.since > 0 {
		seconds := int64((o.since + time.Since(o.began)).Round(time.Second).Seconds())
		request.SinceSeconds = &seconds
	}
	if o.tail >= 0 {
		request.TailLines = &o.tail
	}
	return request
}

// tailOf returns what reads one log.
func (o *logsOptions) tailOf(p *pod, container string, out *writer) *tail {
	return &tail{
		open: func(ctx context.Context, request corev1.PodLogOptions) (io.ReadCloser, error) {
			return o.open(ctx, p.namespace, p.name, request)
		},
		options: func() corev1.PodLogOptions { return o.request(container) },
		stamps:  o.timestamps, out: out,
	}
}

func (o *logsOptions) run(ctx context.Context) error {
	jobs, err := o.selection.read(ctx, o.reader)
	if err == nil {
		err = o.selection.checkIndexes(jobs)
	}
	switch {
	case err != nil:
	case len(jobs) == 0:
		return o.none()
	case o.follow:
		if err = o.which.check(jobs); err != nil {
			return err
		}
		err = o.followAll(ctx, jobs)
	default:
		err = o.whole(ctx, jobs)
	}
	if ctx.Err() != nil {
		return command.Ended(command.ExitInterrupted)
	}
	return err
}
