package cluster

import (
	"context"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/explanation"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/reference"
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

// cronJobNames returns the names of some CronJobs, none if they may not be listed.
func (i *Inquirer) cronJobNames(ctx context.Context, namespace string) (names []string) {
	list, err := i.Client.BatchV1().CronJobs(namespace).List(ctx, metav1.ListOptions{Limit: mostNames})
	if err != nil {
		return nil
	}
	for n := range list.Items {
		names = append(names, list.Items[n].Name)
	}
	return names
}

// MatchingCronJobs returns names in which each pattern is replaced by the CronJobs that it means,
// in the order of their names. A pattern without a namespace is about all of them.
func (i *Inquirer) MatchingCronJobs(ctx context.Context, names []lang.Ref) ([]lang.Ref, error) {
	i.listed = map[lang.Ref]*batchv1.CronJob{}
	return expand(names, func(pattern lang.Ref) ([]lang.Ref, error) {
		list, err := i.Client.BatchV1().CronJobs(pattern.Namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, fmt.Errorf("listing CronJobs%s: %w", command.In(pattern.Namespace), err)
		}
		var found []lang.Ref
		for n := range list.Items {
			if full := &list.Items[n]; reference.Matches(pattern.Name, full.Name) {
				ref := gate.CronJobRef(full.Namespace, full.Name)
				i.listed[ref] = full
				found = append(found, ref)
			}
		}
		slices.SortFunc(found, lang.Ref.Compare)
		return found, nil
	})
}

func (i *Inquirer) cronJob(ctx context.Context, ref lang.Ref) (*batchv1.CronJob, error) {
	if full, there := i.listed[ref]; there {
		return full, nil
	}
	return i.Client.BatchV1().CronJobs(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
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
		full, err := i.cronJob(ctx, ref)
		switch {
		case apierrors.IsNotFound(err):
			return nil, NoObject(ref, i.cronJobNames(ctx, ref.Namespace))
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
		facts := explanation.CronJobFacts{Runs: r.World.RunsNow(ref), ByHand: made[full.UID]}
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

// answered takes into the facts what looks at Jobs have shown.
func (i *Inquirer) answered(w *snapshot.World) {
	for ref, facts := range i.Facts {
		facts.Answers = w.Answers[ref]
		i.Facts[ref] = facts
	}
}
