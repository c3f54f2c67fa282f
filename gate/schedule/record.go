package schedule

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

// OutcomesAnnotation is the annotation of a CronJob that keeps how its runs ended.
const OutcomesAnnotation = "depctl.dev/outcomes"

// maxSchedules is how many edits of a schedule are remembered.
const maxSchedules = 8

// Record is how the runs of a CronJob ended whose Jobs may be gone, and which schedule it had when. It is a
// value: whoever changes it gets another one. The zero Record says nothing.
type Record struct {
	UID types.UID
	// Schedules are those that the CronJob had, each since the end of the one before it.
	Schedules []Scheduled
	// From and Until are scheduled times: after From and up to Until, every Job was seen.
	From, Until time.Time
	// Kept is the time up to which outcomes may have been dropped; zero if none was.
	Kept time.Time
	// spans are the older outcomes and recent the last MaxRuns, both by time; no span
	// is later than the first recent one.
	spans  []span
	recent []Outcome
}

// Scheduled is a schedule that a CronJob had after some time. An empty Schedule is one that is not known.
type Scheduled struct {
	Since          time.Time
	Schedule, Zone string
}

// Outcome is how a run ended.
type Outcome struct {
	Time    time.Time
	Outcome lang.Outcome
	Reason  string
	// Created is when its Job was made; zero if there was none, or it is too long ago.
	Created time.Time
	// Finished is when it ended, or a time before which it did; zero if that is not known.
	Finished time.Time
}

// span is one outcome of all times of a schedule from first to last.
type span struct {
	first, last time.Time
	outcome     lang.Outcome
	reason      string
	finished    time.Time // the latest of them
}

// Begin returns the record of a CronJob when a new watch of its Jobs has listed them: what happened before is known only
// as far as it is recorded. now is when the CronJob was read, by the API server's clock.
func (r Record) Begin(c *CronJob, now time.Time) Record {
	away := r.Until
	if r.UID != c.UID {
		r = Record{UID: c.UID, Schedules: []Scheduled{noted(c, c.Passed())}}
	}
	r.From, r.Until = c.Passed(), c.Passed()
	return r.edited(c, now, away)
}

// See returns the record with a change of the CronJob's schedule, seen at now by the API server's clock.
func (r Record) See(c *CronJob, now time.Time) Record {
	if r.UID != c.UID {
		return r.Begin(c, now)
	}
	return r.edited(c, now, time.Time{})
}

// SeenThrough returns the record once the watch of Jobs has caught up with what the CronJob says here:
// every Job up to its lastScheduleTime was seen.
func (r Record) SeenThrough(c *CronJob) Record {
	if passed := c.Passed(); r.UID == c.UID && passed.After(r.Until) {
		r.Until = passed
	}
	return r
}

// Lose returns the record where a Job of a time has gone of which no outcome is recorded: it did not end, or
// nobody named the CronJob. So there was one, and the time was not missed.
func (r Record) Lose(t time.Time) Record {
	if r.UID != "" {
		r.From = latest(r.From, second(t))
	}
	return r
}

// noted is the schedule of a CronJob as the record has it.
func noted(c *CronJob, since time.Time) Scheduled {
	if len(c.Schedule)+len(c.Zone) > longestText {
		return Scheduled{Since: since}
	}
	return Scheduled{since, c.Schedule, c.Zone}
}

// edited notes the schedule that the CronJob has. The last time of the new schedule before the edit counts, too: Kubernetes
// makes up for it, if it is after lastScheduleTime, even if that is before another edit. A gate that was away since the
// time away does not know which schedule the CronJob had when.
func (r Record) edited(c *CronJob, now, away time.Time) Record {
	first, last := r.Schedules[0], r.Schedules[len(r.Schedules)-1]
	next := noted(c, latest(second(now), c.Passed(), last.Since))
	if last.Schedule == next.Schedule && last.Zone == next.Zone {
		return r
	}
	if times, err := Read(c.Schedule, c.Zone, latest(c.Passed(), first.Since)); err == nil && times.every == 0 {
		if made, ok := times.Previous(second(now).Add(time.Second)); ok {
			next.Since = made.Add(-time.Second)
		}
	}
	// Kubernetes makes no run any more of the schedules that began after that.
	r.Schedules = slices.DeleteFunc(slices.Clone(r.Schedules), func(s Scheduled) bool { return s.Since.After(next.Since) })
	if gap := latest(away, last.Since); !away.IsZero() && !gap.After(next.Since) {
		r.Schedules = append(r.Schedules, Scheduled{Since: gap})
	}
	if last = r.Schedules[len(r.Schedules)-1]; last.Schedule != next.Schedule || last.Zone != next.Zone {
		r.Schedules = append(r.Schedules, next)
	}
	if more := len(r.Schedules) - maxSchedules; more > 0 {
		r.Schedules = r.Schedules[more:]
		r = r.trim(r.Schedules[0].Since)
		r.Kept = latest(r.Kept, r.Schedules[0].Since)
	}
	return r.fit()
}

// With returns the record with more outcomes. That of a later attempt replaces one; that of
// an earlier attempt changes nothing, nor does one in a record of no CronJob.
func (r Record) With(outcomes ...Outcome) Record {
	for _, o := range outcomes {
		r = r.with(o.clean())
	}
	return r.fit()
}

