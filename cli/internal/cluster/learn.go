package cluster

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// mostLearned is of how many Jobs the pods are read for what they have told.
const mostLearned = 200

// learn reads the exit codes and the results that the expressions of some Jobs ask for, from the pods
// of the Jobs that they wait for. It returns what is to be said of what may not be read.
func (r *Reading) learn(ctx context.Context, refs []lang.Ref) []string {
	if r.pods == nil {
		return nil
	}
	var notes []string
	known, forbidden := map[lang.Ref]bool{}, map[string]bool{}
	for _, ref := range refs {
		if job := r.World.Jobs[ref]; !job.Waits() {
			continue
		}
		for _, p := range r.producers(ref) {
			job, exists := r.World.Jobs[p.job]
			what := r.asked(ref, p.named, job)
			if !exists || what == "" || known[p.job] || forbidden[p.job.Namespace] {
				continue
			}
			if len(known) == mostLearned {
				return append(notes, fmt.Sprintf("Exit codes and results were read of %d Jobs.", mostLearned))
			}
			known[p.job] = true
			pods, err := PodsOf(ctx, r.pods, job.Namespace, string(job.UID))
			if err != nil {
				forbidden[p.job.Namespace] = IsForbidden(err)
				notes = append(notes, fmt.Sprintf("The %s of %s is not known: %v", what, p.job, err))
				continue
			}
			if job.Outcome() == lang.Failed {
				job.Object = ExitsOf(job, pods).In(job.Object)
			} else {
				job.Object = resultOf(job, pods)
			}
			r.World.Add(job)
		}
	}
	return notes
}

// producer is a Job that is waited for, and what the expression calls it: a CronJob, if it is a run
// of one.
type producer struct{ named, job lang.Ref }

// producers returns what a Job waits for.
func (r *Reading) producers(ref lang.Ref) []producer {
	expr := r.World.Graph.Expr(ref)
	if expr == nil {
		return nil
	}
	var list []producer
	for _, p := range r.World.Graph.Prerequisites(ref) {
		if p.Kind != lang.KindCronJob {
			list = append(list, producer{p, p})
		}
	}
	for _, edge := range expr.Edges() {
		if edge.Ref.Kind != lang.KindCronJob || !edge.ExitCode && !edge.Result {
			continue
		}
		for _, run := range r.World.Meant(ref, edge.Ref) {
			if job, made := r.World.RunJob(run); made {
				list = append(list, producer{run.Object(), job})
			}
		}
	}
	return list
}

// asked returns what a Job wants to know of one that it waits for and that has ended: empty if that is
// nothing that only pods tell.
func (r *Reading) asked(by, named lang.Ref, job gate.Job) string {
	expr := r.World.Graph.Expr(by)
	switch {
	case job.Object == nil:
	case job.Outcome() == lang.Failed && expr.AsksExitCode(named, by):
		return "exit code"
	case job.Outcome() == lang.Succeeded && job.Object.Result == nil && (r.World.Jobs[by].Results != "" || expr.AsksResult(named, by)):
		return "result"
	}
	return ""
}

// ExitsOf returns the exit codes of the pods of a Job.
func ExitsOf(job gate.Job, pods []corev1.Pod) *gate.Exits {
	exits := &gate.Exits{}
	for i := range pods {
		exits.Add(job.Owner(), &pods[i])
	}
	return exits
}

// resultOf returns a Job with the result that its pods have told.
func resultOf(job gate.Job, pods []corev1.Pod) *lang.Object {
	result := gate.Result{}
	for i := range pods {
		result.Add(job, &pods[i])
	}
	known := *job.Object
	known.Result = result.Of(job)
	return &known
}

// learnAll is learn for all Jobs that were read.
func (r *Reading) learnAll(ctx context.Context) []string {
	var refs []lang.Ref
	for ref, job := range r.World.Jobs {
		if expr := r.World.Graph.Expr(ref); expr != nil && job.Waits() {
			refs = append(refs, ref)
		}
	}
	slices.SortFunc(refs, lang.Ref.Compare)
	return r.learn(ctx, refs)
}
