package controller

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// What is in this file keeps the runs of CronJobs. Which runs there are and what they mean
// is decided in gate/schedule; here they are watched, asked for and recorded.
//
// In the graph a CronJob is one object, and every change of one of its runs makes it another:
// so all who name it are looked at again.

// cronJob is what the gate knows of a CronJob besides its runs.
type cronJob struct {
	// names are the CronJobs that its template names.
	names []lang.Ref
	// ask are the times of which a live GET is needed, and answers what they said.
	ask     map[time.Time]bool
	answers schedule.Answers
	// saved is what the annotation says.
	saved schedule.Record
	// takesNoneUntil is set where the API server refuses to write to it, and when to try
	// again.
	takesNoneUntil time.Time
}

// cronJobs are the CronJobs that the gate knows.
type cronJobs struct {
	*gate.CronJobs
	of map[lang.Ref]*cronJob
	// named counts the templates that name each.
	named map[lang.Ref]int
}

func newCronJobs() cronJobs {
	return cronJobs{gate.NewCronJobs(), map[lang.Ref]*cronJob{}, map[lang.Ref]int{}}
}

// schedules is what one decision sees of the CronJobs. It is used with the store's lock, and
// what it is asked for is kept for later.
type schedules struct {
	*store
	asks map[lang.Ref][]time.Time
}

// Runs returns the runs of a CronJob, and what is known of their Jobs.
func (s schedules) Runs(ref lang.Ref) (*schedule.Runs, schedule.Answers) {
	one := s.crons.of[ref]
	if one == nil {
		return nil, nil
	}
	return s.crons.Runs(ref), one.answers
}

// Owner returns the runs of the CronJob of which a Job is one.
func (s schedules) Owner(job gate.Job) *schedule.Runs { return s.crons.Owner(job) }

// Ask notes of which times a live GET is needed.
func (s schedules) Ask(ref lang.Ref, times []time.Time) { s.asks[ref] = append(s.asks[ref], times...) }

// asked takes in what a decision asked for.
func (s *store) asked(asks map[lang.Ref][]time.Time) {
	if len(asks) == 0 {
		return
	}
	s.change(func() (affected []lang.Ref) {
		for ref, times := range asks {
			one := s.crons.of[ref]
			if one == nil {
				continue
			}
			for _, t := range times {
				if !one.ask[t] && one.answers[t] == schedule.Unasked {
					one.ask[t] = true
					affected = append(affected, ref)
				}
			}
		}
		return affected
	})
}

// takeCronJob takes in the state of a CronJob and returns whom that may concern.
func (s *store) takeCronJob(facts schedule.CronJob) []lang.Ref {
	ref := gate.CronJobRef(facts.Namespace, facts.Name)
	now := s.clock.Now()
	old := s.crons.Runs(ref)
	saved := facts.Record
	switch same := old != nil && old.CronJob.UID == facts.UID; {
	case same && older(facts.ResourceVersion, old.CronJob.ResourceVersion):
		return nil
	case same && older(old.CronJob.ResourceVersion, s.listedVersion):
		// It was read before the Jobs were: of what began in between, all may have gone.
		facts.Record = old.CronJob.Record.Begin(&facts, now)
	case same:
		facts.Record = old.CronJob.Record.See(&facts, now)
	default:
		s.dropCronJob(ref)
		s.crons.of[ref] = &cronJob{ask: map[time.Time]bool{}, answers: schedule.Answers{}}
		facts.Record = facts.Record.Begin(&facts, now)
	}
	s.crons.of[ref].saved = saved
	s.nameInTemplate(ref, facts)
	s.crons.Set(facts)
	return s.changedCronJob(ref)
}

