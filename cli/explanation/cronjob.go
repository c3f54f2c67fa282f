package explanation

import (
	"fmt"
	"time"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// CronJobFacts are what was read of a CronJob.
type CronJobFacts struct {
	Runs    *schedule.Runs
	Answers schedule.Answers
	// ByHand are the Jobs that somebody made of it without a scheduled time.
	ByHand []lang.Ref
	// Next is the Job that Kubernetes would make of its template next, and Invalid why its
	// expression cannot be read. Next is zero if the template waits for nothing.
	Next    lang.Ref
	Invalid error
}

// CronJob is what there is to say about a CronJob. Its JSON is a promise.
type CronJob struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Schedule  string `json:"schedule"`
	TimeZone  string `json:"timeZone,omitempty"`
	Suspended bool   `json:"suspended,omitempty"`
	Policy    string `json:"concurrencyPolicy,omitempty"`
	// Time is the scheduled time that Kubernetes comes to next, or should have come to by
	// now, Reason why it has no Job, one of schedule.Absence, and Message says so.
	Time    string `json:"time,omitempty"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
	// Active are the Jobs that Kubernetes counts as running. A held one is among them.
	Active []*Object `json:"active,omitempty"`
	// Runs are the latest, the latest first.
	Runs []CronJobRun `json:"runs,omitempty"`
	// ByHand are Jobs of it that belong to no scheduled time.
	ByHand []*Object `json:"byHand,omitempty"`
	// Next is what its next run would wait for.
	Next   *NextRun `json:"next,omitempty"`
	Advice []Advice `json:"advice,omitempty"`

	now time.Time
}

// CronJobRun is one run of a CronJob.
type CronJobRun struct {
	Time string `json:"time"`
	// State is one of gate.State, or unknown, and Job its Job, if that is still there.
	State    string `json:"state"`
	Job      string `json:"job,omitempty"`
	Message  string `json:"message,omitempty"`
	Finished string `json:"finished,omitempty"`

	finished time.Time
}

// NextRun is what the next run of a CronJob would wait for.
type NextRun struct {
	Time      string    `json:"time"`
	DependsOn string    `json:"dependsOn"`
	Invalid   string    `json:"invalid,omitempty"`
	Tree      *Part     `json:"tree,omitempty"`
	Roots     []*Object `json:"roots,omitempty"`
}

// MostRuns is how many of its last runs are shown of a CronJob.
const MostRuns = 5

// NextTime returns the scheduled time that Kubernetes comes to next, or should have come to:
// of those that it has not passed, the last that is due, else the first.
func NextTime(runs *schedule.Runs, now time.Time) (at time.Time, ok bool) {
	passed := runs.CronJob.Passed()
	if due, ok := runs.Previous(now.Add(time.Second)); ok && due.After(passed) {
		return due, true
	}
	if passed.After(now) { // another clock
		now = passed
	}
	return runs.Next(now)
}

// OfCronJob explains a CronJob.
func OfCronJob(c Cluster, ref lang.Ref, now time.Time, f CronJobFacts, recursive bool) *CronJob {
	facts := &f.Runs.CronJob
	e := &CronJob{
		Kind: lang.KindCronJob, Namespace: facts.Namespace, Name: facts.Name, Schedule: facts.Schedule, TimeZone: facts.Zone,
		Suspended: facts.Suspended, Policy: string(facts.Policy), now: now,
	}
	at, ok := NextTime(f.Runs, now)
	e.why(f, at, ok)
	for _, name := range facts.Active {
		e.Active = append(e.Active, objectOf(c, lang.Job(facts.Namespace, name)))
	}
	for _, run := range c.LastRuns(ref, MostRuns) {
		e.Runs = append(e.Runs, runOf(c, f, run))
	}
	for _, job := range f.ByHand {
		e.ByHand = append(e.ByHand, objectOf(c, job))
	}
	if f.Next.Name != "" && ok {
		e.next(c, f, at, recursive)
	}
	e.advise(c.Unreadable(lang.Job(facts.Namespace, "*")) != "")
	return e
}

// why says why there is no Job for the time that is next.
func (e *CronJob) why(f CronJobFacts, at time.Time, ok bool) {
	facts := &f.Runs.CronJob
	if _, err := schedule.Read(facts.Schedule, facts.Zone, facts.Created); err != nil {
		e.Reason, e.Message = string(schedule.ProblemUnreadable), fmt.Sprintf("Kubernetes makes no Job of it: %v", err)
		return
	}
	if !ok {
		e.Reason, e.Message = string(schedule.NoSuchTime), fmt.Sprintf("the schedule %q has no time to come", facts.Schedule)
		return
	}
	why, message := f.Runs.Why(at, e.now, f.Answers[at])
	if facts.Suspended && why == schedule.NotDue {
		why = schedule.IsSuspended
	}
	e.Time, e.Reason, e.Message = stamp(at), string(why), message
}

func runOf(c Cluster, f CronJobFacts, ref lang.Ref) CronJobRun {
	state, message := c.State(ref)
	r := CronJobRun{Time: ref.Run, State: string(state), Message: message}
	at, _ := time.Parse(time.RFC3339, ref.Run)
	r.finished = f.Runs.At(at, f.Answers[at]).Object.Finished
	r.Finished = stamp(r.finished)
	if job, there := c.RunJob(ref); there {
		r.Job = job.Name
		if s, ok := c.Snapshot(job); ok && s.Job.Outcome() == lang.Failed {
			r.Message = s.Job.Object.Reason
		}
	}
	return r
}

func (e *CronJob) next(c Cluster, f CronJobFacts, at time.Time, recursive bool) {
	s, _ := c.Snapshot(f.Next)
	e.Next = &NextRun{Time: stamp(at), DependsOn: s.Job.DependsOn}
	expr := gate.Deciding(s)
	if f.Invalid != nil || expr == nil {
		e.Next.Invalid = fmt.Sprint(f.Invalid)
		return
	}
	w := &walk{cluster: c, self: f.Next, seen: map[lang.Ref]bool{}, recursive: recursive}
	e.Next.Tree = w.part(s, expr.Trace(s.World, s.Job.Subject(), s.Now, -1))
	e.Next.Roots = NewRoots(c).of(f.Next, s, c.Decision(f.Next))
}

// advise says what one could do about a CronJob, about its runs, and about what its next run
// waits for. Of Jobs that may not be read nobody knows whether to repair them.
func (e *CronJob) advise(unread bool) {
	name := e.Name + " -n " + e.Namespace
	add := func(why, command string) { e.Advice = append(e.Advice, Advice{why, command}) }
	repair := func(at string) string { return fmt.Sprintf("depctl run cronjob/%s --at %s", name, at) }
	if e.Suspended {
		add("let it run again", "depctl release cronjob/"+name)
	}
	if e.Reason == string(schedule.IsForbidden) {
		for _, active := range e.Active {
			add(fmt.Sprintf("%s is %s, and the next run begins only after it: see why", active.Name, active.State), "depctl explain "+active.Name+" -n "+active.Namespace)
		}
	}
	if e.Reason == string(schedule.NotStarted) {
		add("see what Kubernetes says", "kubectl describe cronjob "+name)
	}
	latest := "TIME"
	for i, r := range e.Runs {
		if unread {
			break
		}
		switch state := gate.State(r.State); {
		case state == gate.StateSucceeded && i == 0:
			latest = r.Time
		case state == gate.StateFailed, state == gate.StateSkipped, state == "unknown":
			if latest == "TIME" {
				add("run it again for "+r.Time+", which "+ended(r), repair(r.Time))
			}
			latest = r.Time
		}
		if latest != "TIME" {
			break
		}
	}
	if len(e.ByHand) > 0 {
		add(e.ByHand[0].Name+" is the run of no time; make one that is", repair(latest))
	}
	if e.Next != nil && e.Next.Invalid != "" {
		add("fix the expression in its jobTemplate", "kubectl edit cronjob "+name)
	}
	if e.Next != nil {
		e.Advice = adviseOn(e.Advice, e.Next.Roots)
	}
	if left := len(e.Advice) - mostAdvice; left > 0 {
		e.Advice = append(e.Advice[:mostAdvice], Advice{Why: fmt.Sprintf("and %d more", left)})
	}
}

// ended says how a run that has not succeeded ended.
func ended(r CronJobRun) string {
	switch gate.State(r.State) {
	case gate.StateFailed:
		return "has failed"
	case gate.StateSkipped:
		if r.Message == schedule.ReasonMissed {
			return "was missed"
		}
		return "was skipped"
	}
	return "ended nobody knows how"
}
