package controller

import (
	"maps"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// told takes in that the gate has read the pods of a Job that has succeeded.
func (k *known) told(uid types.UID, pods []corev1.Pod) {
	for _, job := range k.all {
		if job.UID != uid || job.Object.Result != nil {
			continue
		}
		var result gate.Result
		for i := range pods {
			result.Add(job, &pods[i])
		}
		k.results[uid] = result.Of(job)
		k.read(&job)
		k.all[job.Identity()] = job
		k.place()
	}
}

// read adds to a Job the result that was read.
func (k *known) read(job *gate.Job) {
	if result := k.results[job.UID]; result != nil && job.Outcome() == lang.Succeeded && job.Object.Result == nil {
		known := *job.Object
		known.Result = result
		job.Object = &known
	}
}

// unasked takes in for which Jobs the gate has noted, without asking, that they cannot have a result.
func (p *player) unasked() {
	for _, e := range p.gate.store.entries {
		if result := e.job.Object.Result; result != nil && !e.job.MayHaveResult() && p.known.results[e.job.UID] == nil {
			require.NotEmpty(p.t, result.Lost)
			p.known.results[e.job.UID] = result
			if job := p.known.all[e.job.Identity()]; job.UID == e.job.UID {
				p.known.read(&job)
				p.known.all[job.Identity()] = job
				p.known.place()
			}
		}
	}
}

// setCronJob takes in the state of a CronJob.
func (k *known) setCronJob(object *batchv1.CronJob) {
	facts := schedule.Observe(object)
	ref := gate.CronJobRef(facts.Namespace, facts.Name)
	if old, exists := k.crons[ref]; !exists || old.UID != facts.UID || !older(facts.ResourceVersion, old.ResourceVersion) {
		k.crons[ref] = facts
	}
}

func (k *known) removeCronJob(object *batchv1.CronJob) {
	delete(k.crons, gate.CronJobRef(object.Namespace, object.Name))
	k.nobodyAsks()
}

// nobodyAsks forgets how runs ended that no template names any more.
func (k *known) nobodyAsks() {
	maps.DeleteFunc(k.ended, func(of types.UID, _ map[time.Time]schedule.Outcome) bool { return !k.isNamed(gate.Job{CronJob: of}) })
}

func (k *known) answeredCronJob(object *batchv1.CronJob) {
	if old, exists := k.crons[gate.CronJobRef(object.Namespace, object.Name)]; exists && old.UID == object.UID {
		k.setCronJob(object)
	}
}

// ran notes how a run ended that some template names.
func (k *known) ran(job gate.Job) {
	if job.CronJob == "" || job.Outcome() == lang.Undecided || !k.isNamed(job) {
		return
	}
	if k.ended[job.CronJob] == nil {
		k.ended[job.CronJob] = map[time.Time]schedule.Outcome{}
	}
	run := job.Child()
	if old, exists := k.ended[job.CronJob][run.Time]; !exists || !old.Created.After(run.Created) {
		k.ended[job.CronJob][run.Time] = run.Outcome()
	}
}

// isNamed reports whether the template of some CronJob names that of a Job.
func (k *known) isNamed(job gate.Job) bool {
	for ref, facts := range k.crons {
		if facts.UID != job.CronJob {
			continue
		}
		for by, other := range k.crons {
			if slices.Contains(namedBy(by.Namespace, other.DependsOn), ref) {
				return true
			}
		}
	}
	return false
}

// namedBy returns the CronJobs that the expression of a template names.
func namedBy(namespace, text string) (list []lang.Ref) {
	if text == "" {
		return nil
	}
	expr, err := lang.Parse(text)
	if err != nil {
		return nil
	}
	for _, edge := range expr.Edges() {
		if edge.Ref.Kind == lang.KindCronJob {
			list = append(list, edge.Ref.Resolve(lang.Ref{Namespace: namespace}).Object())
		}
	}
	return list
}

// nights is what the runs of CronJobs are if the gate remembers them well.
type nights struct{ p *player }

func (n nights) Runs(ref lang.Ref) (*schedule.Runs, schedule.Answers) {
	facts, known := n.p.known.crons[ref]
	one := n.p.gate.store.crons.of[ref]
	if !known || one == nil {
		return nil, nil
	}
	facts.Record = n.p.gate.store.crons.Runs(ref).CronJob.Record
	children := schedule.NewChildren()
	for _, job := range n.p.known.all {
		if job.CronJob == facts.UID && job.Namespace == facts.Namespace {
			children.Set(job.Child())
		}
	}
	return schedule.Gather(facts, children), one.answers
}

func (n nights) Owner(job gate.Job) *schedule.Runs {
	for ref, facts := range n.p.known.crons {
		if job.CronJob != "" && facts.UID == job.CronJob && ref.Namespace == job.Namespace {
			runs, _ := n.Runs(ref)
			return runs
		}
	}
	return nil
}

func (nights) Ask(lang.Ref, []time.Time) {}

// recorded checks that what the gate knows of the runs of CronJobs is true, and that it has forgotten none.
func (p *player) recorded() {
	store := p.gate.store
	require.Len(p.t, store.crons.of, len(p.known.crons))
	for ref, facts := range p.known.crons {
		runs := store.crons.Runs(ref)
		require.Equal(p.t, facts.UID, runs.CronJob.UID)
		for at, outcome := range p.known.ended[facts.UID] {
			got, recorded := runs.CronJob.Record.At(at)
			newest := store.crons.Children(ref).Newest(at) // which may not be swept yet
			require.True(p.t, recorded && !got.Created.Before(outcome.Created) || newest != nil && !newest.Created.Before(outcome.Created),
				"the run of %s at %s is forgotten: %v", ref, at, got)
		}
		for _, run := range p.cluster.Runs {
			if run.Of != facts.UID {
				continue
			}
			got := runs.At(run.Time, store.crons.of[ref].answers[run.Time])
			require.True(p.t, run.ByHand || got.State != schedule.Missed && got.Object.Reason != schedule.ReasonMissed, "the run of %s at %s is said to be missed", ref, run.Time)
			if outcome, recorded := runs.CronJob.Record.At(run.Time); recorded && !outcome.Created.IsZero() {
				require.True(p.t, p.ranSo(facts.UID, outcome), "no run of %s ended so: %v", ref, outcome)
			}
		}
	}
}

// ranSo reports whether a run of a CronJob has ended so.
func (p *player) ranSo(of types.UID, outcome schedule.Outcome) bool {
	for _, e := range p.cluster.Events {
		job := gate.Observe(e.Job)
		if job.CronJob != of || job.Outcome() != outcome.Outcome || job.Object.Reason != outcome.Reason {
			continue
		}
		if run := job.Child(); run.Time.Equal(outcome.Time) && run.Created.Equal(outcome.Created) {
			return true
		}
	}
	return false
}

// keeps reports whether a Job is a run of a CronJob that some template names, and its outcome is to be kept.
func (p *player) keeps(job *batchv1.Job) bool {
	observed := gate.Observe(job)
	return observed.KeepsOutcome && observed.CronJob != "" && p.known.isNamed(observed)
}

// outlived checks that the outcome of a run that has gone is on its CronJob.
func (p *player) outlived(job *batchv1.Job) {
	gone := gate.Observe(job)
	if gone.Outcome() == lang.Undecided {
		return
	}
	for ref, facts := range p.known.crons {
		object := p.cluster.CronJob(ref.Namespace, ref.Name)
		if facts.UID != gone.CronJob || object == nil || object.UID != facts.UID {
			continue
		}
		record := schedule.Observe(object).Record
		kept, recorded := record.At(gone.Run.Time)
		require.True(p.t, recorded && !kept.Created.Before(gone.Run.Created), "%s is gone, and its outcome is not on its CronJob", gone.Identity())
	}
}

// written checks that all that is known of the runs of CronJobs is on them.
func (p *player) written() {
	for ref := range p.known.crons {
		record := p.gate.store.crons.Runs(ref).CronJob.Record
		require.False(p.t, p.gate.store.isNamed(ref) && worthWriting(record, p.gate.store.crons.of[ref].saved), "%s has not got its record", ref)
	}
}

// toldTruth checks that a result is the one that the pod of the Job told.
func (p *player) toldTruth(o *lang.Object) {
	if o != nil && o.Result != nil && o.Result.Lost == "" {
		require.Equal(p.t, p.cluster.Result(types.UID(o.UID)), o.Result.Value)
	}
}