// nameInTemplate counts what the template of a CronJob names.
func (s *store) nameInTemplate(ref lang.Ref, facts schedule.CronJob) {
	one := s.crons.of[ref]
	for _, other := range one.names {
		if s.crons.named[other]--; s.crons.named[other] == 0 {
			delete(s.crons.named, other)
		}
	}
	one.names = nil
	if facts.DependsOn == "" || len(facts.DependsOn) > s.longText || lang.IsListOfNames(facts.DependsOn) {
		return
	}
	expr, err := lang.Parse(facts.DependsOn)
	if err != nil {
		return
	}
	for _, edge := range expr.Edges() {
		if edge.Ref.Kind == lang.KindCronJob {
			one.names = append(one.names, edge.Ref.Resolve(lang.Ref{Namespace: facts.Namespace}).Object())
		}
	}
	if len(one.names) > 0 { // its own earlier runs say where its period begins
		one.names = append(one.names, ref)
	}
	for _, other := range one.names {
		s.crons.named[other]++
	}
}

// isNamed reports whether some expression names a CronJob, so that its runs are recorded.
func (s *store) isNamed(ref lang.Ref) bool {
	return s.crons.named[ref] > 0 || len(s.graph.Dependents(ref)) > 0
}

// dropCronJob forgets a CronJob that is gone.
func (s *store) dropCronJob(ref lang.Ref) []lang.Ref {
	one := s.crons.of[ref]
	if one == nil {
		return nil
	}
	s.nameInTemplate(ref, schedule.CronJob{})
	delete(s.crons.of, ref)
	s.crons.Remove(ref)
	return s.graph.Remove(ref)
}

// changedCronJob makes a CronJob another object for the graph, and returns those who name it,
// and the CronJob itself where there is something to ask or to record.
func (s *store) changedCronJob(ref lang.Ref) []lang.Ref {
	runs, one := s.crons.Runs(ref), s.crons.of[ref]
	c := &runs.CronJob
	affected := s.graph.Set(ref, depgraph.Node{Object: &lang.Object{UID: string(c.UID), Created: c.Created}})
	delete(s.went, ref)
	if !s.isNamed(ref) {
		return affected
	}
	for _, t := range runs.Unsettled(c.Record.From) {
		if one.answers[t] == schedule.Unasked {
			one.ask[t] = true
		}
	}
	return append(affected, ref)
}

// changedRun takes in that a Job changed which may be the run of a CronJob.
func (s *store) changedRun(job gate.Job) []lang.Ref {
	if !s.kinds.Has(lang.KindCronJob) {
		return nil
	}
	ref, known := s.crons.SetJob(job)
	if !known {
		return nil
	}
	s.recordOutcome(ref, job)
	return s.changedCronJob(ref)
}

// goneRun takes in that a Job went which may be the run of a CronJob.
func (s *store) goneRun(job gate.Job) []lang.Ref {
	ref, known := s.crons.RemoveJob(job)
	if !known {
		return nil
	}
	return s.changedCronJob(ref)
}

func (s *store) recordOutcome(ref lang.Ref, job gate.Job) {
	if job.Outcome() == lang.Undecided || !s.isNamed(ref) {
		return
	}
	child := job.Run
	child.Object = job.Object
	s.record(ref, outcomeOf(child))
}

func outcomeOf(run schedule.Child) schedule.Outcome {
	return schedule.Outcome{
		Time: run.Time, Outcome: run.Object.Outcome, Reason: run.Object.Reason, Created: run.Created, Finished: run.Object.Finished,
	}
}

// record notes how a run ended.
func (s *store) record(ref lang.Ref, o schedule.Outcome) {
	facts := s.crons.Runs(ref).CronJob
	facts.Record = facts.Record.With(o)
	s.crons.Set(facts)
}

// owesRecord reports whether a Job is the run of a CronJob that somebody names, and whether
// its outcome is still to be written there. What the record has no room for, or the API server
// refuses, is owed to nobody: no deletion is held for it.
func (s *store) owesRecord(job gate.Job) (named, owed bool) {
	ref, known := s.crons.Of(job)
	if job.CronJob == "" || !known || !s.isNamed(ref) {
		return false, false
	}
	one, run := s.crons.of[ref], job.Run
	run.Object = job.Object
	if s.clock.Now().Before(one.takesNoneUntil) {
		return true, false
	}
	record := s.crons.Runs(ref).CronJob.Record.With(outcomeOf(run))
	if _, fits := record.At(run.Time); !fits {
		return true, false
	}
	saved, there := one.saved.At(run.Time)
	return true, !there || !saved.Created.IsZero() && saved.Created.Before(run.Created)
}

