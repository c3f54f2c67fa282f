package controller

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	clocktesting "k8s.io/utils/clock/testing"

	"depctl.dev/gate"
	"depctl.dev/gate/access"
	"depctl.dev/lang"
)

func ttl(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = ptr.To[int32](0) }

func guarded(j *batchv1.Job) { j.Finalizers = []string{gate.OutcomeFinalizer} }

func goingAway(j *batchv1.Job) { j.DeletionTimestamp = &metav1.Time{} }

func uid(uid types.UID) func(*batchv1.Job) { return func(j *batchv1.Job) { j.UID = uid } }

func guarding(s *store, name string) gate.FinalizerAction {
	_, guarding, _ := s.guarding(lang.Job("n", name))
	return guarding
}

func TestAnOutcomeStandsForThoseThatWaitedOnly(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	require.NoError(t, s.Replace([]any{job("extract", "1", "", complete), job("load", "2", "extract, other")}, "2"))
	asked()
	require.NoError(t, s.Delete(job("extract", "3", "", complete)))
	require.Equal(t, "extract load", asked())
	_, seen, _, unsaved := s.unsaved(lang.Job("n", "load"))
	require.True(t, unsaved)
	require.NoError(t, s.Add(job("late", "4", "extract")))
	require.NoError(t, s.Add(job("other", "5", "", complete)))
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action)
	require.Equal(t, gate.ReasonWaiting, decided(t, s, "late").Reason, "a Job made later opened on an old result")

	// A gate that starts anew reads it from the annotation.
	again, _ := recordingStore()
	annotated := job("load", "6", "extract, other", func(j *batchv1.Job) { j.Annotations[gate.SeenAnnotation] = seen.String() })
	require.NoError(t, again.Replace([]any{annotated, job("other", "5", "", complete)}, "6"))
	require.Equal(t, gate.Releasing, decided(t, again, "load").Action)
	_, _, _, unsaved = again.unsaved(lang.Job("n", "load"))
	require.False(t, unsaved)
}

func TestAnOutcomeEndsWhenTheNameIsTakenAgain(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	require.NoError(t, s.Replace([]any{job("extract", "1", "", complete), job("load", "2", "extract")}, "2"))
	s.enqueue = func(lang.Ref, time.Time) {}
	require.NoError(t, s.Delete(job("extract", "3", "", complete)))
	require.NoError(t, s.Add(job("extract", "4", "", uid("uid-again"))))
	require.Equal(t, gate.ReasonWaiting, decided(t, s, "load").Reason)
	require.NoError(t, s.Delete(job("extract", "5", "", uid("uid-again"))))
	require.Equal(t, gate.ReasonWaiting, decided(t, s, "load").Reason, "the outcome of the first came back")
}

func TestDeletedBeforeItFinishedIsAbsent(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	require.NoError(t, s.Replace([]any{job("extract", "1", ""), job("load", "2", "extract")}, "2"))
	require.NoError(t, s.Delete(job("extract", "3", "")))
	require.Equal(t, "waiting: n/extract does not exist", decided(t, s, "load").Message)
}

func TestAMemberThatFinishedStaysAMember(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	labelled := func(j *batchv1.Job) { j.Labels = map[string]string{"app": "etl"} }
	require.NoError(t, s.Replace([]any{
		job("shard-1", "1", "", complete, labelled), job("shard-2", "2", "", labelled),
		job("globbed", "3", "shard-* >= 2"), job("selected", "4", "{app=etl} >= 2"),
	}, "4"))
	require.NoError(t, s.Delete(job("shard-1", "5", "", complete, labelled)))
	require.NoError(t, s.Update(job("shard-2", "6", "", complete, labelled)))
	require.Equal(t, gate.Releasing, decided(t, s, "globbed").Action)
	require.Equal(t, gate.Releasing, decided(t, s, "selected").Action)
}

