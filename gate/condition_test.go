package gate

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/utils/ptr"

	"depctl.dev/lang"
)

// t0 is when the Jobs of these tests were made.
var t0 = time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)

// said puts a condition of the gate on a Job, written so long after it was made,
// and since then like this.
func said(status corev1.ConditionStatus, reason, message string, since, written time.Duration) func(*batchv1.Job) {
	return func(job *batchv1.Job) {
		job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{
			Type: ConditionType, Status: status, Reason: reason, Message: message,
			LastTransitionTime: metav1.NewTime(t0.Add(since)), LastProbeTime: metav1.NewTime(t0.Add(written)),
		})
	}
}

func made(job *batchv1.Job) { job.CreationTimestamp = metav1.NewTime(t0) }

// releasedAfter records a release on a Job.
func releasedAfter(d time.Duration, by string) func(*batchv1.Job) {
	return func(job *batchv1.Job) {
		record, _ := json.Marshal(Release{UID: job.UID, At: t0.Add(d), By: by, Met: 3, Because: []string{"etl/extract succeeded"}})
		job.Annotations[ReleasedAnnotation] = string(record)
		job.Spec.Suspend = ptr.To(false)
	}
}

func TestWhatIsSaidOfAJob(t *testing.T) {
	t.Parallel()
	waits := said("False", ReasonWaiting, "waiting: etl/extract does not exist", 3*time.Second, 3*time.Second)
	unannotated := func(job *batchv1.Job) { delete(job.Annotations, DependsOnAnnotation) }
	for name, test := range map[string]struct {
		job     *batchv1.Job
		status  corev1.ConditionStatus
		reason  string
		message string
	}{
		"waiting is not met":     {waiting(), "False", ReasonWaiting, "waiting: etl/extract does not exist"},
		"held is not met":        {waiting(annotation(HoldAnnotation, "until Monday")), "False", ReasonHeld, "held: until Monday"},
		"a bad text is unknown":  {waiting(annotation(DependsOnAnnotation, "Extract")), "Unknown", ReasonInvalidExpression, ""},
		"a bad value is unknown": {waiting(annotation(OnFailureAnnotation, "no")), "Unknown", ReasonInvalidAnnotation, `held: annotation depctl.dev/on-dependency-failure is "no", it must be fail, wait or run`},
		"a problem is unknown":   {waiting(annotation(DependsOnAnnotation, "barred")), "Unknown", ReasonProblem, ""},
		"one that runs unheld is unknown": {
			waiting(func(job *batchv1.Job) { job.Spec.Suspend = ptr.To(false) }), "Unknown", ReasonStartedUnheld, "",
		},
		"nothing of a Job that is not annotated":            {waiting(unannotated), "", "", ""},
		"but what was said of it":                           {waiting(unannotated, waits), "Unknown", ReasonNotAnnotated, ""},
		"nothing of a Job that Kueue owns":                  {waiting(func(job *batchv1.Job) { job.Labels = map[string]string{queueLabel: "q"} }), "", "", ""},
		"but what was said of that":                         {waiting(waits, func(job *batchv1.Job) { job.Labels = map[string]string{queueLabel: "q"} }), "Unknown", ReasonForeignOwner, ""},
		"nothing of a Job that is deleted":                  {waiting(waits, func(job *batchv1.Job) { job.DeletionTimestamp = &metav1.Time{Time: t0} }), "", "", ""},
		"nothing of a Job that has finished":                {waiting(waits, condition(batchv1.JobFailed, "BackoffLimitExceeded")), "", "", ""},
		"a release after a wait":                            {waiting(releasedAfter(3*time.Second, ByGate)), "True", ReasonMet, "released: etl/extract succeeded and 2 more"},
		"nothing of one without a wait":                     {waiting(releasedAfter(2*time.Second, ByGate)), "", "", ""},
		"but of one that waits, as was said":                {waiting(waits, releasedAfter(2*time.Second, ByGate)), "True", ReasonMet, "released: etl/extract succeeded and 2 more"},
		"even if it has finished":                           {waiting(waits, releasedAfter(2*time.Second, ByGate), condition(batchv1.JobComplete, "")), "True", ReasonMet, "released: etl/extract succeeded and 2 more"},
		"nothing of one that finished before any was said":  {waiting(releasedAfter(time.Hour, ByGate), condition(batchv1.JobComplete, "")), "", "", ""},
		"a release by force does not say that anything met": {waiting(waits, releasedAfter(time.Hour, "depctl uninstall")), "Unknown", ReasonForced, "released by depctl uninstall, whatever its dependencies"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made(test.job)
			job := Observe(test.job)
			s := Snapshot{Job: job, World: world{"etl/barred": {Problem: &lang.Problem{Message: "no right"}}}, Now: t0}
			s.Expr, s.Invalid = job.Parse()
			c, _, news := NextCondition(job, Decide(s), t0.Add(time.Hour))
			if !news {
				require.Empty(t, test.status)
				return
			}
			require.Equal(t, test.status, c.Status)
			require.Equal(t, test.reason, c.Reason)
			require.NotEmpty(t, c.Message)
			if test.message != "" {
				require.Equal(t, test.message, c.Message)
			}
		})
	}
}

