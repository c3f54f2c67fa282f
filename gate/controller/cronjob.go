package controller

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

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
	// metAt is up to which resourceVersion the watch of Jobs had come when the CronJob was first heard of.
	metAt string
	// saved is what the annotation says.
	saved schedule.Record
	// named says that somebody names it, and misguarded that this has changed since the finalizers of its Jobs were looked
	// at.
	named, misguarded bool
	// takesNoneUntil is set where the API server refuses to write to it, and when to try
	// again. savedAt is when it was last written to.
	takesNoneUntil, savedAt time.Time
	// template is the hash of the text of its template.
	template uint64
	// unrecorded says that there may be Jobs whose outcome is not in the record, as those that ended
	// before anybody named the CronJob. All up to sweptTo are.
	unrecorded bool
	sweptTo    *schedule.Child
	// askedSince is when what is asked live began to be counted, and askedSoFar how much it was since.
	askedSince time.Time
	askedSoFar int
}

// cronJobs are the CronJobs that the gate knows.
type cronJobs struct {
	*gate.CronJobs
	of map[lang.Ref]*cronJob
	// named counts the templates that name each.
	named map[lang.Ref]int
	// going are the Jobs that are being deleted and wait for the record of their CronJob, by its UID.
	going map[cronJobUID]map[lang.Ref]bool
}

// cronJobUID is a CronJob as its Jobs name it.
type cronJobUID struct {
	namespace string
	uid       types.UID
}

func newCronJobs() cronJobs {
	return cronJobs{gate.NewCronJobs(), map[lang.Ref]*cronJob{}, map[lang.Ref]int{}, map[cronJobUID]map[lang.Ref]bool{}}
}

// note keeps whether a Job waits for the record of its CronJob to go.
func (c cronJobs) note(job gate.Job) {
	of := cronJobUID{job.Namespace, job.CronJob}
	if job.CronJob == "" || !job.Guarded || !job.BeingDeleted {
		c.forget(job)
		return
	}
	if c.going[of] == nil {
		c.going[of] = map[lang.Ref]bool{}
	}
	c.going[of][job.Identity()] = true
}

func (c cronJobs) forget(job gate.Job) {
	of := cronJobUID{job.Namespace, job.CronJob}
	if delete(c.going[of], job.Identity()); len(c.going[of]) == 0 {
		delete(c.going, of)
	}
}

// waitingForRecord returns the Jobs that wait for the record of a CronJob to go.
func (s *store) waitingForRecord(ref lang.Ref) (list []lang.Ref) {
	if runs := s.crons.Runs(ref); runs != nil {
		for job := range s.crons.going[cronJobUID{ref.Namespace, runs.CronJob.UID}] {
			list = append(list, s.keyOf(job))
		}
	}
	return list
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
	var dropped []lang.Ref
	switch same := old != nil && old.CronJob.UID == facts.UID; {
	case same && older(facts.ResourceVersion, old.CronJob.ResourceVersion):
		return nil
	case same && (older(old.CronJob.ResourceVersion, s.listedVersion) || older(old.CronJob.ResourceVersion, s.crons.of[ref].metAt)):
		// It was read before the Jobs were, or its watch was behind theirs when it was first heard of: of what began in
		// between, all may have gone.
		facts.Record = old.CronJob.Record.Begin(&facts, now)
	case same:
		facts.Record = old.CronJob.Record.See(&facts, now)
	default:
		dropped = s.dropCronJob(ref)
		s.crons.of[ref] = &cronJob{ask: map[time.Time]bool{}, answers: schedule.Answers{}, unrecorded: true, metAt: s.progress()}
		facts.Record = facts.Record.Begin(&facts, now)
	}
	s.crons.of[ref].saved = saved
	affected := append(dropped, s.nameInTemplate(ref, facts.DependsOn)...)
	facts.DependsOn, facts.Active = "", nil // what a tenant can make long is not kept
	s.crons.Set(facts)
	affected = append(affected, s.renamed([]lang.Ref{ref})...)
	return append(affected, s.changedCronJob(ref)...)
}

// dropCronJob forgets a CronJob that is gone.
func (s *store) dropCronJob(ref lang.Ref) []lang.Ref {
	one := s.crons.of[ref]
	if one == nil {
		return nil
	}
	affected := append(s.guardedRuns(ref), s.nameInTemplate(ref, "")...) // nothing is written for its runs any more
	delete(s.crons.of, ref)
	s.crons.Remove(ref)
	return append(affected, s.withRuns(ref, s.graph.Remove(ref))...)
}

// changedCronJob makes a CronJob another object for the graph, and returns those who name it,
// and the CronJob itself where there is something to ask or to record.
func (s *store) changedCronJob(ref lang.Ref) []lang.Ref {
	runs, one := s.crons.Runs(ref), s.crons.of[ref]
	c := &runs.CronJob
	affected := s.withRuns(ref, s.graph.Set(ref, depgraph.Node{Object: &lang.Object{UID: string(c.UID), Created: c.Created}}))
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
	if !s.kinds.schedules {
		return nil
	}
	s.crons.note(job)
	ref, changed := s.crons.SetJob(job)
	if !changed {
		return nil
	}
	switch run := job.Child(); {
	case job.Outcome() == lang.Undecided:
	case !s.isNamed(ref):
		one := s.crons.of[ref]
		one.unrecorded, one.sweptTo = true, nil
	default:
		facts := s.crons.Runs(ref).CronJob
		newest := s.crons.Children(ref).Newest(run.Time) // it counts, also of those of one second
		facts.Record = facts.Record.With(run.Outcome(), newest.Outcome())
		s.crons.Set(facts)
	}
	return s.changedCronJob(ref)
}

// goneRun takes in that a Job went which may be the run of a CronJob.
func (s *store) goneRun(job gate.Job) []lang.Ref {
	s.crons.forget(job)
	ref, known := s.crons.RemoveJob(job)
	if !known {
		return nil
	}
	run, facts := job.Child(), s.crons.Runs(ref).CronJob
	if s.isNamed(ref) { // it may not have been swept yet
		facts.Record = facts.Record.With(run.Outcome())
	}
	if _, recorded := facts.Record.At(run.Time); !recorded && s.crons.Children(ref).Newest(run.Time) == nil {
		facts.Record = facts.Record.Lose(run.Time)
	}
	s.crons.Set(facts)
	return s.changedCronJob(ref)
}

// sweep records how Jobs ended of which that is not known to be recorded, some at a time, and reports whether
// some are left.
func (s *store) sweep(ref lang.Ref, record schedule.Record) (schedule.Record, bool) {
	one := s.crons.of[ref]
	if !one.unrecorded {
		return record, false
	}
	some := s.crons.Children(ref).After(one.sweptTo, mostSwept)
	outcomes := make([]schedule.Outcome, len(some))
	for i, child := range some {
		outcomes[i], one.sweptTo = child.Outcome(), child
	}
	record = record.With(outcomes...)
	if one.unrecorded = len(some) == mostSwept; !one.unrecorded {
		one.sweptTo = nil
	}
	return record, one.unrecorded
}

// mostSwept is how many Jobs are recorded with the lock.
const mostSwept = 100

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