// watchedAnew begins the records anew where the Jobs were listed: what happened meanwhile is
// not known.
func (s *store) watchedAnew() (affected []lang.Ref) {
	for _, ref := range s.crons.Refs() {
		facts := s.crons.Runs(ref).CronJob
		facts.Record = facts.Record.Begin(&facts, s.clock.Now())
		s.crons.Set(facts)
		affected = append(affected, s.changedCronJob(ref)...)
	}
	return affected
}

// pending is what is to be done about a CronJob.
type pending struct {
	facts schedule.CronJob
	// ask are the times to ask for.
	ask []time.Time
	// write is the text to write; empty if it is written.
	write string
	// blind says that the watch of Jobs has not caught up with the CronJob.
	blind bool
}

// pending returns what is to be done about a CronJob, and takes in that the watch of Jobs
// has caught up with it, if it has.
func (s *store) pending(ref lang.Ref) (p pending, ok bool) {
	s.change(func() (affected []lang.Ref) {
		one := s.crons.of[ref]
		if one == nil || !s.isNamed(ref) {
			return nil
		}
		ok = true
		facts := s.crons.Runs(ref).CronJob
		if p.blind = older(s.progress(), facts.ResourceVersion); !p.blind {
			if seen := facts.Record.SeenThrough(&facts); !seen.Until.Equal(facts.Record.Until) {
				facts.Record = seen
				s.crons.Set(facts)
				affected = s.changedCronJob(ref)
			}
		}
		for _, child := range s.crons.Children(facts.Namespace, facts.UID) {
			facts.Record = facts.Record.With(outcomeOf(child)) // also what ended before anybody named the CronJob
		}
		// What was missed is recorded before a restart can make it lost.
		for _, t := range s.crons.Runs(ref).Unsettled(facts.Record.From) {
			switch {
			case one.answers[t] == schedule.Unasked:
				one.ask[t] = true
			case one.answers[t] == schedule.NotFound && s.crons.Runs(ref).At(t, schedule.NotFound).State == schedule.Missed:
				facts.Record = facts.Record.With(schedule.MissedOutcome(t, s.clock.Now()))
			}
		}
		if text := facts.Record.String(); text != s.crons.Runs(ref).CronJob.Record.String() {
			s.crons.Set(facts)
			affected = append(affected, s.changedCronJob(ref)...)
		}
		affected = slices.DeleteFunc(affected, func(r lang.Ref) bool { return r == ref })
		p.facts, p.ask = facts, slices.SortedFunc(maps.Keys(one.ask), time.Time.Compare)
		if worthWriting(facts.Record, one.saved) {
			p.write = facts.Record.String()
		}
		return affected
	})
	return p, ok
}

// worthWriting reports whether a record says more than the one that is written: up to where
// it is complete is written with the rest.
func worthWriting(record, written schedule.Record) bool {
	if record.UID == written.UID {
		record.From, record.Until = written.From, written.Until
	}
	return record.String() != written.String()
}

// progress returns up to which resourceVersion the watch of Jobs has come, empty if that is
// not known.
func (s *store) progress() string {
	if r := s.jobs.Load(); r != nil {
		return r.LastSyncResourceVersion()
	}
	return ""
}

// catchUp is how long the gate waits before it looks again whether the watch of Jobs has
// caught up: the API server says so once a minute at least.
const catchUp = 2 * time.Second