// The budget: nothing for two seconds, then at most one write every ten; and a
// second more, since the API server cuts off the rest of a second.
func TestWhenItIsSaid(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		said    func(*batchv1.Job)
		reason  string
		message string
		now     time.Duration
		due     time.Duration
		since   time.Duration
		news    bool
	}{
		"the first time":       {nil, ReasonWaiting, "a", time.Second, 3 * time.Second, time.Second, true},
		"another reason":       {said("False", ReasonWaiting, "a", 3*time.Second, 20*time.Second), ReasonHeld, "b", 21 * time.Second, 31 * time.Second, 3 * time.Second, true},
		"another status":       {said("False", ReasonWaiting, "a", 3*time.Second, 20*time.Second), ReasonMet, "b", 21 * time.Second, 31 * time.Second, 21 * time.Second, true},
		"another message":      {said("False", ReasonWaiting, "a", 3*time.Second, 3*time.Second), ReasonWaiting, "b", 4 * time.Second, 14 * time.Second, 3 * time.Second, true},
		"and another":          {said("False", ReasonWaiting, "a", 3*time.Second, 33*time.Second), ReasonWaiting, "b", 34 * time.Second, 63 * time.Second, 3 * time.Second, true},
		"after an hour":        {said("False", ReasonWaiting, "a", 3*time.Second, time.Hour), ReasonWaiting, "b", time.Hour, time.Hour + 5*time.Minute, 3 * time.Second, true},
		"the same":             {said("False", ReasonWaiting, "a", 3*time.Second, 3*time.Second), ReasonWaiting, "a", 33 * time.Second, 63 * time.Second, 3 * time.Second, false},
		"the same, at the end": {said("True", ReasonMet, "a", 3*time.Second, 3*time.Second), ReasonMet, "a", 33 * time.Second, -1, 3 * time.Second, false},
		"by a clock that is ahead": {
			said("False", ReasonWaiting, "a", time.Hour, time.Hour), ReasonHeld, "b", time.Second, 12 * time.Second, time.Hour, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changes := []func(*batchv1.Job){made}
			if test.said != nil {
				changes = append(changes, test.said)
			}
			d := Decision{Action: Waiting, Reason: test.reason, Message: test.message}
			if test.reason == ReasonMet {
				d = Decision{Reason: ReasonStartedUnheld, Message: test.message}
			}
			job := Observe(waiting(changes...))
			if test.reason == ReasonMet {
				job.Release = &Release{By: ByGate, Because: []string{"it"}}
				if !test.news {
					job.Condition.Message = "released: it"
				}
			}
			c, due, news := NextCondition(job, d, t0.Add(test.now))
			require.Equal(t, test.news, news)
			if test.due < 0 {
				require.Zero(t, due)
			} else {
				require.Equal(t, t0.Add(test.due), due)
			}
			require.Equal(t, t0.Add(test.since), c.Since)
			require.Equal(t, t0.Add(test.now), c.Written)
		})
	}
}

// merge applies a strategic merge patch as the API server does.
func merge(t *testing.T, job *batchv1.Job, patch []byte) *batchv1.Job {
	t.Helper()
	document, err := json.Marshal(job)
	require.NoError(t, err)
	document, err = strategicpatch.StrategicMergePatch(document, patch, batchv1.Job{})
	require.NoError(t, err)
	patched := &batchv1.Job{}
	require.NoError(t, json.Unmarshal(document, patched))
	return patched
}