func TestTheFinalizerIsThereOnlyWhereItIsNeeded(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	require.NoError(t, s.Replace([]any{job("extract", "1", "", ttl), job("plain", "2", "")}, "2"))
	require.Equal(t, gate.KeepGuard, guarding(s, "extract"), "nobody waits for it")
	asked()

	require.NoError(t, s.Add(job("load", "3", "extract, plain")))
	require.Contains(t, asked(), "extract", "its finalizer is not looked at")
	require.Equal(t, gate.AddGuard, guarding(s, "extract"))
	require.Equal(t, gate.KeepGuard, guarding(s, "plain"), "nothing cleans it away")

	require.NoError(t, s.Update(job("extract", "4", "", ttl, complete)))
	require.Equal(t, gate.KeepGuard, guarding(s, "extract"), "it is too late")

	require.NoError(t, s.Update(job("extract", "5", "", ttl, guarded)))
	require.Equal(t, gate.KeepGuard, guarding(s, "extract"))
	asked()
	require.NoError(t, s.Delete(job("load", "6", "extract, plain")))
	require.Contains(t, asked(), "extract")
	require.Equal(t, gate.RemoveGuard, guarding(s, "extract"), "nobody waits for it any more")
}

func TestADeletionIsHeldOnlyUntilTheOutcomeIsWritten(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	require.NoError(t, s.Replace([]any{job("extract", "1", "", ttl, guarded), job("load", "2", "extract, other")}, "2"))
	require.NoError(t, s.Update(job("extract", "3", "", ttl, guarded, goingAway)))
	require.Equal(t, gate.RemoveGuard, guarding(s, "extract"), "it has not finished: nothing is owed")

	asked()
	require.NoError(t, s.Update(job("extract", "4", "", ttl, guarded, complete, goingAway)))
	require.Equal(t, "extract load", asked())
	require.Equal(t, gate.KeepGuard, guarding(s, "extract"), "load has not got it yet")
	_, seen, _, unsaved := s.unsaved(lang.Job("n", "load"))
	require.True(t, unsaved)

	asked()
	s.answered(job("load", "5", "extract, other", func(j *batchv1.Job) { j.Annotations[gate.SeenAnnotation] = seen.String() }))
	require.Equal(t, gate.RemoveGuard, guarding(s, "extract"))
	require.Contains(t, asked(), "extract", "the write may be that of an earlier gate, which looks at nothing any more")
	_, _, _, unsaved = s.unsaved(lang.Job("n", "load"))
	require.False(t, unsaved)
}

// A set of very many Jobs that go is not as many writes to whoever waits for it.
func TestOutcomesThatComeOneByOneAreWrittenTogether(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	now := clocktesting.NewFakePassiveClock(time.Unix(100, 0))
	s.clock = now
	load := lang.Job("n", "load")
	require.NoError(t, s.Replace([]any{job("m-1", "1", "", complete), job("m-2", "2", "", complete), job("load", "3", "m-*, never")}, "3"))
	require.NoError(t, s.Delete(job("m-1", "4", "", complete)))
	_, seen, wait, unsaved := s.unsaved(load)
	require.True(t, unsaved)
	require.Zero(t, wait)
	s.saved(load, "uid-load")
	s.answered(job("load", "5", "m-*, never", func(j *batchv1.Job) { j.Annotations[gate.SeenAnnotation] = seen.String() }))

	now.SetTime(now.Now().Add(restBetweenSaves / 4))
	_, _, wait, unsaved = s.unsaved(load)
	require.False(t, unsaved)
	require.Zero(t, wait, "there is nothing to write")
	require.NoError(t, s.Delete(job("m-2", "6", "", complete)))
	_, _, wait, unsaved = s.unsaved(load)
	require.False(t, unsaved)
	require.Equal(t, restBetweenSaves*3/4, wait)
	now.SetTime(now.Now().Add(wait))
	_, seen, _, unsaved = s.unsaved(load)
	require.True(t, unsaved)
	require.Len(t, seen, 2)
}

