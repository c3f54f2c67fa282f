package controller

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// What is in this file asks for the Jobs of which the watches cannot tell whether they were
// made, and keeps on each CronJob how its runs ended.

// owesRecord reports whether a Job is the run of a CronJob that somebody names, and whether
// its outcome is still to be written there. What the record has no room for, or the API server
// refuses, is owed to nobody: no deletion is held for it.
func (s *store) owesRecord(job gate.Job) (named, owed bool) {
	ref, known := s.crons.Of(job)
	if job.CronJob == "" || !known || !s.isNamed(ref) {
		return false, false
	}
	one, run := s.crons.of[ref], job.Child()
	if s.clock.Now().Before(one.takesNoneUntil) {
		return true, false
	}
	record := s.crons.Runs(ref).CronJob.Record.With(run.Outcome())
	due, fits := record.At(run.Time)
	if !fits {
		return true, false
	}
	saved, there := one.saved.At(run.Time)
	// Of a run that was missed, and of one long ago, no attempt is known that this one may be later than.
	return true, !there || saved.Outcome != due.Outcome || saved.Reason != due.Reason || !saved.Created.IsZero() && saved.Created.Before(run.Created)
}

// pending is what is to be done about a CronJob.
type pending struct {
	facts schedule.CronJob
	// ask are the times to ask for.
	ask []time.Time
	// asks says that there are times to ask for, now or later.
	asks bool
	// write is the text to write; empty if it is written.
	write string
	// blind says that the watch of Jobs has not caught up with the CronJob.
	blind bool
	// more says that there are more Jobs to look at, and wait after how long to look again; 0 for never.
	more bool
	wait time.Duration
}

// pending returns what is to be done about a CronJob, and takes in that the watch of Jobs
// has caught up with it, if it has.
func (s *store) pending(ref lang.Ref) (p pending, ok bool) {
	s.change(func() (affected []lang.Ref) {
		one := s.crons.of[ref]
		if one == nil || !s.isNamed(ref) {
			return nil
		}
		ok = true
		facts := s.crons.Runs(ref).CronJob
		if p.blind = older(s.progress(), facts.ResourceVersion); !p.blind {
			if seen := facts.Record.SeenThrough(&facts); !seen.Until.Equal(facts.Record.Until) {
				facts.Record = seen
				s.crons.Set(facts)
				affected = s.changedCronJob(ref)
			}
		}
		facts.Record, p.more = s.sweep(ref, facts.Record)
		// What was missed is recorded before a restart can make it lost.
		for _, t := range s.crons.Runs(ref).Unsettled(facts.Record.From) {
			switch {
			case one.answers[t] == schedule.Unasked:
				one.ask[t] = true
			case one.answers[t] == schedule.NotFound && s.crons.Runs(ref).At(t, schedule.NotFound).State == schedule.Missed:
				facts.Record = facts.Record.With(schedule.MissedOutcome(t, s.clock.Now()))
			}
		}
		if !facts.Record.Equal(s.crons.Runs(ref).CronJob.Record) {
			s.crons.Set(facts)
			affected = append(affected, s.changedCronJob(ref)...)
		}
		affected = slices.DeleteFunc(affected, func(r lang.Ref) bool { return r == ref })
		p.facts, p.asks, p.ask = facts, len(one.ask) > 0, s.toAsk(one)
		if p.more || !worthWriting(facts.Record, one.saved) {
			return affected
		}
		if p.wait = s.saveRest - s.clock.Now().Sub(one.savedAt); p.wait <= 0 || p.wait > s.saveRest {
			p.wait, p.write = 0, facts.Record.String()
		}
		return affected
	})
	return p, ok
}

// worthWriting reports whether a record says more than the one that is written: up to where
// it is complete is written with the rest.
func worthWriting(record, written schedule.Record) bool {
	return !record.SameRuns(written)
}

// toAsk returns the times to ask for now. What is asked for is chosen by those who make Jobs, so it is no more
// than MaxRuns of one CronJob in catchUp.
func (s *store) toAsk(one *cronJob) []time.Time {
	now := s.clock.Now()
	if since := now.Sub(one.askedSince); since < 0 || since >= catchUp {
		one.askedSince, one.askedSoFar = now, 0
	}
	times := slices.SortedFunc(maps.Keys(one.ask), time.Time.Compare)
	times = times[:min(len(times), schedule.MaxRuns-one.askedSoFar)]
	one.askedSoFar += len(times)
	return times
}

// progress returns up to which resourceVersion the watch of Jobs has come, empty if that is
// not known.
func (s *store) progress() string {
	if upTo := s.upTo.Load(); upTo != nil {
		return (*upTo)()
	}
	return ""
}

