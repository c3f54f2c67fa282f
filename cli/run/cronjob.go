package run

import (
	"context"
	"fmt"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/stamp"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// cronJobNamed returns the CronJob that an argument names.
func cronJobNamed(argument string) (string, error) {
	if name, ok := command.CronJobNamed(argument); ok {
		return name, nil
	}
	return "", command.UsageErrorf("%q is not a CronJob: write cronjob/NAME, or name a folder with -f", argument)
}

// runCronJob makes a Job of a CronJob: now, which is no night of it, or for one of its
// scheduled times. The Job has neither the name that Kubernetes would give it nor a
// controller: else Kubernetes counts it as its own, and runs the time again, leaves out
// another, or stops.
func (o *runOptions) runCronJob(ctx context.Context) error {
	raw, err := o.client.CronJob(ctx, o.namespace, o.cronJob)
	if err != nil {
		return err
	}
	full := &batchv1.CronJob{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(raw.Object, full); err != nil {
		return fmt.Errorf("CronJob %s/%s is not as batch/v1 has it: %w", o.namespace, o.cronJob, err)
	}
	c := schedule.Observe(full)
	salt, try := "now "+o.clock.Now().UTC().Format(time.RFC3339)+o.factory.Suffix(), 0
	if !o.scheduled.IsZero() {
		if err := belongs(&c, o.scheduled); err != nil {
			return fmt.Errorf("%w: %w", command.ErrUnchanged, err)
		}
		salt = o.scheduled.Format(time.RFC3339)
		if try, err = o.tries(ctx, &c); err != nil {
			return fmt.Errorf("%w: %w", command.ErrUnchanged, err)
		}
	}
	name := stamp.Name(o.cronJob, salt, try, &batchv1.Job{Spec: full.Spec.JobTemplate.Spec})
	job := stamp.OfCronJob(raw, name, o.scheduled, o.variables)
	made, err := o.client.Create(ctx, job)
	if err != nil {
		return o.client.Explain(ctx, err, cluster.Right{Verb: "create", Kind: cluster.JobKind, Namespace: o.namespace}, identity(job))
	}
	return o.say(made, "created")
}

// belongs returns why a time is none for which a person may make a Job.
func belongs(c *schedule.CronJob, at time.Time) error {
	from := at.Add(-time.Minute) // a time before the creation may be made up for
	if strings.HasPrefix(c.Schedule, "@every") {
		from = c.Created // from which it counts
	}
	times, err := schedule.Read(c.Schedule, c.Zone, from)
	if err != nil {
		return fmt.Errorf("CronJob %s: %w", c, err)
	}
	if next, ok := times.Next(at.Add(-time.Second)); !ok || !next.Equal(at) {
		hint := ""
		if ok {
			hint = "; the next one after it is " + next.Format(time.RFC3339)
		}
		return fmt.Errorf("%s is no scheduled time of CronJob %s (%s)%s", at.Format(time.RFC3339), c, cronText(c), hint)
	}
	if at.After(c.Passed()) {
		last := "no run is made yet"
		if c.Last.After(c.Created) {
			last = "the last run was that of " + c.Last.Format(time.RFC3339)
		}
		return fmt.Errorf("%s is still to come (%s), and CronJob %s will make its Job itself; for a Job without a scheduled time, leave out --at",
			at.Format(time.RFC3339), last, c)
	}
	return nil
}

func cronText(c *schedule.CronJob) string {
	if c.Zone == "" {
		return c.Schedule
	}
	return c.Schedule + " in " + c.Zone
}

// tries returns how many Jobs there are for the scheduled time. The newest counts: so none
// is made beside one that has not ended.
func (o *runOptions) tries(ctx context.Context, c *schedule.CronJob) (int, error) {
	all, err := o.client.List(ctx, o.namespace, "")
	if err != nil {
		return 0, err
	}
	n := 0
	for _, t := range all {
		child, ok := schedule.ChildOf(c.UID, t.Full, t.Object)
		if !ok || !child.Time.Equal(o.scheduled) {
			continue
		}
		if n++; t.Outcome() == lang.Undecided {
			return 0, fmt.Errorf("job %s is there for this time, and has not ended; wait for it, or stop it: %s cancel %s", t.Identity(), o.command, t.Name)
		}
	}
	return n, nil
}

// onlyFolders refuses what has a meaning for a run of steps alone.
func (o *runOptions) onlyFolders() error {
	for name, given := range map[string]bool{"--run": o.name != "", "--fail-fast": o.failFast, "--deadline": o.deadline != "", "--watch": o.watch} {
		if given {
			return command.UsageErrorf("%s is for the steps of a folder: a CronJob makes one Job, which has no run; wait for it: depctl wait", name)
		}
	}
	return nil
}
