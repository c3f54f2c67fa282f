package wait

import (
	"context"
	"fmt"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/cli/waiting"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// watching is one run of "depctl wait".
type watching struct {
	*waitOptions
	evaluator *waiting.Evaluator
	// missing are the streams that have not been listed yet.
	missing map[cluster.Stream]bool
	news    chan struct{}
}

func (o *waitOptions) wait(ctx context.Context) error {
	w := &watching{
		waitOptions: o, evaluator: waiting.New(o.expr, o.namespace, o.run, o.lookups, o.clock.Now()),
		missing: map[cluster.Stream]bool{}, news: make(chan struct{}, 1),
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	f := &cluster.Watcher{
		Client: cluster.JobsOf(o.client), Forbidden: w.forbidden, Outage: w.outage,
		Set:     func(job *batchv1.Job) { w.evaluator.Set(gate.Observe(job), o.clock.Now()); w.tell() },
		Removed: func(job *batchv1.Job) { w.evaluator.Remove(gate.Observe(job), o.clock.Now()); w.tell() },
		Replaced: func(s cluster.Stream, jobs []*batchv1.Job) {
			observed := make([]gate.Job, len(jobs))
			for i, job := range jobs {
				observed[i] = gate.Observe(job)
			}
			w.evaluator.Replace(s.Namespace, s.Name, observed, o.clock.Now())
			delete(w.missing, s)
			w.tell()
		},
	}
	streams := streamsOf(o.expr, lang.Ref{Namespace: o.namespace, Run: o.run})
	for _, s := range streams {
		w.missing[s] = true
	}
	for _, s := range streams {
		f.Watch(ctx, s)
	}
	by, refs := w.evaluator.Others()
	o.lookups.Watch(ctx, f, by, refs, board{w})
	w.tell()
	return w.loop(ctx, f)
}

// board takes in objects of other kinds than Jobs. It is used with the watcher's lock.
type board struct{ *watching }

// Set takes in an object.
func (b board) Set(ref lang.Ref, o *lang.Object, labels map[string]string) {
	b.evaluator.Put(ref, o, labels, b.clock.Now())
	b.tell()
}

// Remove takes in that an object is gone.
func (b board) Remove(ref lang.Ref, _ bool) {
	b.evaluator.Drop(ref, b.clock.Now())
	b.tell()
}

// Retell has the expression looked at again.
func (b board) Retell(lang.Ref) { b.tell() }

func (w *watching) tell() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

func (w *watching) forbidden(s cluster.Stream, err error) error {
	w.evaluator.Forbid(s.Namespace, s.Name, "you may not watch it: "+err.Error())
	delete(w.missing, s)
	w.tell()
	return nil
}

func (w *watching) outage(text string) {
	if !w.quiet {
		// Nobody may read it; the exit code is what counts.
		_ = command.PrintNotes(w.streams.ErrOut, []string{text})
	}
}

// loop judges whenever there is news, and when time may have changed something.
func (w *watching) loop(ctx context.Context, f *cluster.Watcher) error {
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
		case err := <-f.Ended():
			return err
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
		j, asking := w.evaluator.Judge(now), w.evaluator.Asking()
		f.Unlock()
		if j.Value != lang.Unknown || j.Hopeless || w.timeout == 0 && !asking {
			return w.end(j)
		}
		w.progress.Say("Waiting: " + because(j))
		if next.Stop(); !j.Next.IsZero() {
			next.Reset(max(j.Next.Sub(now), time.Millisecond))
		}
	}
}

// learn reads the exit codes that decide.
func (w *watching) learn(ctx context.Context) {
	for _, job := range w.evaluator.Unlearned() {
		pods, err := cluster.PodsOf(ctx, w.client, job.Namespace, string(job.UID))
		switch {
		case apierrors.IsForbidden(err):
			w.evaluator.Forbid(job.Namespace, job.Name, "you may not list the pods that know its exit code: "+err.Error())
		case err != nil:
			time.AfterFunc(time.Second, w.tell)
		default:
			w.evaluator.Learn(job, cluster.ExitsOf(job, pods))
		}
	}
}

func (w *watching) over(f *cluster.Watcher) error {
	f.Lock()
	defer f.Unlock()
	what := fmt.Sprintf("still unknown after %s: ", w.timeout)
	if len(w.missing) > 0 || w.evaluator.Asking() {
		// What has not been read yet must not be called absent.
		return w.line(exitTimeout, what+"the API server has not answered yet")
	}
	return w.say(exitTimeout, what, w.evaluator.Judge(w.clock.Now()))
}

func (w *watching) end(j waiting.Judgement) error {
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
func (w *watching) say(code int, what string, j waiting.Judgement) error {
	return w.line(code, what+because(j))
}

// because says what decides.
func because(j waiting.Judgement) string {
	var list []string
	for i, reason := range j.Reasons {
		if i == 5 {
			list = append(list, fmt.Sprintf("and %d more", len(j.Reasons)-i))
			break
		}
		list = append(list, picture.OneLine(reason.String()))
	}
	return strings.Join(list, ", ")
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