// keep asks what is to be asked about the runs of a CronJob, and records what is known.
func (c *Controller) keep(ctx context.Context, ref lang.Ref) error {
	p, ok := c.store.pending(ref)
	if !ok {
		return nil
	}
	for _, t := range p.ask {
		answer, err := c.ask(ctx, &p.facts, t)
		if err != nil {
			return err
		}
		c.store.heard(ref, p.facts.UID, t, answer)
	}
	if p.blind || len(p.ask) > 0 {
		c.queue.AddAfter(ref, catchUp)
	}
	if p.write == "" || c.observer || !c.store.scope.Has(ref.Namespace) {
		return nil
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid": p.facts.UID, "resourceVersion": p.facts.ResourceVersion,
		"annotations": map[string]string{schedule.OutcomesAnnotation: p.write},
	}})
	if err != nil {
		return fmt.Errorf("encoding the record of the runs: %w", err)
	}
	patched, err := c.client.BatchV1().CronJobs(ref.Namespace).Patch(ctx, ref.Name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: FieldManager})
	switch {
	case apierrors.IsNotFound(err), apierrors.IsConflict(err):
		c.queue.AddAfter(ref, firstRetry) // its watch says what it is now
		return nil
	case tooLarge(err), apierrors.IsForbidden(err), apierrors.IsInvalid(err):
		klog.FromContext(ctx).Info("The CronJob takes no record of its runs, they stay with the gate alone",
			"cronjob", klog.KRef(ref.Namespace, ref.Name), "refusal", err.Error())
		c.store.takesNoRecord(ref)
		c.queue.AddAfter(ref, unsavable)
		return nil
	case err != nil:
		return fmt.Errorf("recording the runs of CronJob %s/%s: %w", ref.Namespace, ref.Name, err)
	}
	klog.FromContext(ctx).V(1).Info("Recorded runs", "cronjob", klog.KRef(ref.Namespace, ref.Name), "uid", p.facts.UID)
	c.store.recorded(patched)
	return nil
}

// takesNoRecord notes that nothing can be written to a CronJob. Those of its Jobs that are kept
// for that can go.
func (s *store) takesNoRecord(ref lang.Ref) {
	s.change(func() (affected []lang.Ref) {
		one := s.crons.of[ref]
		if one == nil {
			return nil
		}
		one.takesNoneUntil = s.clock.Now().Add(unsavable)
		for _, child := range s.crons.Children(ref.Namespace, s.crons.Runs(ref).CronJob.UID) {
			affected = append(affected, s.keyOf(lang.Job(ref.Namespace, child.Name)))
		}
		return affected
	})
}

// ask asks for the Job that Kubernetes makes for a time. The gate may list, and has no other
// right to read.
func (c *Controller) ask(ctx context.Context, facts *schedule.CronJob, t time.Time) (schedule.Answer, error) {
	list, err := c.client.BatchV1().Jobs(facts.Namespace).List(ctx, metav1.ListOptions{
		FieldSelector: fields.OneTermEqualSelector(metav1.ObjectNameField, facts.JobName(t)).String(),
	})
	if err != nil {
		return schedule.Unasked, fmt.Errorf("asking for the Job of CronJob %s at %s: %w", facts, t.Format(time.RFC3339), err)
	}
	var found *batchv1.Job
	if len(list.Items) > 0 {
		found = &list.Items[0]
	}
	return schedule.AnswerOf(facts.UID, t, found), nil
}

// heard takes in what a live GET said.
func (s *store) heard(ref lang.Ref, uid types.UID, t time.Time, answer schedule.Answer) {
	s.change(func() []lang.Ref {
		one := s.crons.of[ref]
		if one == nil || s.crons.Runs(ref).CronJob.UID != uid {
			return nil
		}
		delete(one.ask, t)
		if len(one.answers) > mostAnswers {
			clear(one.answers)
		}
		one.answers[t] = answer
		return s.changedCronJob(ref)
	})
}

// mostAnswers is how many answers are kept for a CronJob; those that are needed are asked for
// again.
const mostAnswers = 4 * schedule.MaxRuns

// recorded takes in a CronJob as the API server returned it from a patch, without waiting for
// the watch: the finalizers of its Jobs can go.
func (s *store) recorded(patched *batchv1.CronJob) {
	facts := schedule.Observe(patched)
	s.change(func() []lang.Ref {
		affected := s.takeCronJob(facts)
		for _, child := range s.crons.Children(facts.Namespace, facts.UID) {
			affected = append(affected, s.keyOf(lang.Job(facts.Namespace, child.Name)))
		}
		return affected
	})
}
