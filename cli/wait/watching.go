package wait

import (
	"context"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/cli/vigil"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// watching is one run of "depctl wait".
type watching struct {
	*waitOptions
	vigil *vigil.Vigil
	// missing are the streams that have not been listed yet, and away those that do
	// not answer.
	missing map[cluster.Stream]bool
	away    map[cluster.Stream]bool
	news    chan struct{}
}

func (o *waitOptions) run(ctx context.Context) error {
	w := &watching{
		waitOptions: o, vigil: vigil.New(o.expr, o.namespace), missing: map[cluster.Stream]bool{}, away: map[cluster.Stream]bool{}, news: make(chan struct{}, 1),
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	f := &cluster.Watcher{
		Client: o.client, Streams: streamsOf(o.expr, lang.Ref{Namespace: o.namespace}),
		Set:     func(job gate.Job) { w.vigil.Set(job, o.clock.Now()); w.tell() },
		Removed: func(job gate.Job) { w.vigil.Remove(job); w.tell() },
		Replaced: func(s cluster.Stream, jobs []gate.Job) {
			w.vigil.Replace(s.Namespace, s.Name, jobs, o.clock.Now())
			delete(w.missing, s)
			delete(w.away, s)
			w.tell()
		},
		Failed: w.failed,
	}
	for _, s := range f.Streams {
		w.missing[s] = true
	}
	w.tell()
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
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
func (w *watching) failed(s cluster.Stream, err error) error {
	switch {
	case apierrors.IsForbidden(err):
		w.vigil.Forbid(s.Namespace, s.Name, "you may not watch it: "+err.Error())
		delete(w.missing, s)
		w.tell()
		return nil
	case w.missing[s]:
		return cluster.NotListed(s.Namespace, err)
	case !w.away[s] && !w.quiet:
		w.away[s] = true
		return command.PrintNotes(w.streams.ErrOut, []string{"The API server does not answer, trying again: " + err.Error()})
	}
	return nil
}

// loop judges whenever there is news, and when time may have changed something.
func (w *watching) loop(ctx context.Context, f *cluster.Watcher, done <-chan error) error {
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
		f.Lock()
		if len(w.missing) > 0 {
			f.Unlock()
			continue
		}
		w.learn(ctx)
		now := w.clock.Now()
		j := w.vigil.Judge(now)
		f.Unlock()
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
		pods, err := cluster.PodsOf(ctx, w.client, job.Namespace, string(job.UID))
		switch {
		case apierrors.IsForbidden(err):
			w.vigil.Forbid(job.Namespace, job.Name, "you may not list the pods that know its exit code: "+err.Error())
		case err != nil:
			time.AfterFunc(time.Second, w.tell)
		default:
			w.vigil.Learn(job, cluster.ExitsOf(job, pods))
		}
	}
}

func (w *watching) over(f *cluster.Watcher) error {
	f.Lock()
	defer f.Unlock()
	what := fmt.Sprintf("still unknown after %s: ", w.timeout)
	if len(w.missing) > 0 {
		// What has not been read yet must not be called absent.
		return w.line(exitTimeout, what+"the API server has not answered yet")
	}
	return w.say(exitTimeout, what, w.vigil.Judge(w.clock.Now()))
}

func (w *watching) end(j vigil.Judgement) error {
	switch {
	case j.Value == lang.True:
		return w.say(command.ExitOK, "true: ", j)
	case j.Value == lang.False:
		return w.say(exitFalse, "false, and will stay false unless something changes: ", j)
	case j.Hopeless:
		return w.say(exitProblem, "somebody must fix something: ", j)
	}
	return w.say(exitTimeout, "still unknown: ", j)
}

// say writes what came of it and why, and ends with an exit code.
func (w *watching) say(code int, what string, j vigil.Judgement) error {
	var because []string
	for i, reason := range j.Reasons {
		if i == 5 {
			because = append(because, fmt.Sprintf("and %d more", len(j.Reasons)-i))
			break
		}
		because = append(because, picture.OneLine(reason.String()))
	}
	return w.line(code, what+strings.Join(because, ", "))
}

// line writes one line, to standard output if it is true, and ends with an exit code.
func (w *watching) line(code int, text string) error {
	out := w.streams.Out
	if code != command.ExitOK {
		out = w.streams.ErrOut
	}
	if !w.quiet {
		if _, err := fmt.Fprintln(out, text); err != nil {
			return fmt.Errorf("writing the answer: %w", err)
		}
	}
	if code == command.ExitOK {
		return nil
	}
	return command.Ended(code)
}
