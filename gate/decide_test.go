package gate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"depctl.dev/lang"
)

// world is a fixed set of objects.
type world map[string]*lang.Object

func (w world) Object(ref lang.Ref) *lang.Object { return w[ref.String()] }

func (w world) AbsentSince(lang.Ref) time.Time { return time.Time{} }

func (w world) Members(lang.Ref) ([]lang.Member, *lang.Problem) { return nil, nil }

// waiting returns a Job that is held and waits for extract.
func waiting(change ...func(*batchv1.Job)) *batchv1.Job {
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "etl", Name: "load", UID: "uid-load",
			Annotations: map[string]string{DependsOnAnnotation: "extract"},
		},
		Spec: batchv1.JobSpec{Suspend: ptr.To(true)},
	}
	for _, c := range change {
		c(job)
	}
	return job
}

func condition(kind batchv1.JobConditionType, reason string) func(*batchv1.Job) {
	return func(job *batchv1.Job) {
		job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{
			Type: kind, Status: corev1.ConditionTrue, Reason: reason,
		})
	}
}

func annotation(key, value string) func(*batchv1.Job) {
	return func(job *batchv1.Job) { job.Annotations[key] = value }
}

// One case for each line of the table in doc.go, and cases that fail when two
// lines change places.
func TestDecide(t *testing.T) {
	t.Parallel()
	succeeded := world{"etl/extract": {UID: "1", Outcome: lang.Succeeded}}
	running := func(job *batchv1.Job) { job.Spec.Suspend = ptr.To(false) }
	for name, test := range map[string]struct {
		job         *batchv1.Job
		world       world
		want        Action
		wantReason  string
		wantMessage string
		wantState   State
	}{
		"a Job without annotation is not ours": {
			job:  waiting(func(j *batchv1.Job) { j.Annotations = nil }),
			want: Ignoring, wantState: StateSuspended,
		},
		"a Job whose prerequisite succeeded is released": {
			job: waiting(), world: succeeded,
			want: Releasing, wantReason: ReasonMet, wantMessage: "released: etl/extract succeeded", wantState: StateWaiting,
		},
		"a Job whose prerequisite does not exist waits": {
			job: waiting(), world: world{},
			want: Waiting, wantReason: ReasonWaiting, wantMessage: "waiting: etl/extract does not exist", wantState: StateWaiting,
		},
		"a Job whose prerequisite still runs waits": {
			job: waiting(), world: world{"etl/extract": {UID: "1"}},
			want: Waiting, wantReason: ReasonWaiting, wantState: StateWaiting,
		},
		"a Job whose prerequisite failed is failed": {
			job: waiting(), world: world{"etl/extract": {UID: "1", Outcome: lang.Failed}},
			want: Failing, wantReason: ReasonDependencyFailed, wantState: StateBlocked,
			wantMessage: "never ran: etl/extract failed",
		},
		"a Job whose prerequisite was skipped is failed": {
			job: waiting(), world: world{"etl/extract": {UID: "1", Outcome: lang.Skipped}},
			want: Failing, wantReason: ReasonDependencyFailed, wantState: StateBlocked,
		},
		"a Job that rather waits stays suspended": {
			job:   waiting(annotation(OnFailureAnnotation, "wait")),
			world: world{"etl/extract": {UID: "1", Outcome: lang.Failed}},
			want:  Waiting, wantReason: ReasonDependencyFailed, wantState: StateBlocked,
			wantMessage: "will wait forever unless something changes: etl/extract failed",
		},
		"a Job that is held is not failed": {
			job:   waiting(annotation(HoldAnnotation, "")),
			world: world{"etl/extract": {UID: "1", Outcome: lang.Failed}},
			want:  Waiting, wantReason: ReasonHeld, wantState: StateHeld,
		},
		"a Job that the gate has failed is skipped at once": {
			job: waiting(condition(batchv1.JobFailureTarget, ReasonDependencyFailed)), world: succeeded,
			want: Ignoring, wantState: StateSkipped,
		},
		"a policy that does not exist holds the Job": {
			job: waiting(annotation(OnFailureAnnotation, "ignore")), world: succeeded,
			want: Waiting, wantReason: ReasonInvalidAnnotation, wantState: StateInvalid,
			wantMessage: `held: annotation depctl.dev/on-dependency-failure is "ignore", it must be fail, wait or run`,
		},
		"a timeout that cannot be read holds the Job": {
			job: waiting(annotation(WaitTimeoutAnnotation, "soon")), world: succeeded,
			want: Waiting, wantReason: ReasonInvalidAnnotation, wantState: StateInvalid,
		},
		"one prerequisite of two that succeeded is not enough": {
			job: waiting(annotation(DependsOnAnnotation, "extract, other/validate")), world: succeeded,
			want: Waiting, wantReason: ReasonWaiting, wantMessage: "waiting: other/validate does not exist", wantState: StateWaiting,
		},
		"a Job that is released is left alone": {
			job:  waiting(annotation(ReleasedAnnotation, `{"uid":"uid-load"}`), running),
			want: Ignoring, world: succeeded, wantState: StatePending,
		},
		"a Job that was edited after its release is told so": {
			job: waiting(
				annotation(ReleasedAnnotation, `{"uid":"uid-load","text":"`+textHash("other")+`"}`), running),
			want: Ignoring, wantReason: ReasonEditedLate, wantState: StatePending,
			wantMessage: "released already, by what depctl.dev/depends-on said then; to run it by the new text, delete the Job and recreate it",
		},
		"a Job that still says what it was released by is left alone": {
			job:  waiting(annotation(ReleasedAnnotation, `{"uid":"uid-load","text":"`+textHash("extract")+`"}`), running),
			want: Ignoring, wantState: StatePending,
		},
		"a Job that is released and suspended again by somebody is not released twice": {
			job:  waiting(annotation(ReleasedAnnotation, `{"uid":"uid-load"}`)),
			want: Ignoring, world: succeeded, wantState: StateSuspended,
		},
		"a record of another Job's release does not count": {
			job: waiting(annotation(ReleasedAnnotation, `{"uid":"uid-of-the-original"}`)), world: succeeded,
			want: Releasing, wantReason: ReasonMet, wantState: StateWaiting,
		},
		"a record that is no JSON does not count": {
			job: waiting(annotation(ReleasedAnnotation, "yes")), world: succeeded,
			want: Releasing, wantReason: ReasonMet, wantState: StateWaiting,
		},
		"a record that the policies do not read does not count": {
			job: waiting(annotation(ReleasedAnnotation, `{"by":"me","uid":"uid-load"}`)), world: succeeded,
			want: Releasing, wantReason: ReasonMet, wantState: StateWaiting,
		},
		"a Job that runs although nobody released it is left alone": {
			job: waiting(running), world: succeeded,
			want: Ignoring, wantReason: ReasonStartedUnheld, wantState: StatePending,
		},
		"a Job that is complete is left alone": {
			job:  waiting(condition(batchv1.JobComplete, "")),
			want: Ignoring, world: succeeded, wantState: StateSucceeded,
		},
		"a Job that failed is left alone": {
			job:  waiting(condition(batchv1.JobFailed, "BackoffLimitExceeded")),
			want: Ignoring, world: succeeded, wantState: StateFailed,
		},
		"a Job that is about to fail is not finished yet": {
			job: waiting(condition(batchv1.JobFailureTarget, "BackoffLimitExceeded")), world: succeeded,
			want: Releasing, wantReason: ReasonMet, wantState: StateWaiting,
		},
		"a Job that is being deleted is left alone": {
			job:  waiting(func(j *batchv1.Job) { j.DeletionTimestamp = &metav1.Time{} }),
			want: Ignoring, world: succeeded, wantState: StateSuspended,
		},
		"a Job of another controller is left alone and reported": {
			job:  waiting(func(j *batchv1.Job) { j.Spec.ManagedBy = ptr.To("example.com/multi") }),
			want: Ignoring, world: succeeded, wantReason: ReasonForeignOwner, wantState: StateSuspended,
			wantMessage: "not held: spec.managedBy example.com/multi decides when this Job runs",
		},
		"a Job that says the built-in controller manages it is ours": {
			job:  waiting(func(j *batchv1.Job) { j.Spec.ManagedBy = ptr.To(batchv1.JobControllerName) }),
			want: Releasing, world: succeeded, wantReason: ReasonMet, wantState: StateWaiting,
		},
		"a Job in a Kueue queue is left alone and reported": {
			job:  waiting(func(j *batchv1.Job) { j.Labels = map[string]string{queueLabel: "q"} }),
			want: Ignoring, world: succeeded, wantReason: ReasonForeignOwner, wantState: StateSuspended,
		},
		"a Job of a JobSet is left alone and reported": {
			job: waiting(func(j *batchv1.Job) {
				j.OwnerReferences = []metav1.OwnerReference{{Kind: "JobSet", Name: "set", Controller: ptr.To(true)}}
			}),
			want: Ignoring, world: succeeded, wantReason: ReasonForeignOwner, wantState: StateSuspended,
		},
		"a Job of a CronJob is ours": {
			job: waiting(func(j *batchv1.Job) {
				j.OwnerReferences = []metav1.OwnerReference{{Kind: "CronJob", Name: "nightly", Controller: ptr.To(true)}}
			}),
			want: Releasing, world: succeeded, wantReason: ReasonMet, wantState: StateWaiting,
		},
		"a Job that requires itself is a mistake": {
			job: waiting(annotation(DependsOnAnnotation, "extract, load")), world: succeeded,
			want: Waiting, wantReason: ReasonInvalidExpression, wantState: StateInvalid,
		},
		"an index in a Job that is not Indexed is a mistake": {
			job: waiting(annotation(DependsOnAnnotation, "extract[i]")), world: succeeded,
			want: Waiting, wantReason: ReasonInvalidExpression, wantState: StateInvalid,
		},
		"a requirement per element holds the Job, for nobody can release elements yet": {
			job: waiting(annotation(DependsOnAnnotation, "extract, extract[i]"), func(j *batchv1.Job) {
				j.Spec.CompletionMode, j.Spec.Completions = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](3)
			}),
			world: succeeded,
			want:  Waiting, wantReason: ReasonProblem, wantState: StateWaiting,
		},
		"an alternative is enough": {
			job: waiting(annotation(DependsOnAnnotation, "extract or other/validate")), world: succeeded,
			want: Releasing, wantReason: ReasonMet, wantState: StateWaiting,
		},
		"what must be fixed is said first": {
			job: waiting(annotation(DependsOnAnnotation, "missing, broken")), world: world{"etl/broken": {Problem: &lang.Problem{Code: lang.ProblemForbidden, Message: "forbidden"}}},
			want: Waiting, wantReason: ReasonProblem, wantState: StateWaiting,
			wantMessage: "waiting, and something must be fixed: broken: etl/broken: forbidden, etl/missing does not exist",
		},
		"an expression that does not parse holds the Job": {
			job: waiting(annotation(DependsOnAnnotation, "extract, Load")), world: succeeded,
			want: Waiting, wantReason: ReasonInvalidExpression, wantState: StateInvalid,
		},
		"an empty expression is a mistake and holds the Job": {
			job: waiting(annotation(DependsOnAnnotation, " ")), world: succeeded,
			want: Waiting, wantReason: ReasonInvalidExpression, wantState: StateInvalid,
		},
		"a mistake is reported before a hold": {
			job:   waiting(annotation(DependsOnAnnotation, "Load"), annotation(HoldAnnotation, "maintenance")),
			world: succeeded,
			want:  Waiting, wantReason: ReasonInvalidExpression, wantState: StateInvalid,
		},
		"a hold keeps a Job whose dependencies are met": {
			job: waiting(annotation(HoldAnnotation, "maintenance")), world: succeeded,
			want: Waiting, wantReason: ReasonHeld, wantMessage: "held: maintenance", wantState: StateHeld,
		},
		"a hold without a reason holds too": {
			job: waiting(annotation(HoldAnnotation, "")), world: succeeded,
			want: Waiting, wantReason: ReasonHeld, wantMessage: "held by annotation depctl.dev/hold", wantState: StateHeld,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			snapshot := Snapshot{Job: Observe(test.job), World: test.world}
			if snapshot.Job.Annotated {
				snapshot.Expr, snapshot.Invalid = snapshot.Job.Parse()
			}
			got := Decide(snapshot)
			require.Equal(t, test.want, got.Action, "action, reason %s", got.Reason)
			require.Equal(t, test.wantReason, got.Reason)
			if test.wantMessage != "" {
				require.Equal(t, test.wantMessage, got.Message)
			}
			require.Equal(t, test.wantState, StateOf(snapshot.Job, got))
		})
	}
}

