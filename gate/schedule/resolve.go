package schedule

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

// Subject is the Job whose expression names a CronJob.
type Subject struct {
	// Time is its own scheduled time, else its creation.
	Time time.Time
	// Own are the runs of its own CronJob; nil if it has none, or no scheduled time.
	Own *Runs
}

// Answer is what a live GET said of the Job that Kubernetes makes for a time. The zero Answer
// is that nobody has asked since lastScheduleTime passed the time.
type Answer uint8

// The answers.
const (
	Unasked Answer = iota
	Exists
	NotFound
)

// Answers are the answers by scheduled time, in UTC and whole seconds, as Resolution.Ask has them.
type Answers map[time.Time]Answer

// AnswerOf returns what the Job that a GET found says, nil if it found none. A Job of that name that is not a child of
// the CronJob, or of another second of the minute, keeps Kubernetes from making one: there is none.
func AnswerOf(uid types.UID, t time.Time, job *batchv1.Job) Answer {
	if job == nil || !owned(uid, job) {
		return NotFound
	}
	if scheduled, ok := ScheduledTime(job); !ok || !scheduled.Equal(second(t)) {
		return NotFound
	}
	return Exists
}

// State is what is known of one run.
type State uint8

// The states of a run.
const (
	// Pending: lastScheduleTime has not passed it, and there is no Job yet.
	Pending State = iota
	// Present: there is a Job of it.
	Present
	// Recorded: its Jobs may be gone, its outcome is recorded.
	Recorded
	// Unsettled: Kubernetes has passed it, and whether it made a Job is to be told by the
	// GET or by the watch of Jobs.
	Unsettled
	// Missed: Kubernetes passed it without a Job.
	Missed
	// Lost: it ran, or may have, and nobody saw how it ended.
	Lost
	// Forgotten: the record no longer has it.
	Forgotten
	// None: there is no run so long ago.
	None
)

// Run is one run that an expression means.
type Run struct {
	// Time is its scheduled time; zero if there is None.
	Time time.Time
	// Name is that of its Job, or the one that Kubernetes would give it.
	Name  string
	State State
	// Object is what an expression may learn of it. It is never nil, and must not be changed.
	Object *lang.Object
}

// Resolution is which runs an expression means.
type Resolution struct {
	// Runs are sorted by time. There are none if there is a Problem.
	Runs []Run
	// Problem is why it is not known which they are.
	Problem *lang.Problem
	// Ask are the times of which a live GET of the Job is needed.
	Ask []time.Time
}

// Resolve returns which runs of a CronJob cronjob:name, with an offset of @±N or 0, means for a Job, and what is
// known of each.
func Resolve(subject Subject, named *Runs, offset int, answers Answers) (resolution Resolution) {
	times, problem := named.meant(subject, offset)
	if problem != nil {
		return Resolution{Problem: problem}
	}
	if len(times) == 0 {
		return Resolution{Runs: []Run{{State: None, Object: &lang.Object{Outcome: lang.Skipped, Reason: ReasonNone, Finished: named.CronJob.Created}}}}
	}
	for _, t := range times {
		run := named.At(t, answers[t])
		if run.State == Unsettled && answers[t] == Unasked {
			resolution.Ask = append(resolution.Ask, t)
		}
		resolution.Runs = append(resolution.Runs, run)
	}
	return resolution
}

// meant returns the times that an expression means. There are none if it asks for one before the first.
func (r *Runs) meant(subject Subject, offset int) ([]time.Time, *lang.Problem) {
	c, own := &r.CronJob, second(subject.Time)
	if offset > 0 {
		t := own
		for range offset {
			next, ok := r.Next(t)
			if !ok {
				return nil, firstOf(r.hidden(own, distant), c.noneAfter(t))
			}
			t = next
		}
		return []time.Time{t}, r.hidden(own, t)
	}
	var times []time.Time
	if subject.Own != nil {
		begin, problem := subject.Own.begins(own)
		if problem != nil {
			return nil, problem
		}
		var err error
		if times, err = r.Between(begin, own); err != nil && offset == 0 {
			return nil, c.tooMany(begin, own)
		}
		if len(times) > 0 && offset == 0 {
			return times, r.unknown(begin, own)
		}
	}
	if len(times) == 0 {
		last, ok := r.Previous(own.Add(time.Second))
		switch {
		case ok:
			times = []time.Time{last}
		case offset == 0:
			return nil, firstOf(r.hidden(time.Time{}, own), c.noneBefore(own))
		default:
			return nil, r.unknownBeginning(own)
		}
	}
	t := times[0]
	for range -offset {
		previous, ok := r.Previous(t)
		if !ok {
			return nil, r.unknownBeginning(own)
		}
		t = previous
	}
	return []time.Time{t}, r.unknown(t, own)
}

