package controller

import (
	"maps"
	"slices"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
	"depctl.dev/test/simulation"
)

// actOnCronJob takes a step of the script that is about a CronJob, and reports whether it could. In a steady scenario a
// CronJob runs only when the gate has begun to record its runs: what was before then is not known.
func (p *player) actOnCronJob(step simulation.Step) bool {
	one := p.crons[step.Job]
	if object := p.cluster.CronJob(one.Namespace, one.Name); p.steady && p.isInTemplate(one) && object.Annotations[schedule.OutcomesAnnotation] == "" {
		return false
	}
	p.tell("step %d %s/%s %d", step.Kind, one.Namespace, one.Name, step.Times)
	switch step.Kind {
	case simulation.Tick:
		p.cluster.Tick(one, step.Times, step.Ends)
	case simulation.Repeat:
		p.cluster.Repeat(one, step.Times, step.Ends)
	case simulation.Suspend:
		p.cluster.Suspend(one.Namespace, one.Name)
	case simulation.Drop:
		p.cluster.DeleteCronJob(one.Namespace, one.Name)
	case simulation.Apply:
		p.cluster.CreateCronJob(one)
	}
	return true
}

// isInTemplate reports whether the template of some CronJob of the scenario names one.
func (p *player) isInTemplate(one simulation.CronJob) bool {
	return slices.ContainsFunc(p.crons, func(by simulation.CronJob) bool {
		return slices.Contains(namedBy(by.Namespace, by.Template.DependsOn), gate.CronJobRef(one.Namespace, one.Name))
	})
}

// lives reports whether the time to live of a Job is not over yet: it is long enough for the gate to
// catch up, and for all that belongs together to be made. That of a run whose outcome is kept may be short.
func (p *player) lives(job *batchv1.Job) bool {
	if gate.Observe(job).KeepsOutcome {
		return false
	}
	return slices.ContainsFunc(p.steps, func(s simulation.Step) bool { return s.Kind == simulation.Create || s.Kind == simulation.Tick }) ||
		p.depth > 0 || p.delivered < len(p.cluster.Events) || p.heard < len(p.cluster.CronEvents) || len(p.line.waiting)+len(p.line.busy) > 0 || p.gate.store.judging
}

// bookmark tells the watch of Jobs that nothing has happened since, if anything has happened elsewhere.
func (p *player) bookmark() bool {
	if p.progress == p.cluster.Revision() {
		return false
	}
	p.progress = p.cluster.Revision()
	p.tell("bookmark %s", p.progress)
	return true
}

// hear sends the next event of a CronJob.
func (p *player) hear() bool {
	if p.heard == len(p.cluster.CronEvents) {
		return false
	}
	e := p.cluster.CronEvents[p.heard]
	p.heard++
	p.tell("%s CronJob %s", e.Type, e.CronJob.UID)
	if e.Type == watch.Deleted {
		p.known.removeCronJob(e.CronJob)
		require.NoError(p.t, p.watch.Delete(p.unread(e.CronJob)))
	} else {
		p.known.setCronJob(e.CronJob)
		require.NoError(p.t, p.watch.Update(p.unread(e.CronJob)))
	}
	p.aMinuteLater()
	return true
}

// unread returns a CronJob as the watch sends it.
func (p *player) unread(object *batchv1.CronJob) *unstructured.Unstructured {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	require.NoError(p.t, err)
	return &unstructured.Unstructured{Object: content}
}

// listCronJobs gives the gate all CronJobs as they are now or were since the last event.
func (p *player) listCronJobs() {
	p.heard += p.random.IntN(len(p.cluster.CronEvents) - p.heard + 1)
	now := map[lang.Ref]*batchv1.CronJob{}
	for _, e := range p.cluster.CronEvents[:p.heard] {
		ref := gate.CronJobRef(e.CronJob.Namespace, e.CronJob.Name)
		if now[ref] = e.CronJob; e.Type == watch.Deleted {
			delete(now, ref)
		}
	}
	p.tell("list of %d CronJobs at %d", len(now), p.heard)
	var objects []any
	for ref, facts := range p.known.crons {
		if object := now[ref]; object == nil || object.UID != facts.UID {
			delete(p.known.crons, ref)
		}
	}
	for _, ref := range slices.SortedFunc(maps.Keys(now), lang.Ref.Compare) {
		object := now[ref]
		p.known.setCronJob(object)
		objects = append(objects, p.unread(object))
	}
	p.known.nobodyAsks()
	require.NoError(p.t, p.watch.Replace(objects, ""))
	p.aMinuteLater()
}