// catchUp is how long the gate waits before it looks again whether the watch of Jobs has
// caught up: the API server says so once a minute at least.
const catchUp = 2 * time.Second

// keep asks what is to be asked about the runs of a CronJob, and records what is known.
func (c *Controller) keep(ctx context.Context, ref lang.Ref) error {
	c.store.reguard(ref)
	p, ok := c.store.pending(ref)
	if !ok {
		return nil
	}
	for _, t := range p.ask {
		answer, err := c.ask(ctx, &p.facts, t)
		if err != nil {
			return err
		}
		c.store.heard(ref, p.facts.UID, t, answer)
	}
	switch {
	case p.more:
		c.queue.Add(ref)
	case p.wait > 0:
		c.queue.AddAfter(ref, p.wait)
	}
	if p.blind || p.asks {
		c.queue.AddAfter(ref, catchUp)
	}
	if p.write == "" || c.observer || !c.store.scope.Has(ref.Namespace) {
		return nil
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid": p.facts.UID, "resourceVersion": p.facts.ResourceVersion,
		"annotations": map[string]string{schedule.OutcomesAnnotation: p.write},
	}})
	if err != nil {
		return fmt.Errorf("encoding the record of the runs: %w", err)
	}
	patched, err := c.client.BatchV1().CronJobs(ref.Namespace).Patch(ctx, ref.Name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: FieldManager})
	switch {
	case apierrors.IsNotFound(err), apierrors.IsConflict(err):
		c.queue.AddAfter(ref, firstRetry) // its watch says what it is now
		return nil
	case tooLarge(err), apierrors.IsForbidden(err), apierrors.IsInvalid(err):
		klog.FromContext(ctx).Info("The CronJob takes no record of its runs, they stay with the gate alone",
			"cronjob", klog.KRef(ref.Namespace, ref.Name), "refusal", err.Error())
		c.store.takesNoRecord(ref)
		c.queue.AddAfter(ref, unsavable)
		return nil
	case err != nil:
		return fmt.Errorf("recording the runs of CronJob %s/%s: %w", ref.Namespace, ref.Name, err)
	}
	klog.FromContext(ctx).V(1).Info("Recorded runs", "cronjob", klog.KRef(ref.Namespace, ref.Name), "uid", p.facts.UID)
	c.store.recorded(patched)
	return nil
}

// takesNoRecord notes that nothing can be written to a CronJob. Those of its Jobs that are kept
// for that can go.
func (s *store) takesNoRecord(ref lang.Ref) {
	s.change(func() []lang.Ref {
		one := s.crons.of[ref]
		if one == nil {
			return nil
		}
		one.takesNoneUntil = s.clock.Now().Add(unsavable)
		return s.waitingForRecord(ref)
	})
}

// ask asks for the Job that Kubernetes makes for a time.
func (c *Controller) ask(ctx context.Context, facts *schedule.CronJob, t time.Time) (schedule.Answer, error) {
	found, err := c.readJob(ctx, facts.Namespace, facts.JobName(t))
	if err != nil {
		return schedule.Unasked, fmt.Errorf("asking for the Job of CronJob %s at %s: %w", facts, t.Format(time.RFC3339), err)
	}
	return schedule.AnswerOf(facts.UID, t, found), nil
}

// heard takes in what a live GET said.
func (s *store) heard(ref lang.Ref, uid types.UID, t time.Time, answer schedule.Answer) {
	s.change(func() []lang.Ref {
		one := s.crons.of[ref]
		if one == nil || s.crons.Runs(ref).CronJob.UID != uid {
			return nil
		}
		delete(one.ask, t)
		if len(one.answers) > mostAnswers {
			clear(one.answers)
		}
		one.answers[t] = answer
		return s.changedCronJob(ref)
	})
}

// mostAnswers is how many answers are kept for a CronJob; those that are needed are asked for
// again.
const mostAnswers = 4 * schedule.MaxRuns

// recorded takes in a CronJob as the API server returned it from a patch, without waiting for
// the watch: the finalizers of its Jobs can go.
func (s *store) recorded(patched *batchv1.CronJob) {
	facts := schedule.Observe(patched)
	ref := gate.CronJobRef(facts.Namespace, facts.Name)
	s.change(func() []lang.Ref {
		if runs := s.crons.Runs(ref); runs == nil || runs.CronJob.UID != facts.UID {
			return nil // it is gone by now
		}
		s.crons.of[ref].savedAt = s.clock.Now()
		return append(s.takeCronJob(facts), s.waitingForRecord(ref)...)
	})
}