// distant is after every time that a CronJob can have.
var distant = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

func firstOf(problems ...*lang.Problem) *lang.Problem {
	for _, problem := range problems {
		if problem != nil {
			return problem
		}
	}
	return nil
}

// unknown returns why there may have been times between two that are not known any more, nil if there was none.
func (r *Runs) unknown(after, before time.Time) *lang.Problem {
	if !after.Before(before) {
		return nil
	}
	problem := r.hidden(after, before)
	if problem == nil && after.Before(r.CronJob.Record.Kept) && after.Before(r.eras[0].since) {
		problem = r.CronJob.forgotten(after)
	}
	return problem
}

// unknownBeginning returns why there may have been runs before the first that is known, nil if there was none.
func (r *Runs) unknownBeginning(own time.Time) *lang.Problem {
	c := &r.CronJob
	if c.Record.Kept.IsZero() && !r.eras[0].since.After(c.Created) {
		return r.hidden(time.Time{}, own)
	}
	return problem(ProblemLost, "the runs that cronjob %s had before %s are not known any more; name the Job that this one needs instead, "+
		"or release it by hand", c, stamp(r.eras[0].since))
}

// At returns what is known of the run of a time, with what a GET said of its Job.
func (r *Runs) At(t time.Time, answer Answer) Run {
	c := &r.CronJob
	record := &c.Record
	outcome, recorded := record.At(t)
	run := Run{Time: t, Name: c.JobName(t)}
	child := r.children.Newest(t)
	switch {
	case child != nil && (!recorded || !outcome.Created.After(child.Created)):
		run.State, run.Name, run.Object = Present, child.Name, child.Object
	case recorded:
		run.State, run.Object = Recorded, outcome.object()
	case !record.Kept.IsZero() && !t.After(record.Kept):
		run.State, run.Object = Forgotten, &lang.Object{Problem: c.forgotten(t)}
	case c.Last.IsZero() || t.After(c.Last):
		run.State, run.Object = Pending, &lang.Object{}
		if c.Suspended {
			run.Object.Problem = c.suspended(t)
		}
	case answer != NotFound, record.UID != "" && t.After(record.From) && t.After(record.Until):
		run.State, run.Object = Unsettled, &lang.Object{}
	case t.Equal(c.Last), record.UID == "", !t.After(record.From):
		run.State, run.Object = Lost, &lang.Object{Problem: c.lost(t)}
	default:
		// When that was decided is known once it is recorded.
		run.State, run.Object = Missed, &lang.Object{Outcome: lang.Skipped, Reason: ReasonMissed, Created: t}
	}
	return run
}

// Unsettled returns the times, from one on, that Kubernetes has passed since the watch of Jobs began, and of which there is neither
// Job nor record: the gate asks for them and records those that were missed, before a restart can make them lost. They
// are no more than MaxRuns.
func (r *Runs) Unsettled(from time.Time) []time.Time {
	var list []time.Time
	record := &r.CronJob.Record
	times, _ := r.Between(latest(record.From, second(from).Add(-time.Second)), record.Until)
	for _, t := range times {
		if r.At(t, Unasked).State == Unsettled && t.Before(r.CronJob.Last) {
			list = append(list, t)
		}
	}
	return list
}

// object returns what an expression may learn of a run whose Job is gone.
func (o Outcome) object() *lang.Object {
	object := &lang.Object{
		Outcome: o.Outcome, Reason: o.Reason, Created: o.Created, Finished: o.Finished,
		Started: o.Outcome != lang.Skipped, Exit: &lang.Exit{Lost: true},
	}
	if object.Created.IsZero() {
		object.Created = o.Time
	}
	return object
}

// MissedOutcome is what the record should say of a run that was missed, as seen at now.
func MissedOutcome(t, now time.Time) Outcome {
	return Outcome{Time: t, Outcome: lang.Skipped, Reason: ReasonMissed, Finished: now}
}