func TestConditionPatchTouchesNothingElse(t *testing.T) {
	t.Parallel()
	before := waiting(made, condition("example.com/Mine", "Theirs"), condition(batchv1.JobSuspended, "JobSuspended"),
		said("False", ReasonWaiting, "a", time.Second, time.Second), func(job *batchv1.Job) {
			job.Status.StartTime = &metav1.Time{Time: t0}
			job.Status.Active = 3
			job.ResourceVersion = "7"
		})
	c, _, news := NextCondition(Observe(before), Decision{Action: Waiting, Reason: ReasonHeld, Message: "b"}, t0.Add(time.Minute))
	require.True(t, news)
	patch, err := ConditionPatch(Observe(before), c)
	require.NoError(t, err)
	require.JSONEq(t, `{"metadata":{"uid":"uid-load","resourceVersion":"7"},"status":{"conditions":[{"type":"depctl.dev/DependenciesMet","status":"False","reason":"Held","message":"b","lastProbeTime":"2026-11-23T20:01:00Z","lastTransitionTime":"2026-11-23T20:00:01Z"}]}}`, string(patch.Patch))
	after := merge(t, before, patch.Patch)
	require.Len(t, after.Status.Conditions, 3)
	for i, old := range before.Status.Conditions {
		if old.Type != ConditionType {
			require.Equal(t, old, after.Status.Conditions[i])
		}
	}
	require.Equal(t, before.Status.Active, after.Status.Active)
	require.True(t, before.Status.StartTime.Equal(after.Status.StartTime))
	require.Equal(t, ReasonHeld, Observe(after).Condition.Reason)
}

// The patch that fails a Job says so in our condition too, and leaves others.
func TestFailPatchCarriesTheCondition(t *testing.T) {
	t.Parallel()
	job := waiting(made, condition("example.com/Mine", "Theirs"), said("False", ReasonWaiting, "a", time.Second, time.Second))
	d := Decision{Action: Failing, Reason: ReasonDependencyFailed, Message: "never ran: " + strings.Repeat("x", 3000)}
	patch, err := FailPatch(Observe(job), d, t0.Add(time.Minute))
	require.NoError(t, err)
	job = merge(t, job, patch)
	require.Len(t, job.Status.Conditions, 3)
	for _, c := range job.Status.Conditions {
		switch c.Type {
		case batchv1.JobFailureTarget:
			require.Equal(t, corev1.ConditionTrue, c.Status)
			require.True(t, c.LastTransitionTime.Equal(&metav1.Time{Time: t0.Add(time.Minute)}))
		case ConditionType:
			require.Equal(t, corev1.ConditionFalse, c.Status)
			require.True(t, c.LastTransitionTime.Equal(&metav1.Time{Time: t0.Add(time.Second)}), "its status has not changed")
		default:
			require.Equal(t, "Theirs", c.Reason)
			continue
		}
		require.Equal(t, ReasonDependencyFailed, c.Reason)
		require.Equal(t, Clip(d.Message, maxMessage), c.Message)
	}
	_, due, news := NextCondition(Observe(job), Decision{}, t0.Add(time.Hour))
	require.False(t, news)
	require.Zero(t, due)
}

// What was said of a Job while it waited is written late, after the patch that failed it.
func TestALateWordOnASkippedJobIsReplaced(t *testing.T) {
	t.Parallel()
	failed := condition(batchv1.JobFailed, ReasonDependencyFailed)
	why := func(j *batchv1.Job) { j.Status.Conditions[0].Message = "never ran: a failed" }
	job := Observe(waiting(made, failed, why, said("False", ReasonWaiting, "waiting: a", time.Second, time.Second)))
	require.True(t, job.Owed())
	c, _, news := NextCondition(job, Decision{}, t0.Add(time.Hour))
	require.True(t, news)
	require.Equal(t, ReasonDependencyFailed, c.Reason)
	require.Equal(t, "never ran: a failed", c.Message)
}

// What is kept for every Job of the cluster is little: nothing of a condition
// once a Job has ended, and no record of a release that was told.
func TestLittleIsKeptOfWhatWasSaid(t *testing.T) {
	t.Parallel()
	met := said("True", ReasonMet, "released: x", time.Second, time.Second)
	for name, job := range map[string]*batchv1.Job{
		"complete":             waiting(releasedAfter(time.Hour, ByGate), met, condition(batchv1.JobComplete, "")),
		"failed":               waiting(releasedAfter(time.Hour, ByGate), met, condition(batchv1.JobFailed, "")),
		"skipped":              waiting(said("False", ReasonDependencyFailed, "x", 0, 0), condition(batchv1.JobFailed, ReasonDependencyFailed)),
		"quick":                waiting(releasedAfter(time.Second, ByGate)),
		"quick, and complete":  waiting(releasedAfter(time.Second, ByGate), condition(batchv1.JobComplete, "")),
		"untold, and complete": waiting(releasedAfter(time.Hour, ByGate), condition(batchv1.JobComplete, "")),
	} {
		made(job)
		require.Nil(t, Observe(job).Condition, name)
		require.Nil(t, Observe(job).Release, name)
		require.False(t, Observe(job).Owed(), name)
	}
	require.Nil(t, Observe(waiting(made, releasedAfter(time.Hour, ByGate), met)).Release)
}
