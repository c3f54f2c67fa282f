package controller

import (
	"time"

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
	if run := job.Child(); job.Outcome() != lang.Undecided && s.isNamed(ref) {
		facts := s.crons.Runs(ref).CronJob
		facts.Record = facts.Record.With(run.Outcome())
		s.crons.Set(facts)
	}
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