func TestWhatWasLearnedIsKept(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	failed := func(j *batchv1.Job) {
		j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: "BackoffLimitExceeded"}}
	}
	require.NoError(t, s.Replace([]any{job("extract", "1", "", failed), job("load", "2", "failed(extract, code=3), other")}, "2"))
	asked()
	owner, exits := gate.Owner{Job: lang.Job("n", "extract"), UID: "uid-extract"}, &gate.Exits{}
	exits.Add(owner, claimedBy(owner, "", func(p *corev1.Pod) {
		p.Status = corev1.PodStatus{Phase: corev1.PodFailed, ContainerStatuses: []corev1.ContainerStatus{{
			State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 3}},
		}}}
	}))
	s.learn(owner.Job, owner.UID, exits)
	require.Equal(t, "load", asked())
	require.NoError(t, s.Update(job("extract", "3", "", failed, func(j *batchv1.Job) { j.Labels = map[string]string{"a": "b"} })))
	require.NoError(t, s.Delete(job("extract", "4", "", failed)))
	_, seen, _, _ := s.unsaved(lang.Job("n", "load"))
	require.Contains(t, seen.String(), `"code":3`)
	require.Equal(t, "waiting: n/other does not exist", decided(t, s, "load").Message)
}

// A deadlock is told to those who may look at every Job in it.
func TestADeadlockAcrossNamespacesNeedsTheRight(t *testing.T) {
	t.Parallel()
	question := gate.Question{Namespace: "n", Account: "default", Verb: "get", Target: "etl", Name: "back"}
	back := job("back", "1", "n/load", func(j *batchv1.Job) { j.Namespace = "etl" })
	for answer, reason := range map[gate.Answer]string{
		gate.Allowed: gate.ReasonDependencyCycle, gate.Denied: gate.ReasonProblem, gate.Unasked: gate.ReasonWaiting,
	} {
		s, _ := recordingStore()
		s.access = access.Fixed{Access: gate.Answers{question: answer}}
		require.NoError(t, s.Replace([]any{back, job("load", "2", "etl/back")}, "2"))
		require.Equal(t, reason, decided(t, s, "load").Reason)
	}
}

// What a Job may see decides whether it is owed the outcome of a Job elsewhere.
// As long as that is not known, nothing is removed, and nothing is written.
func TestOutcomesOfOtherNamespacesNeedTheRight(t *testing.T) {
	t.Parallel()
	question := gate.Question{Namespace: "n", Account: "default", Verb: "get", Target: "etl", Name: "extract"}
	extract := lang.Job("etl", "extract")
	away := func(change ...func(*batchv1.Job)) *batchv1.Job {
		return job("extract", "1", "", append(change, func(j *batchv1.Job) {
			j.Namespace, j.Spec.TTLSecondsAfterFinished = "etl", ptr.To[int32](0)
		})...)
	}
	going := away(complete, func(j *batchv1.Job) {
		j.Finalizers, j.DeletionTimestamp = []string{gate.OutcomeFinalizer}, &metav1.Time{}
	})
	for name, test := range map[string]struct {
		answer          gate.Answer
		scope           Scope
		runs, goes      gate.FinalizerAction
		remembers, told bool
	}{
		"allowed":                 {answer: gate.Allowed, runs: gate.AddGuard, goes: gate.KeepGuard, remembers: true, told: true},
		"allowed, out of scope":   {answer: gate.Allowed, scope: Scope{Only: []string{"n"}}, goes: gate.KeepGuard, remembers: true, told: true},
		"not known after a start": {answer: gate.Unasked, goes: gate.KeepGuard, remembers: true},
		"denied":                  {answer: gate.Denied, goes: gate.RemoveGuard},
	} {
		s, _ := recordingStore()
		s.scope, s.access = test.scope, access.Fixed{Access: gate.Answers{question: test.answer}}
		require.NoError(t, s.Replace([]any{away(), job("load", "2", "etl/extract, other")}, "2"))
		_, guarding, _ := s.guarding(extract)
		require.Equal(t, test.runs, guarding, name)

		require.NoError(t, s.Replace([]any{going, job("load", "2", "etl/extract, other")}, "3"))
		_, guarding, _ = s.guarding(extract)
		require.Equal(t, test.goes, guarding, name)
		require.Equal(t, test.remembers, len(s.entries[lang.Job("n", "load")].seen) == 1, name)
		_, _, _, told := s.unsaved(lang.Job("n", "load"))
		require.Equal(t, test.told, told, name)
	}
}

