package history

import (
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

const (
	hold      = "depctl.dev/hold"
	finalizer = "depctl.dev/outcome"
)

// Left returns, in words, what the gate should have done by now and has not:
// Jobs that wait although their expression has held for longer than patience,
// deletions that it holds up, and finalizers on Jobs that nobody waits for. A
// Job whose expression was true once and may have become false again is not
// for Left to judge.
func Left(events []Event, now time.Time, patience time.Duration) []string {
	return leave(events, now, patience, func(_ *judge, one *judged) bool { return one.metOnce && now.Sub(one.met) > patience })
}

// Stuck is Left where Jobs are deleted, edited and recreated: what was true once may
// not be any more, so a Job is left only if its expression is true of what exists now.
func Stuck(events []Event, now time.Time, patience time.Duration) []string {
	return leave(events, now, patience, func(j *judge, one *judged) bool {
		if one.expr == nil {
			return !slices.ContainsFunc(one.named, func(name string) bool {
				e, exists := j.plain(name)
				return !exists || !e.Is(batchv1.JobComplete) || now.Sub(e.At) <= patience
			})
		}
		w := world{now: j.now, one: &judged{}, self: one.expr.self.Ref}
		return now.Sub(one.met) > patience && one.expr.expr.Eval(w, one.expr.self, now).Value == lang.True
	})
}

// leave returns what the gate has left, if open says for a Job that it may run.
func leave(events []Event, now time.Time, patience time.Duration, open func(*judge, *judged) bool) (left []string) {
	j := &judge{now: present{}, jobs: map[types.UID]*judged{}, waiters: map[string]map[*judged]bool{}, readers: map[*judged]bool{}}
	for _, e := range events {
		j.see(e)
	}
	for e := range j.now.all() {
		one, late := j.jobs[e.Job.UID], now.Sub(e.At) > patience
		_, held := e.Job.Annotations[hold]
		judged := one != nil && (one.expr != nil || len(one.named) > 0)
		if judged && e.Suspended() && !held && !one.failed && late && open(j, one) {
			left = append(left, fmt.Sprintf("%s waits although %s is true since %s", e.Key(), one.text, now.Sub(one.met).Round(time.Second)))
		}
		if !late || !slices.Contains(e.Job.Finalizers, finalizer) {
			continue
		}
		if e.Job.DeletionTimestamp != nil {
			left = append(left, fmt.Sprintf("%s is deleted and still has the finalizer", e.Key()))
		} else if !j.named(e) {
			left = append(left, fmt.Sprintf("%s has the finalizer and nobody waits for it", e.Key()))
		}
	}
	slices.Sort(left)
	return left
}

// named reports whether somebody still waits for a Job.
func (j *judge) named(e Event) bool {
	for _, one := range j.jobs {
		if one.released || one.failed {
			continue
		}
		if one.expr == nil && (!isList(one.text) || slices.Contains(one.named, e.Key())) || one.expr != nil && one.expr.names(e.Job) {
			return true
		}
	}
	return false
}
