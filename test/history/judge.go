package history

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

const (
	dependsOn = "depctl.dev/depends-on"
	released  = "depctl.dev/released"
)

// Release is what is known of the release of one Job.
type Release struct {
	Job string
	// Met is when its last prerequisite was seen to be complete, At when it
	// was seen to be released.
	Met, At time.Time
}

// Latency is how long the Job waited for nothing but the gate.
func (r Release) Latency() time.Duration { return r.At.Sub(r.Met) }

// Judge goes through the events and returns the releases, in order, and what
// broke the rules, in words. It reads lists of names itself, and leaves all other
// expressions to package lang; but those that speak of times, exit codes and
// elements of the Job itself it does not judge.
func Judge(events []Event) (releases []Release, violations []string) {
	j := judge{now: present{}, jobs: map[types.UID]*judged{}, waiters: map[string]map[*judged]bool{}, readers: map[*judged]bool{}}
	for _, e := range events {
		j.see(e)
	}
	return j.releases, j.violations
}

// judge replays a history.
type judge struct {
	now  present
	jobs map[types.UID]*judged
	// waiters are the Jobs that name one, by namespace/name.
	waiters map[string]map[*judged]bool
	// readers are the Jobs whose expression is not a list.
	readers    map[*judged]bool
	releases   []Release
	violations []string
}

// judged is what is remembered of a Job that waits.
type judged struct {
	job       string
	suspended bool
	released  bool
	// done has what the Job names and was complete since the Job was there,
	// by uid: also what was deleted then, until the name is taken again.
	done map[string]types.UID
	// metOnce reports whether all that it names was done at some moment since
	// its expression last changed, and met says when.
	metOnce bool
	met     time.Time
	text    string
	policy  string
	named   []string
	// expr is nil for a list, and gone has what it names and ended and went
	// while the Job was there.
	expr *text
	gone map[lang.Ref]Event
	// falseOnce reports whether its expression was false at some moment.
	falseOnce bool
	// failed reports whether the gate has failed it.
	failed bool
}

func (j *judge) see(e Event) {
	if e.Deleted {
		j.now.remove(e)
		if one := j.jobs[e.Job.UID]; one != nil {
			j.forget(one)
			delete(j.jobs, e.Job.UID)
		}
		j.affect(e)
		return
	}
	j.now.add(e)
	text, waits := e.Job.Annotations[dependsOn]
	if one, known := j.jobs[e.Job.UID]; known || waits {
		if !known {
			one = &judged{job: e.Key(), suspended: true}
			j.name(one, e)
			j.jobs[e.Job.UID] = one
		}
		if one.expr != nil && one.text == text && !one.released {
			// Time alone may have opened it, without an event.
			j.weigh(one, e.At)
		}
		j.judge(one, e, text)
	}
	j.met(j.jobs[e.Job.UID], e.At)
	for one := range j.waiters[e.Key()] {
		j.met(one, e.At)
	}
	j.affect(e)
}

// met notes when all that a Job names was complete for the first time, and whether any
// of it ever failed.
func (j *judge) met(one *judged, at time.Time) {
	if one == nil || one.expr != nil {
		return
	}
	// What went then stays with it.
	if one.falseOnce = one.falseOnce || j.broken(one); one.metOnce {
		return
	}
	for _, name := range one.named {
		e, exists := j.plain(name)
		switch {
		case exists && e.Is(batchv1.JobComplete):
			one.done[name] = e.Job.UID
		case exists && one.done[name] != e.Job.UID:
			delete(one.done, name)
		}
	}
	if len(one.done) == len(one.named) {
		one.metOnce, one.met = true, at
	}
}

