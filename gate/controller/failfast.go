package controller

import (
	"maps"
	"slices"
	"sync/atomic"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// runs has the runs of which a step has failed or goes with a failure. All of it is called with the store's lock.
type runs struct {
	// of has them by the set of all their steps, and failed counts those of which a step has failed.
	of     map[lang.Ref]*run
	failed int
}

// run is what is known of one.
type run struct {
	// failed are the steps that have failed, and unread those that wait and of which it is not known what they say.
	failed, unread int
	// going are the steps that go with a failure, if they are no handlers.
	going map[lang.Ref]bool
	// failure is found when a decision asks for it, with the lock to read only, and kept until a step changes so
	// that it may be another one. Else each of the steps that go would cost as much as there are steps.
	failure atomic.Pointer[gate.RunFailure]
}

// part is what one step contributes to its run.
type part struct{ failed, unread, goes bool }

func partOf(e entry) part {
	if e.job.Object == nil || e.job.Superseded {
		return part{}
	}
	waits := e.job.Waits()
	return part{e.job.Outcome() == lang.Failed, waits && (e.unread || e.excess != ""), e.job.GoesWithItsRun()}
}

// change takes in that a step was one entry and is another one now, each of which may be none, and returns whose
// decision that may change.
func (r *runs) change(step lang.Ref, old, now entry) []lang.Ref {
	was, is := partOf(old), partOf(now)
	if step.Run == "" {
		return nil
	}
	key := gate.AllSteps(step)
	one := r.of[key]
	if was != is {
		one = r.count(key, step, was, is)
	}
	if one == nil || one.failed == 0 && !was.failed || !one.outdated(step, old, now) {
		return nil
	}
	one.failure.Store(nil)
	return slices.Collect(maps.Keys(one.going))
}

func (r *runs) count(key, step lang.Ref, was, is part) *run {
	one := r.of[key]
	if one == nil {
		one = &run{going: map[lang.Ref]bool{}}
		r.of[key] = one
	}
	r.failed -= min(one.failed, 1)
	defer func() { r.failed += min(one.failed, 1) }()
	one.failed += number(is.failed) - number(was.failed)
	one.unread += number(is.unread) - number(was.unread)
	if is.goes {
		one.going[step] = true
	} else if delete(one.going, step); len(one.going) == 0 && one.failed == 0 && one.unread == 0 {
		delete(r.of, key)
	}
	return one
}

func number(is bool) int {
	if is {
		return 1
	}
	return 0
}

// behind takes in that an object has changed, and returns those whose decision that may change as another step of
// their run, which names the object, is a handler now, or is none any more.
func (r *runs) behind(graph *depgraph.Graph, ref lang.Ref) (affected []lang.Ref) {
	if r.failed == 0 {
		return nil
	}
	for _, dependent := range graph.Dependents(ref) {
		if dependent.Run == "" {
			continue
		}
		one := r.of[gate.AllSteps(dependent)]
		if one == nil {
			continue
		}
		if failure := one.failure.Load(); failure != nil && !failure.Stands(dependent) {
			one.failure.Store(nil)
			affected = append(affected, slices.Collect(maps.Keys(one.going))...)
		}
	}
	return affected
}

// outdated reports whether the failure may be another one, or have other handlers, by the change of a step. That one
// is skipped which is no handler changes nothing: to find the handlers, all of these were.
func (o *run) outdated(step lang.Ref, old, now entry) bool {
	before, after := old.job, now.job
	if before.UID == after.UID && o.foreseen(step, before, after) {
		return false
	}
	if before.UID != after.UID || old.expr != now.expr || old.unread != now.unread || old.excess != now.excess {
		return true
	}
	return before.Waits() != after.Waits() || before.Outcome() != after.Outcome()
}

// foreseen reports whether a step that waited was skipped, and was taken for that.
func (r *runs) foreseen(step lang.Ref, before, after gate.Job) bool {
	one := r.of[gate.AllSteps(step)]
	return step.Run != "" && one != nil && one.foreseen(step, before, after)
}

// foreseen reports whether a step that waited was skipped, and was taken for that.
func (o *run) foreseen(step lang.Ref, before, after gate.Job) bool {
	failure := o.failure.Load()
	return failure != nil && !failure.Handles(step) && before.Waits() && after.Outcome() == lang.Skipped
}

// failure returns that of the run of a Job that waits. There is none while a step waits of which it is not known what
// it says: it may be what makes the Job a handler.
func (s *store) failure(job gate.Job) *gate.RunFailure {
	all := gate.AllSteps(job.Step())
	one := s.runs.of[all]
	if one == nil || one.failed == 0 || one.unread > 0 || !job.Waits() {
		return nil
	}
	failure := one.failure.Load()
	if failure == nil {
		failure = gate.FailureOf(s.graph, all)
		one.failure.Store(failure)
	}
	return failure
}
