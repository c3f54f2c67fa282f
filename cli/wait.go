package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/clock"

	"depctl.dev/cli/vigil"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

const waitLong = `Wait until an expression of the dependency language is true.

It may be all that an annotation may be (docs/language.md), but what only a Job
has: its index i, its elements self[...] and made=before. Names without a namespace
are in that of -n. What does not exist yet is waited for; a Job that finishes
meanwhile and is deleted keeps its outcome.

It watches and never polls, and goes on when the API server was away. Ctrl-C ends
it at once.

Exit codes:
  0    it is true
  1    it is false and, as things stand, for ever; or the cluster cannot be asked
  2    the expression or the command line is wrong
  3    it can never be true unless somebody mends something: a right, or the text
  124  the time is up`

const waitExample = `  # Until two Jobs have succeeded, for an hour at most
  depctl wait 'extract, validate' --timeout 1h

  # Until one is over, whatever came of it
  depctl wait 'finished(load)' -n etl

  # 90 of 100 elements, and then ten minutes
  depctl wait 'succeeded(shards[*]) >= 90% + 10m'

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

	// The rest is filled in by complete.
	text      string
	expr      *lang.Expr
	namespace string
	client    kubernetes.Interface
}

func newCmdWait(f *factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &waitOptions{streams: streams, clock: f.clock}
	cmd := &cobra.Command{
		Use:                   "wait EXPRESSION [--timeout DURATION] [-n NAMESPACE]",
		Short:                 "Wait until an expression is true",
		Long:                  waitLong,
		Example:               waitExample,
		Annotations:           map[string]string{asksCluster: ""},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validate(cmd, args); err != nil {
				return err
			}
			var err error
			if o.namespace, err = f.namespace(); err != nil {
				return err
			}
			if o.client, err = f.cluster(); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.DurationVar(&o.timeout, "timeout", -1, "How long to wait, as in 90s or 1h; 0 looks once. Without it, for ever.")
	flags.Lookup("timeout").DefValue = ""
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "Say nothing: the exit code is enough.")
	return cmd
}

func (o *waitOptions) validate(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return usageErrorf("there is no expression to wait for")
	case len(args) > 1:
		return usageErrorf("one expression is expected, found %d arguments: put it in quotes", len(args))
	case cmd.Flags().Changed("timeout") && o.timeout < 0:
		return usageErrorf("--timeout must be 0 or more")
	}
	o.text = args[0]
	var err error
	if o.expr, err = lang.Parse(o.text); err != nil {
		return notReadable("expression", err)
	}
	if refused := vigil.Refuse(o.expr); len(refused) > 0 {
		return notReadable("expression", &lang.Diagnostics{Text: o.text, List: refused})
	}
	return nil
}

// mostNames is how many Jobs of a namespace are watched one by one: more are watched
// as all of the namespace, and so is a set.
const mostNames = 8

// streamsOf returns what to watch for an expression: as little as will do, so that
// as few rights as possible are needed.
func streamsOf(expr *lang.Expr, namespace string) []stream {
	names, sets := map[string][]string{}, map[string]bool{}
	var order []string
	for _, edge := range expr.Edges() {
		ref := edge.Ref.Resolve(namespace)
		if ref.Kind != lang.KindJob {
			continue
		}
		if _, known := names[ref.Namespace]; !known && !sets[ref.Namespace] {
			order = append(order, ref.Namespace)
		}
		if ref.IsSet() {
			sets[ref.Namespace] = true
			continue
		}
		names[ref.Namespace] = append(names[ref.Namespace], ref.Name)
	}
	var list []stream
	for _, ns := range order {
		if sets[ns] || len(names[ns]) > mostNames {
			list = append(list, stream{namespace: ns})
			continue
		}
		seen := map[string]bool{}
		for _, name := range names[ns] {
			if !seen[name] {
				list = append(list, stream{ns, name})
			}
			seen[name] = true
		}
	}
	return list
}

// watching is one run of "depctl wait".
type watching struct {
	*waitOptions
	vigil *vigil.Vigil
	// missing are the streams that have not been listed yet, and away those that do
	// not answer.
	missing map[stream]bool
	away    map[stream]bool
	news    chan struct{}
}

func (o *waitOptions) run(ctx context.Context) error {
	w := &watching{
		waitOptions: o, vigil: vigil.New(o.expr, o.namespace), missing: map[stream]bool{}, away: map[stream]bool{}, news: make(chan struct{}, 1),
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	f := &follower{
		client: o.client, streams: streamsOf(o.expr, o.namespace),
		set:     func(job gate.Job) { w.vigil.Set(job, o.clock.Now()); w.tell() },
		removed: func(job gate.Job) { w.vigil.Remove(job); w.tell() },
		replaced: func(s stream, jobs []gate.Job) {
			w.vigil.Replace(s.namespace, s.name, jobs, o.clock.Now())
			delete(w.missing, s)
			delete(w.away, s)
			w.tell()
		},
		failed: w.failed,
	}
	for _, s := range f.streams {
		w.missing[s] = true
	}
	w.tell()
	done := make(chan error, 1)
	go func() { done <- f.run(ctx) }()
	return w.loop(ctx, f, done)
}

func (w *watching) tell() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// failed takes in that a stream does not answer. The first answer must come: a
// cluster that never answered is not the right one.
func (w *watching) failed(s stream, err error) error {
	switch {
	case apierrors.IsForbidden(err):
		w.vigil.Forbid(s.namespace, s.name, "you may not watch it: "+err.Error())
		delete(w.missing, s)
		w.tell()
		return nil
	case w.missing[s]:
		return (&cluster{namespace: s.namespace}).explain(err)
	case !w.away[s] && !w.quiet:
		w.away[s] = true
		return printNotes(w.streams.ErrOut, []string{"The API server does not answer, trying again: " + err.Error()})
	}
	return nil
}

// loop judges whenever there is news, and when time may have changed something.
func (w *watching) loop(ctx context.Context, f *follower, done <-chan error) error {
	var up <-chan time.Time
	if w.timeout > 0 {
		up = time.After(w.timeout)
	}
	next := time.NewTimer(time.Hour)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-done:
			if err != nil {
				return err
			}
			done = nil // there was nothing to watch
		case <-up:
			return w.over(f)
		case <-w.news:
		case <-next.C:
		}
		f.mu.Lock()
		if len(w.missing) > 0 {
			f.mu.Unlock()
			continue
		}
		w.learn(ctx)
		now := w.clock.Now()
		j := w.vigil.Judge(now)
		f.mu.Unlock()
		if j.Value != lang.Unknown || j.Hopeless || w.timeout == 0 {
			return w.end(j)
		}
		if next.Stop(); !j.Next.IsZero() {
			next.Reset(max(j.Next.Sub(now), time.Millisecond))
		}
	}
}

// learn reads the exit codes that decide.
func (w *watching) learn(ctx context.Context) {
	for _, job := range w.vigil.Unlearned() {
		pods, err := podsOf(ctx, w.client, job.Namespace, string(job.UID))
		switch {
		case apierrors.IsForbidden(err):
			w.vigil.Forbid(job.Namespace, job.Name, "you may not list the pods that know its exit code: "+err.Error())
		case err != nil:
			time.AfterFunc(time.Second, w.tell)
		default:
			w.vigil.Learn(job, lastExit(pods), elementExits(pods))
		}
	}
}

func (w *watching) over(f *follower) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return w.say(exitTimeout, fmt.Sprintf("still unknown after %s: ", w.timeout), w.vigil.Judge(w.clock.Now()))
}

func (w *watching) end(j vigil.Judgement) error {
	switch {
	case j.Value == lang.True:
		return w.say(exitOK, "true: ", j)
	case j.Value == lang.False:
		return w.say(exitFalse, "false, as things stand for ever: ", j)
	case j.Hopeless:
		return w.say(exitProblem, "somebody must mend something: ", j)
	}
	return w.say(exitTimeout, "still unknown: ", j)
}

// say writes one line, to standard output if it is true, and ends with an exit code.
func (w *watching) say(code int, what string, j vigil.Judgement) error {
	out := w.streams.Out
	if code != exitOK {
		out = w.streams.ErrOut
	}
	if !w.quiet {
		var because []string
		for i, reason := range j.Reasons {
			if i == 5 {
				because = append(because, fmt.Sprintf("and %d more", len(j.Reasons)-i))
				break
			}
			because = append(because, oneLine(reason.String()))
		}
		if _, err := fmt.Fprintln(out, what+strings.Join(because, ", ")); err != nil {
			return fmt.Errorf("writing the answer: %w", err)
		}
	}
	if code == exitOK {
		return nil
	}
	return ended(code)
}
