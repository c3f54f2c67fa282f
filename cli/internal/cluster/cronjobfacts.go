package cluster

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/explanation"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// byHand are the Jobs that name a CronJob as their owner and have no scheduled time.
type byHand map[types.UID][]lang.Ref

func (b byHand) note(job *batchv1.Job) {
	if _, scheduled := schedule.ScheduledTime(job); scheduled {
		return
	}
	for _, owner := range job.OwnerReferences {
		if owner.Kind == "CronJob" {
			b[owner.UID] = append(b[owner.UID], gate.StepRef(job.Namespace, job.Name, job.Labels))
		}
	}
}

// readCronJobs reads the CronJobs that are asked about, and their Jobs. The Job of the next run of
// each is put into the world, as if it had been made, for what it would wait for. It returns these.
func (i *Inquirer) readCronJobs(ctx context.Context, r *Reading, now time.Time) (next []lang.Ref, err error) {
	made := byHand{}
	if len(i.CronJobs) > 0 {
		r.Noted = made.note
	}
	i.Facts = map[lang.Ref]explanation.CronJobFacts{}
	read := map[lang.Ref]*batchv1.CronJob{}
	for _, ref := range i.CronJobs {
		full, err := i.Client.BatchV1().CronJobs(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			return nil, fmt.Errorf("there is no CronJob %s/%s; those that are there: kubectl get cronjobs -n %s", ref.Namespace, ref.Name, ref.Namespace)
		case err != nil:
			return nil, fmt.Errorf("reading CronJob %s/%s: %w", ref.Namespace, ref.Name, err)
		}
		read[ref] = full
		r.World.PutCronJob(schedule.Observe(full))
		if err := r.Look(ctx, lang.Job(ref.Namespace, "*")); err != nil {
			return nil, err
		}
	}
	for _, ref := range i.CronJobs {
		full := read[ref]
		facts := explanation.CronJobFacts{Runs: r.World.CronJobs.Runs(ref), ByHand: made[full.UID]}
		if at, ok := explanation.NextTime(facts.Runs, now); ok {
			if job := snapshot.RunOf(full, at, later(at, now)); job.Annotations[gate.DependsOnAnnotation] != "" && i.put(r, job) {
				facts.Next = r.World.RefOf(lang.Job(job.Namespace, job.Name))
				facts.Invalid = r.World.Invalid[facts.Next]
				next = append(next, facts.Next)
			}
		}
		i.Facts[ref] = facts
	}
	return next, nil
}

// put adds a Job that is still to be made, if its name is free.
func (i *Inquirer) put(r *Reading, job *batchv1.Job) bool {
	if _, taken := r.World.Jobs[r.World.RefOf(lang.Job(job.Namespace, job.Name))]; taken {
		return false
	}
	r.World.Observe(job)
	r.World.Unmade[r.World.RefOf(lang.Job(job.Namespace, job.Name))] = true
	return true
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// mostRunsAsked is how many runs of CronJobs are looked for by the names of their Jobs.
const mostRunsAsked = 200

// settle looks for the runs of CronJobs of which nothing else tells whether there was a Job.
func (i *Inquirer) settle(ctx context.Context, r *Reading, reached []lang.Ref) error {
	w := r.World
	for _, ref := range reached {
		if expr := w.Graph.Expr(ref); expr != nil {
			for _, edge := range expr.Edges() {
				if edge.Ref.Kind == lang.KindCronJob {
					w.Meant(ref, edge.Ref)
				}
			}
		}
	}
	asked := w.Asked()
	for ref, facts := range i.Facts {
		for _, run := range w.LastRuns(ref, explanation.MostRuns) {
			if at, err := time.Parse(time.RFC3339, run.Run); err == nil && facts.Runs.At(at, schedule.Unasked).State == schedule.Unsettled {
				asked = append(asked, run)
			}
		}
	}
	for n, run := range asked {
		if n == mostRunsAsked {
			i.note("Whether runs of CronJobs were missed was looked up for %d of them.", n)
			return nil
		}
		if err := i.ask(ctx, w, run); IsForbidden(err) {
			i.note("Whether runs of CronJobs were missed is not known: %v", err)
			break
		} else if err != nil {
			return err
		}
	}
	for ref, facts := range i.Facts {
		facts.Answers = w.Answers[ref]
		i.Facts[ref] = facts
	}
	return nil
}

func (i *Inquirer) ask(ctx context.Context, w *snapshot.World, run lang.Ref) error {
	ref := run.Object()
	runs := w.CronJobs.Runs(ref)
	at, err := time.Parse(time.RFC3339, run.Run)
	if runs == nil || err != nil {
		return nil
	}
	job, err := i.Client.BatchV1().Jobs(ref.Namespace).Get(ctx, runs.CronJob.JobName(at), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		job = nil
	case err != nil:
		return fmt.Errorf("reading the Job of %s: %w", run, err)
	}
	w.Answer(ref, at, schedule.AnswerOf(runs.CronJob.UID, at, job))
	return nil
}