func (r Record) with(o Outcome) Record {
	if r.UID == "" || o.Outcome == lang.Undecided || !r.Kept.Before(o.Time) && !r.Kept.IsZero() {
		return r
	}
	if old, ok := r.At(o.Time); ok && (old == o || old.Created.After(o.Created)) {
		return r
	}
	r.spans, r.recent = slices.Clone(r.spans), slices.Clone(r.recent)
	at, found := slices.BinarySearchFunc(r.recent, o.Time, func(o Outcome, t time.Time) int { return o.Time.Compare(t) })
	switch {
	case found:
		r.recent[at] = o
	case at > 0 || len(r.spans) == 0 || o.Time.After(r.spans[len(r.spans)-1].last):
		if r.recent = slices.Insert(r.recent, at, o); len(r.recent) > MaxRuns {
			r.spans = r.append(r.spans, span{r.recent[0].Time, r.recent[0].Time, r.recent[0].Outcome, r.recent[0].Reason, r.recent[0].Finished})
			r.recent = r.recent[1:]
		}
	default:
		r = r.replace(o)
	}
	return r
}

// replace puts an outcome among the spans.
func (r Record) replace(o Outcome) Record {
	var spans []span
	one, done := span{o.Time, o.Time, o.Outcome, o.Reason, o.Finished}, false
	for _, s := range r.spans {
		if !done && !o.Time.After(s.last) {
			done = true
			if s.first.Before(o.Time) {
				before := s
				before.last = r.neighbour(s, o.Time, -1)
				spans = append(spans, before)
			}
			spans = r.append(spans, one)
			if !s.last.After(o.Time) {
				continue
			}
			if !s.first.After(o.Time) {
				s.first = r.neighbour(s, o.Time, 1)
			}
		}
		spans = r.append(spans, s)
	}
	r.spans = spans
	return r
}

// append adds a span after the others, to the last one if it goes on there.
func (r Record) append(spans []span, s span) []span {
	if n := len(spans); n > 0 {
		if last := &spans[n-1]; last.outcome == s.outcome && last.reason == s.reason && !(last.finished.IsZero() != s.finished.IsZero()) {
			if next, ok := r.next(last.last); ok && next.Equal(s.first) && r.isTime(last.last) {
				last.last, last.finished = s.last, latest(last.finished, s.finished)
				return spans
			}
		}
	}
	return append(spans, s)
}

// At returns the outcome of a time, and whether it is recorded.
func (r *Record) At(t time.Time) (Outcome, bool) {
	byTime := func(o Outcome, t time.Time) int { return o.Time.Compare(t) }
	if at, ok := slices.BinarySearchFunc(r.recent, t, byTime); ok {
		return r.recent[at], true
	}
	at, _ := slices.BinarySearchFunc(r.spans, t, func(s span, t time.Time) int { return s.last.Compare(t) })
	if at == len(r.spans) || t.Before(r.spans[at].first) {
		return Outcome{}, false
	}
	s := r.spans[at]
	if !t.Equal(s.first) && !t.Equal(s.last) {
		times, _, ok := r.times(s.first)
		switch {
		case !ok:
			return Outcome{}, false
		case times.every > 0 && (t.Unix()-s.first.Unix())%times.every != 0:
			return Outcome{}, false
		case times.every == 0 && !times.has(t):
			return Outcome{}, false
		}
	}
	return Outcome{Time: t, Outcome: s.outcome, Reason: s.reason, Finished: s.finished}, true
}

// Without returns the record without what is older than a time that somebody may still ask for.
func (r Record) Without(needed time.Time) Record {
	return r.trim(second(needed).Add(-time.Second))
}

// trim drops the outcomes up to a time, and the schedules that ended by then.
func (r Record) trim(upTo time.Time) Record {
	spans := slices.DeleteFunc(slices.Clone(r.spans), func(s span) bool { return !s.last.After(upTo) })
	recent := slices.DeleteFunc(slices.Clone(r.recent), func(o Outcome) bool { return !o.Time.After(upTo) })
	ended := 0
	for ended+1 < len(r.Schedules) && !r.Schedules[ended+1].Since.After(upTo) {
		ended++
	}
	if len(spans) == len(r.spans) && len(recent) == len(r.recent) && ended == 0 {
		return r
	}
	// The rest of a span that begins before stays: it costs nothing.
	if len(spans) > 0 && spans[0].first.Before(upTo) {
		upTo = spans[0].first.Add(-time.Second)
	}
	r.spans, r.recent, r.Schedules, r.Kept = spans, recent, slices.Clone(r.Schedules[ended:]), latest(r.Kept, upTo)
	return r
}

// Equal reports whether two records say the same.
func (r Record) Equal(other Record) bool {
	return r.SameRuns(other) && r.From.Equal(other.From) && r.Until.Equal(other.Until)
}

// SameRuns reports whether two records say the same, but for the times between which they are complete.
func (r Record) SameRuns(other Record) bool {
	return r.UID == other.UID && r.Kept.Equal(other.Kept) && slices.Equal(r.Schedules, other.Schedules) &&
		slices.Equal(r.spans, other.spans) && slices.Equal(r.recent, other.recent)
}