// name notes what a Job names, and forgets what it named before. What went while
// the Job was there stays with it.
func (j *judge) name(one *judged, e Event) {
	j.forget(one)
	one.text, one.policy = e.Job.Annotations[dependsOn], e.Job.Annotations[onFailure]
	one.done, one.metOnce, one.falseOnce = map[string]types.UID{}, false, false
	if !isList(one.text) || one.policy == "run" || e.Job.Labels[runLabel] != "" {
		if one.expr = read(e); one.expr == nil {
			one.metOnce, one.met, one.falseOnce = true, e.At, true
			return
		}
		if one.gone == nil {
			one.gone = map[lang.Ref]Event{}
		}
		j.readers[one] = true
		j.weigh(one, e.At)
		return
	}
	one.named = slices.Compact(slices.Sorted(slices.Values(one.names())))
	for _, name := range one.named {
		if j.waiters[name] == nil {
			j.waiters[name] = map[*judged]bool{}
		}
		j.waiters[name][one] = true
	}
}

// forget takes a Job from those that wait.
func (j *judge) forget(one *judged) {
	for _, name := range one.named {
		delete(j.waiters[name], one)
	}
	delete(j.readers, one)
	one.named, one.expr = nil, nil
}

func (j *judge) judge(one *judged, e Event, text string) {
	if (text != one.text || e.Job.Annotations[onFailure] != one.policy) && !one.released {
		j.name(one, e)
	}
	if one.suspended && !e.Suspended() {
		switch {
		case one.released:
			j.violate(one, "was released twice")
		case !strings.HasPrefix(e.Job.Annotations[released], fmt.Sprintf(`{"uid":%q`, e.Job.UID)):
			j.violate(one, "runs although nobody released it")
		case !one.metOnce:
			j.violate(one, "was released before its prerequisites were complete: %s", one.text)
		default:
			j.releases = append(j.releases, Release{Job: one.job, Met: one.met, At: e.At})
		}
		one.released = true
		delete(j.readers, one)
	}
	reason := skipped(e)
	failed := reason != ""
	if failed && one.released && !one.failed {
		j.violate(one, "was failed by the gate after its release")
	}
	if reason == "DependencyFailed" && !one.failed && !one.falseOnce && !j.broken(one) {
		j.violate(one, "was failed although nothing that it names has failed: %s", one.text)
	}
	one.failed = failed
	if !one.released && !failed && (e.Job.Status.Active > 0 || e.Job.Status.StartTime != nil) {
		j.violate(one, "has pods although it is held")
		one.released = true
	}
	one.suspended = e.Suspended()
}

// list matches a list of names. The words or, and, not make it none.
var (
	list  = regexp.MustCompile(`^[a-z0-9./,\s-]+$`)
	words = regexp.MustCompile(`(^|\s)(or|and|not)\s`)
)

func isList(text string) bool { return list.MatchString(text) && !words.MatchString(text) }

// names returns what a list names, as namespace/name.
func (one *judged) names() []string {
	namespace, _, _ := strings.Cut(one.job, "/")
	var names []string
	for name := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(one.text), ","), ",") {
		name = strings.TrimSpace(name)
		if !strings.Contains(name, "/") {
			name = namespace + "/" + name
		}
		names = append(names, name)
	}
	return names
}

// plain returns the Job that a name means outside of all runs.
func (j *judge) plain(name string) (Event, bool) {
	namespace, name, _ := strings.Cut(name, "/")
	e, exists := j.now[namespace][name]
	return e, exists && e.Job.Labels[runLabel] == ""
}

// broken reports whether something that a Job names has failed, or will.
func (j *judge) broken(one *judged) bool {
	return slices.ContainsFunc(one.named, func(name string) bool {
		prerequisite, ok := j.plain(name)
		return ok && (prerequisite.Is(batchv1.JobFailed) || skipped(prerequisite) != "")
	})
}

// skipped returns the reason for which the gate has failed a Job, empty if it
// has not.
func skipped(e Event) string {
	for _, c := range e.Job.Status.Conditions {
		if c.Status == corev1.ConditionTrue && neverRan[c.Reason] {
			return c.Reason
		}
	}
	return ""
}

func (j *judge) violate(one *judged, format string, args ...any) {
	j.violations = append(j.violations, one.job+" "+fmt.Sprintf(format, args...))
}

// neverRan are the reasons for which the gate fails a Job that never ran.
var neverRan = map[string]bool{"DependencyFailed": true, "DependencyTimeout": true, "RunFailed": true, "NotTaken": true}
