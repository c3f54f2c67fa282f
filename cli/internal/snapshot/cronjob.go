package snapshot

import (
	"maps"
	"slices"
	"time"

	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// run returns the run of a CronJob that a reference with a scheduled time means.
func (w *World) run(ref lang.Ref) (*schedule.Runs, schedule.Run, bool) {
	runs := w.CronJobs.Runs(ref)
	at, err := time.Parse(time.RFC3339, ref.Run)
	if ref.Kind != lang.KindCronJob || runs == nil || err != nil {
		return nil, schedule.Run{}, false
	}
	return runs, runs.At(at, w.Answers[ref.Object()][at]), true
}

// RunsNow returns the runs of a CronJob as they are now, whatever is added later.
func (w *World) RunsNow(ref lang.Ref) *schedule.Runs {
	return schedule.Gather(w.CronJobs.Runs(ref).CronJob, w.CronJobs.Children(ref).Clone())
}

// RunJob returns the Job of a run of a CronJob, which is named with its scheduled time, and
// whether there is one.
func (w *World) RunJob(ref lang.Ref) (lang.Ref, bool) {
	if _, run, known := w.run(ref); known && run.State == schedule.Present {
		job := w.RefOf(lang.Job(ref.Namespace, run.Name))
		_, there := w.Jobs[job]
		return job, there
	}
	return lang.Ref{}, false
}

// runState returns the state of one run of a CronJob, and why it is in that one.
func (w *World) runState(ref lang.Ref) (gate.State, string) {
	if job, there := w.RunJob(ref); there {
		return w.State(job)
	}
	runs, run, known := w.run(ref)
	if !known {
		return gate.StateMissing, "no such run was found"
	}
	if unread := w.Unread[lang.Job(ref.Namespace, "*")]; unread != "" && run.State == schedule.Unsettled {
		return picture.StateUnknown, "not known to you: " + unread
	}
	_, why := runs.Why(run.Time, w.Now, w.Answers[ref.Object()][run.Time])
	switch {
	case run.State == schedule.Pending && runs.CronJob.Suspended:
		return gate.StateSuspended, why
	case run.State == schedule.Pending:
		return gate.StateWaiting, why
	case run.Object.Outcome == lang.Succeeded:
		return gate.StateSucceeded, ""
	case run.Object.Outcome == lang.Failed:
		return gate.StateFailed, run.Object.Reason
	case run.Object.Outcome == lang.Skipped:
		return gate.StateSkipped, run.Object.Reason
	}
	return picture.StateUnknown, why
}

// cronJobState returns the state of a CronJob: that of its latest run.
func (w *World) cronJobState(ref lang.Ref) (gate.State, string) {
	runs := w.CronJobs.Runs(ref)
	switch last := w.LastRuns(ref, 1); {
	case w.Invalid[ref] != nil:
		return gate.StateInvalid, w.Invalid[ref].Error()
	case runs == nil:
		return gate.StateMissing, "no cronjob of this name was found"
	case len(last) > 0:
		return w.runState(last[0])
	case runs.CronJob.Suspended:
		return gate.StateSuspended, "it is suspended"
	}
	return gate.StateWaiting, "it has not run yet"
}

// MostRecorded is how far back runs without a Job are listed of a CronJob.
const MostRecorded = 20

// LastRuns returns the latest runs of a CronJob, at most so many, the latest first. Those that
// Kubernetes has not come to are not among them.
func (w *World) LastRuns(ref lang.Ref, most int) []lang.Ref {
	runs := w.CronJobs.Runs(ref)
	if runs == nil || w.Templates[ref] != nil { // that of a file has none
		return nil
	}
	const mostDue = 10
	var list []lang.Ref
	at := w.Now.Add(time.Second)
	for due := 0; len(list) < most; due++ {
		previous, ok := runs.Previous(at)
		if !ok {
			break
		}
		if passed := runs.CronJob.Passed(); due == mostDue && previous.After(passed) {
			at = passed.Add(time.Second) // it has long been suspended
			continue
		}
		at = previous
		run := runs.At(at, schedule.Unasked)
		if unmade := w.Unmade[w.RefOf(lang.Job(ref.Namespace, run.Name))]; run.State != schedule.Pending && !unmade {
			list = append(list, TimeOf(ref, at))
		}
	}
	return list
}

// TimeOf returns the reference to the run of a CronJob at a scheduled time.
func TimeOf(cronJob lang.Ref, at time.Time) lang.Ref {
	cronJob.Run = at.UTC().Format(time.RFC3339)
	return cronJob
}

// Meant returns which runs of a CronJob a name in the expression of a Job means, by time.
func (w *World) Meant(job, cronJob lang.Ref) []lang.Ref {
	members, _ := w.SeenBy(job).Members(cronJob.Resolve(job))
	var list []lang.Ref
	for _, m := range members {
		ref := cronJob.Resolve(job)
		ref.Run = m.Name
		list = append(list, ref)
	}
	return list
}

// MeantNext returns which runs of a CronJob a name in the template of another one means, for the
// next run of that one.
func (w *World) MeantNext(by, cronJob lang.Ref) []lang.Ref {
	own := w.CronJobs.Runs(by)
	if own == nil {
		return nil
	}
	at, ok := own.Next(w.Now)
	if !ok {
		return nil
	}
	var list []lang.Ref
	for _, run := range w.meantAt(by, at, cronJob) {
		list = append(list, TimeOf(cronJob.Resolve(by), run.Time))
	}
	return list
}

// Needs returns what a Job waits for: of a CronJob the Jobs of those runs that are meant.
func (w *World) Needs(job lang.Ref) []lang.Ref {
	list := w.Graph.Prerequisites(job)
	expr := w.Graph.Expr(job)
	if expr == nil || !slices.ContainsFunc(list, func(ref lang.Ref) bool { return ref.Kind == lang.KindCronJob }) {
		return list
	}
	list = slices.DeleteFunc(slices.Clone(list), func(ref lang.Ref) bool { return ref.Kind == lang.KindCronJob && w.CronJobs.Runs(ref) != nil })
	for _, edge := range expr.Edges() {
		if edge.Ref.Kind != lang.KindCronJob {
			continue
		}
		for _, run := range w.Meant(job, edge.Ref) {
			if made, there := w.RunJob(run); there && !slices.Contains(list, made) {
				list = append(list, made)
			}
		}
	}
	slices.SortFunc(list, lang.Ref.Compare)
	return list
}

// AsksAbsent reports whether an expression names an object to see that it is not there, and in no
// other way.
func AsksAbsent(expr *lang.Expr, by, ref lang.Ref) bool {
	absent := false
	for _, check := range expr.Checks() {
		for i := range check.Targets {
			if t := &check.Targets[i]; t.Self || t.Ref.Resolve(by).Object() != ref.Object() {
				continue
			}
			if absent = check.Status == lang.StatusAbsent; !absent {
				return false
			}
		}
	}
	return absent
}

// Asked returns the times of CronJobs of which only a look at the Job that Kubernetes would have
// made tells whether there was one, sorted.
func (w *World) Asked() []lang.Ref {
	return slices.SortedFunc(maps.Keys(w.asked), lang.Ref.Compare)
}

// Ask notes that it is to be looked up whether the run of a CronJob at a time was made.
func (w *World) Ask(cronJob lang.Ref, at time.Time) { w.asked[TimeOf(cronJob, at)] = true }

// Answer takes in what such a look has shown.
func (w *World) Answer(cronJob lang.Ref, at time.Time, answer schedule.Answer) {
	if w.Answers[cronJob] == nil {
		w.Answers[cronJob] = schedule.Answers{}
	}
	w.Answers[cronJob][at] = answer
}

// runs answers which runs the CronJobs have, as far as they were read.
type runs struct{ *World }

// Runs returns the runs of a CronJob, nil if there is none.
func (r runs) Runs(ref lang.Ref) (*schedule.Runs, schedule.Answers) {
	return r.CronJobs.Runs(ref), r.Answers[ref]
}

// Owner returns the runs of the CronJob of which a Job is one.
func (r runs) Owner(job gate.Job) *schedule.Runs { return r.CronJobs.Owner(job) }

// Ask notes which times are to be looked for.
func (r runs) Ask(cronJob lang.Ref, times []time.Time) {
	for _, at := range times {
		r.World.Ask(cronJob, at)
	}
}