func TestADeadlockIsHeldAndSaysWhere(t *testing.T) {
	t.Parallel()
	decide := func(changes ...func(*batchv1.Job)) Decision {
		job := Observe(waiting(changes...))
		expr, invalid := job.Parse()
		return Decide(Snapshot{
			Job: job, Expr: expr, Invalid: invalid, World: world{}, Now: time.Unix(1, 0),
			Cycle: []lang.Ref{lang.Job("etl", "extract"), lang.Job("etl", "load"), lang.Job("x", "y")},
		})
	}
	got := decide()
	require.Equal(t, Waiting, got.Action)
	require.Equal(t, ReasonDependencyCycle, got.Reason)
	require.Equal(t, "held in a deadlock: etl/extract waits for etl/load, which waits for x/y, which waits for etl/extract; "+
		"edit one of the annotations", got.Message)
	require.Equal(t, StateBlocked, StateOf(Observe(waiting()), got))
	require.Equal(t, ReasonHeld, decide(annotation(HoldAnnotation, "")).Reason)
	require.Equal(t, Failing, decide(annotation(WaitTimeoutAnnotation, "1s")).Action, "only a timeout ends it")
}

func TestStateOfAJobThatRuns(t *testing.T) {
	t.Parallel()
	job := waiting(func(j *batchv1.Job) { j.Annotations, j.Spec.Suspend = nil, nil })
	state := func() State { return StateOf(Observe(job), Decision{}) }
	require.Equal(t, StatePending, state())
	job.Status.Ready = ptr.To[int32](1)
	require.Equal(t, StateRunning, state())
	job.Status.Ready = ptr.To[int32](0)
	job.Status.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{Succeeded: []types.UID{"1"}}
	require.Equal(t, StateRunning, state(), "its pod has ended, and it is not complete yet")
	job.Status.UncountedTerminatedPods, job.Status.Succeeded = nil, 1
	require.Equal(t, StateRunning, state())
}

func TestObserveReadsTheOutcome(t *testing.T) {
	t.Parallel()
	at := metav1.NewTime(time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC))
	job := waiting(condition(batchv1.JobSuccessCriteriaMet, ""))
	require.Equal(t, lang.Undecided, Observe(job).Outcome(), "SuccessCriteriaMet is not the end yet")

	condition(batchv1.JobComplete, "")(job)
	job.Status.CompletionTime = &at
	require.Equal(t, lang.Succeeded, Observe(job).Outcome())
	require.Equal(t, at.Time, Observe(job).Object.Finished)

	job = waiting(condition(batchv1.JobFailed, ReasonDependencyFailed))
	require.Equal(t, lang.Skipped, Observe(job).Outcome())
	job.Status.Conditions[0].Status = corev1.ConditionFalse
	require.Equal(t, lang.Undecided, Observe(job).Outcome(), "a condition that is False does not hold")
}
