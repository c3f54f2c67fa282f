package history

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"
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
// broke the rules, in words. Of expressions it understands lists of names; of
// Jobs with any other, it does not judge when they were released.
func Judge(events []Event) (releases []Release, violations []string) {
	j := judge{now: map[string]Event{}, jobs: map[types.UID]*judged{}}
	for _, e := range events {
		j.see(e)
	}
	return j.releases, j.violations
}

// judge replays a history.
type judge struct {
	now        map[string]Event
	jobs       map[types.UID]*judged
	releases   []Release
	violations []string
}

// judged is what is remembered of a Job that waits.
type judged struct {
	job       string
	suspended bool
	released  bool
	// metOnce reports whether at some moment since the Job was there, and
	// since its expression last changed, all that it names was complete.
	metOnce bool
	met     time.Time
	text    string
}

func (j *judge) see(e Event) {
	if e.Deleted {
		delete(j.now, e.Key())
		delete(j.jobs, e.Job.UID)
		return
	}
	j.now[e.Key()] = e
	text, waits := e.Job.Annotations[dependsOn]
	if one, known := j.jobs[e.Job.UID]; known || waits {
		if !known {
			one = &judged{job: e.Key(), suspended: true, text: text}
			j.jobs[e.Job.UID] = one
		}
		j.judge(one, e, text)
	}
	for _, uid := range j.uids() {
		one := j.jobs[uid]
		if !one.metOnce && j.complete(one) {
			one.metOnce, one.met = true, e.At
		}
	}
}

// uids returns the Jobs in the order of their names.
func (j *judge) uids() []types.UID {
	uids := make([]types.UID, 0, len(j.jobs))
	for uid := range j.jobs {
		uids = append(uids, uid)
	}
	slices.SortFunc(uids, func(a, b types.UID) int { return cmp.Compare(j.jobs[a].job, j.jobs[b].job) })
	return uids
}

func (j *judge) judge(one *judged, e Event, text string) {
	if text != one.text && !one.released {
		one.text, one.metOnce = text, false
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
	}
	if !one.released && (e.Job.Status.Active > 0 || e.Job.Status.StartTime != nil) {
		j.violate(one, "has pods although it is held")
		one.released = true
	}
	one.suspended = e.Suspended()
}

// plain matches a list of names. The words or, and, not make it none.
var (
	plain = regexp.MustCompile(`^[a-z0-9./,\s-]+$`)
	words = regexp.MustCompile(`(^|\s)(or|and|not)\s`)
)

// complete reports whether all that a Job names is complete now.
func (j *judge) complete(one *judged) bool {
	if !plain.MatchString(one.text) || words.MatchString(one.text) {
		return true
	}
	namespace, _, _ := strings.Cut(one.job, "/")
	for name := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(one.text), ","), ",") {
		name = strings.TrimSpace(name)
		if !strings.Contains(name, "/") {
			name = namespace + "/" + name
		}
		if prerequisite, ok := j.now[name]; !ok || !prerequisite.Is(batchv1.JobComplete) {
			return false
		}
	}
	return true
}

func (j *judge) violate(one *judged, format string, args ...any) {
	j.violations = append(j.violations, one.job+" "+fmt.Sprintf(format, args...))
}