// Nothing leads from the new Job to those that remember the old one: it is not
// in the set any more, or the text was edited.
func TestAnOutcomeEndsWhereverItIsRemembered(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	labelled := func(j *batchv1.Job) { j.Labels = map[string]string{"app": "etl"} }
	require.NoError(t, s.Replace([]any{
		job("shard-1", "1", "", complete, labelled),
		job("globbed", "2", "shard-* >= 1, other"), job("selected", "3", "{app=etl} >= 1, other"), job("edited", "4", "shard-1, other"),
	}, "4"))
	require.NoError(t, s.Delete(job("shard-1", "5", "", complete, labelled)))
	require.NoError(t, s.Update(job("edited", "6", "other")))
	asked()
	require.NoError(t, s.Add(job("shard-1", "7", "", uid("uid-again"))))
	require.Equal(t, "edited globbed selected", asked())
	require.NoError(t, s.Delete(job("shard-1", "8", "", uid("uid-again"))))
	require.NoError(t, s.Update(job("edited", "9", "shard-1, other")))
	require.NoError(t, s.Add(job("other", "10", "", complete)))
	for _, name := range []string{"globbed", "selected", "edited"} {
		require.Equal(t, gate.ReasonWaiting, decided(t, s, name).Reason, "%s opened on an old result", name)
	}
}

// Outcomes that find no room are kept by the gate alone: a finalizer that waits
// for a write that can never be would hold the Job forever.
func TestAnOutcomeThatDoesNotFitHoldsNobody(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	full := func(j *batchv1.Job) { j.Annotations["note"] = strings.Repeat("x", 255<<10) }
	require.NoError(t, s.Replace([]any{
		job("extract", "1", "", ttl, guarded, complete, goingAway),
		job("load", "2", "extract, other", full),
	}, "2"))
	require.Equal(t, gate.RemoveGuard, guarding(s, "extract"))
	_, _, _, unsaved := s.unsaved(lang.Job("n", "load"))
	require.False(t, unsaved)
	require.NoError(t, s.Delete(job("extract", "3", "", complete)))
	require.NoError(t, s.Add(job("other", "4", "", complete)))
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action)
}

// Whoever waits for a whole namespace may list it, or is owed nothing there.
func TestOutcomesOfASetElsewhereNeedTheRightToList(t *testing.T) {
	t.Parallel()
	list := gate.Question{Namespace: "n", Account: "default", Verb: "list", Target: "etl"}
	going := job("extract", "1", "", complete, ttl, guarded, goingAway, func(j *batchv1.Job) { j.Namespace = "etl" })
	for name, test := range map[string]struct {
		answer gate.Answer
		goes   gate.FinalizerAction
		told   bool
	}{
		"allowed":                 {gate.Allowed, gate.KeepGuard, true},
		"not known after a start": {gate.Unasked, gate.KeepGuard, false},
		"denied":                  {gate.Denied, gate.RemoveGuard, false},
	} {
		s, _ := recordingStore()
		s.access = access.Fixed{Access: gate.Answers{list: test.answer}}
		require.NoError(t, s.Replace([]any{going, job("load", "2", "finished(etl/ex*) >= 2")}, "2"))
		_, guarding, _ := s.guarding(lang.Job("etl", "extract"))
		require.Equal(t, test.goes, guarding, name)
		_, _, _, told := s.unsaved(lang.Job("n", "load"))
		require.Equal(t, test.told, told, name)
	}
}

// Two gates that release the Jobs of different namespaces leave each other's
// finalizers alone: the one that removed what the other added never came to an end.
func TestAFinalizerOutOfScopeIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		scope Scope
		want  gate.FinalizerAction
	}{
		"its own":     {Scope{Only: []string{"n"}}, gate.RemoveGuard},
		"another's":   {Scope{Only: []string{"m"}}, gate.KeepGuard},
		"an excluded": {Scope{Except: []string{"n"}}, gate.KeepGuard},
	} {
		for state, with := range map[string][]func(*batchv1.Job){
			"that runs": {ttl, guarded}, "that is over": {ttl, guarded, complete}, "that goes": {ttl, guarded, complete, goingAway},
		} {
			s, _ := recordingStore()
			s.scope = test.scope
			require.NoError(t, s.Replace([]any{job("extract", "1", "", with...)}, "1"))
			require.Equal(t, test.want, guarding(s, "extract"), "%s, %s", name, state)
		}
	}
}
