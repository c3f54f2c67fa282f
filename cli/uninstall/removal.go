package uninstall

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
)

// removal is one run through the steps of "depctl uninstall", for real or not.
type removal struct {
	*cluster.Writer
	out           io.Writer
	clock         clock.PassiveClock
	timeout       time.Duration
	release       bool
	keepNamespace bool
	progress      *command.Progress
	// rehearsal asks the API server, in a dry run, what would become of each
	// object, and of one Job of each namespace: rights are no finer than that.
	rehearsal bool

	// installed is where depctl is installed, and what goes.
	installed cluster.Installation
	tally     tally
	// world is how the Jobs were when they were last read.
	world *snapshot.World
}

// tally counts what was done.
type tally struct {
	deleted, absent, freed, records, released int
	// stranded are the Jobs that stay suspended, and mixed says that Deployments were among those
	// that waited.
	stranded []gate.Job
	mixed    bool
}

// run goes through the steps. None begins before the one before it has succeeded,
// but in a dry run, which says everything that is wrong.
func (r *removal) run(ctx context.Context) error {
	steps := []func(context.Context) error{
		r.removing(r.installed.Policies()), r.removeGate, r.freePods, r.freeJobs, r.removeRecords, r.releaseJobs, r.removing(r.installed.Rights()),
	}
	if !r.keepNamespace {
		steps = append(steps, r.removeNamespace)
	}
	if r.DryRun == command.DryRunNone {
		// A policy that is gone is in force for some seconds yet: Jobs that
		// were made meanwhile may be suspended too, and carry finalizers.
		steps = append(steps, r.freePods, r.releaseJobs)
	}
	var failed []error
	for _, step := range steps {
		err := step(ctx)
		if err == nil {
			continue
		}
		failed = append(failed, err)
		if r.DryRun == command.DryRunNone || !isRefusal(err) {
			break
		}
	}
	return errors.Join(failed...)
}

// isRefusal reports whether it was the API server that said no, and may say
// something else to the next request.
func isRefusal(err error) bool {
	var missing *cluster.MissingRight
	return errors.As(err, &missing) || apierrors.ReasonForError(err) != ""
}

func (r *removal) say(format string, args ...any) error {
	_, err := fmt.Fprintln(r.out, fmt.Sprintf(format, args...)+r.DryRun.Suffix())
	return err
}

func (r *removal) removing(all []cluster.Installed) func(context.Context) error {
	return func(ctx context.Context) error {
		var failed []error
		for _, i := range all {
			there, err := r.Remove(ctx, i)
			switch {
			case r.rehearsal && apierrors.IsBadRequest(err):
				there = true // a webhook cannot do dry runs
			case err != nil:
				failed = append(failed, err)
				if !isRefusal(err) {
					return errors.Join(failed...)
				}
				continue
			}
			if !there {
				if !i.Optional {
					r.tally.absent++
				}
				continue
			}
			r.tally.deleted++
			if err := r.say("%s deleted%s", i, i.From()); err != nil {
				return err
			}
		}
		return errors.Join(failed...)
	}
}

func (r *removal) removeGate(ctx context.Context) error {
	err := r.removeAndWait(ctx, r.installed.Programs())
	if err != nil && r.DryRun == command.DryRunNone {
		return err
	}
	r.progress.Begin("Waiting until no gate runs", 0)
	defer r.progress.End()
	return errors.Join(err, r.AwaitNoGate(ctx, r.installed, r.timeout))
}

func (r *removal) removeNamespace(ctx context.Context) error {
	return r.removeAndWait(ctx, r.installed.Namespaces())
}

func (r *removal) removeAndWait(ctx context.Context, all []cluster.Installed) error {
	failed := r.removing(all)(ctx)
	if failed != nil && r.DryRun == command.DryRunNone {
		return failed
	}
	defer r.progress.End()
	for _, i := range all {
		r.progress.Begin(fmt.Sprintf("Waiting until %s is gone", i), 0)
		failed = errors.Join(failed, r.AwaitGone(ctx, i, r.timeout))
	}
	return failed
}

// isNothing reports whether there was nothing to do.
func (t tally) isNothing() bool { return t.deleted+t.freed+t.records+t.released == 0 }

// done says what was done.
func (t tally) done() string {
	return t.text("%s deleted", "%s removed", "%s released", "%s left suspended")
}

// plan says what is to be done.
func (t tally) plan() string {
	return t.text("%s to delete", "%s to remove", "%s to release, whatever they wait for", "%s to leave suspended")
}

func (t tally) text(deleted, freed, released, stranded string) string {
	var parts []string
	waiter := "Job"
	if t.mixed {
		waiter = "object"
	}
	for _, part := range []struct {
		format, noun string
		n            int
	}{
		{deleted, "object", t.deleted},
		{"%s not found", "object", t.absent},
		{freed, "finalizer", t.freed},
		{freed, "record", t.records},
		{released, waiter, t.released},
		{stranded, waiter, len(t.stranded)},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf(part.format, command.Count(part.n, part.noun)))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}
