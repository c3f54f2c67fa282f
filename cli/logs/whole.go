package logs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// mostTries is how often a log is asked for that a node does not give. Once one was not to
// be had, the others are asked for but twice: a node that is gone may have had thousands.
const mostTries, fewTries = 5, 2

func triesAfter(failed bool) int {
	if failed {
		return fewTries
	}
	return mostTries
}

// whole prints one log after the other.
func (o *logsOptions) whole(ctx context.Context, jobs []*batchv1.Job) error {
	all, err := o.list(ctx, jobs)
	if err != nil {
		return err
	}
	meant := slices.DeleteFunc(slices.Clone(all.pods), func(p *pod) bool { return !o.selection.hasPod(p) })
	count, named := 0, false
	for _, p := range meant {
		for _, c := range p.containers {
			named = true
			if o.isThere(c) {
				count++
			}
		}
	}
	if !named && o.which.name != "" && len(meant) > 0 {
		return noContainer(o.which.name, all.containers)
	}
	out := newPrinter(o.streams.Out, o.safe(), 0)
	var waiting, unread []string
	for _, p := range meant {
		for _, c := range p.containers {
			name, prefix := o.names.pod(all.jobs[p.job], p), ""
			switch {
			case o.isThere(c):
			case o.previous:
				continue
			default:
				waiting = append(waiting, notStarted(name, p))
				continue
			}
			if o.prefix || count > 1 {
				prefix = o.prefixOf(all.jobs[p.job], p, c.name)
			}
			note, err := o.one(ctx, p, c.name, name, triesAfter(len(unread) > 0), out.writer(prefix))
			if err != nil {
				return err
			}
			if note != "" {
				unread = append(unread, note)
			}
		}
	}
	if o.previous && named && count == 0 {
		waiting = append(waiting, "No container was restarted.")
	}
	notes := slices.Concat(o.missing(jobs, all), shortened(waiting), shortened(unread))
	if err := command.PrintNotes(o.streams.ErrOut, notes); err != nil {
		return err
	}
	if len(unread) > 0 {
		return command.Ended(command.ExitError)
	}
	return nil
}

// isThere reports whether a container has the log that was asked for.
func (o *logsOptions) isThere(c container) bool { return c.started && (!o.previous || c.restarts > 0) }

// prefixOf names the container where several are shown.
func (o *logsOptions) prefixOf(job gate.Job, p *pod, container string) string {
	if len(p.containers) < 2 {
		container = ""
	}
	return o.names.prefix(job, p, container)
}

// one prints one log, and returns what is to be said if it could not be read whole.
func (o *logsOptions) one(ctx context.Context, p *pod, container, name string, tries int, out *writer) (string, error) {
	t := o.tailOf(p, container, out)
	for try := 1; ; try++ {
		before := t.at
		err := t.read(ctx, false, o.previous)
		if t.at != before {
			try = 1 // it goes on
		}
		var denied *cluster.Denied
		var unread *broken
		switch {
		case err == nil:
			return "", out.close()
		case ctx.Err() != nil, errors.As(err, &denied), errors.As(err, &unread):
			return "", err
		case apierrors.IsNotFound(err):
			return name + ": its pod is gone, and its log with it", out.close()
		case apierrors.IsBadRequest(err), try == tries:
			return fmt.Sprintf("%s: its log cannot be read: %v", name, err), out.close()
		}
		command.Sleep(ctx, 100*time.Millisecond<<try)
	}
}

// listed are the pods of Jobs.
type listed struct {
	jobs map[types.UID]gate.Job
	// pods are those, in order of their start.
	pods []*pod
	// containers are the names that any of them has, for who gave a wrong one.
	containers []string
}

// list reads the pods of Jobs, and gives them their numbers.
func (o *logsOptions) list(ctx context.Context, jobs []*batchv1.Job) (*listed, error) {
	all := &listed{jobs: map[types.UID]gate.Job{}}
	for _, job := range jobs {
		all.jobs[job.UID] = gate.Observe(job)
	}
	streams := o.selection.pods()
	if o.selection.run != "" && len(jobs) <= mostNames {
		streams = nil
		for _, job := range jobs {
			streams = append(streams, cluster.PodStream{Namespace: job.Namespace, Selector: batchv1.JobNameLabel + "=" + job.Name})
		}
	}
	for _, stream := range streams {
		err := o.reader.Pods(ctx, stream, func(full *corev1.Pod) {
			p := o.which.observe(full)
			if p == nil {
				return
			}
			if _, meant := all.jobs[p.job]; meant {
				all.pods = append(all.pods, p)
				all.containers = union(all.containers, namesOf(full.Spec))
			}
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all.pods, order)
	for _, p := range all.pods {
		o.names.number(p)
	}
	return all, nil
}

// missing says of which Jobs pods are gone, or were never there.
func (o *logsOptions) missing(jobs []*batchv1.Job, all *listed) []string {
	there := map[types.UID]int64{}
	for _, p := range all.pods {
		there[p.job]++
	}
	var notes []string
	for _, full := range jobs {
		job := all.jobs[full.UID]
		if note := gone(o.names.job(job), hadPods(full), there[full.UID]); note != "" {
			notes = append(notes, note)
		} else if there[full.UID] == 0 && (len(o.selection.named) > 0 || len(jobs) == 1) {
			notes = append(notes, noPod(o.names.job(job), job))
		}
	}
	return shortened(notes)
}

// hadPods returns how many pods of a Job have ended.
func hadPods(job *batchv1.Job) int64 { return int64(job.Status.Succeeded) + int64(job.Status.Failed) }

// gone says that of the pods of a Job that have ended, not all are there.
func gone(name string, had, there int64) string {
	switch {
	case had <= there:
		return ""
	case there == 0 && had == 1:
		return name + ": its pod is gone, and its log with it"
	case there == 0:
		return fmt.Sprintf("%s: its %d pods are gone, and their logs with them", name, had)
	}
	return fmt.Sprintf("%s: of %d pods that have ended, some are gone, and their logs with them: %d are there", name, had, there)
}

// noPod says why a Job has no pod.
func noPod(name string, job gate.Job) string {
	switch {
	case job.Outcome() == lang.Skipped:
		return name + ": it was skipped, and had no pod"
	case job.Outcome() != lang.Undecided:
		return name + ": it has no pod"
	}
	return name + ": it has no pod yet"
}

func notStarted(name string, p *pod) string {
	switch {
	case p.over && p.why != "":
		return name + ": its pod ended before the container ran: " + p.why
	case p.over:
		return name + ": its pod ended before the container ran"
	case p.why != "":
		return name + ": it has not started: " + p.why
	}
	return name + ": it has not started yet"
}

// shortened returns ten notes at most: of a large namespace there may be thousands.
func shortened(notes []string) []string {
	const most = 10
	if len(notes) <= most {
		return notes
	}
	return append(notes[:most:most], fmt.Sprintf("and so of %d more", len(notes)-most))
}

// none says that there is no Job that is meant.
func (o *logsOptions) none() error {
	if s := &o.selection; s.run != "" && !s.failed && s.labels.Empty() {
		return snapshot.NewWorld(o.clock.Now()).NoRun(s.namespace, s.run)
	}
	what := "No Jobs found"
	if o.selection.failed {
		what = "No Job has failed"
	}
	notes := []string{what + o.selection.where() + "."}
	for _, ref := range o.selection.named {
		if name, index, is := reference.Element(ref.Name); is {
			notes = append(notes, "For an element of an array: depctl logs "+name+" --index "+index)
		}
	}
	return command.PrintNotes(o.streams.ErrOut, notes)
}
