package gate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/depgraph"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

var migrated = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

func waitingDeployment(annotations map[string]string) *appsv1.Deployment {
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: "web", UID: "u1", Annotations: annotations, CreationTimestamp: metav1.NewTime(migrated)},
		Spec:       appsv1.DeploymentSpec{Paused: true},
	}
}

func decideDeployment(t *testing.T, d *appsv1.Deployment, job *batchv1.Job) (Job, Decision) {
	t.Helper()
	return decideHeld(t, observeDeployment(t, d, &lang.Object{UID: string(d.UID), Created: d.CreationTimestamp.Time}), job)
}

func observeDeployment(t *testing.T, d *appsv1.Deployment, object *lang.Object) Job {
	t.Helper()
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(d)
	require.NoError(t, err)
	k, _ := kind.Of(kind.Deployment)
	return ObserveHeld(k, &unstructured.Unstructured{Object: fields}, object)
}

func decideHeld(t *testing.T, j Job, job *batchv1.Job) (Job, Decision) {
	t.Helper()
	expr, err := j.Parse()
	graph := depgraph.New()
	graph.Set(j.Ref(), j.Node(expr))
	if job != nil {
		observed := Observe(job)
		graph.Set(observed.Ref(), observed.Node(nil))
	}
	return j, Decide(Snapshot{
		Job: j, Expr: expr, Invalid: err, Now: migrated.Add(time.Minute),
		World: World{Graph: graph, Self: j.Ref(), Job: j, Access: Open{}},
	})
}

func migration(condition batchv1.JobConditionType) *batchv1.Job {
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: "migrate", UID: "m1"},
		Status:     batchv1.JobStatus{Conditions: []batchv1.JobCondition{{Type: condition, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(migrated)}}},
	}
}

func TestWhatIsDecidedAboutADeployment(t *testing.T) {
	t.Parallel()
	released := `{"uid":"u1","at":"2026-11-30T09:00:00Z","by":"depctl-gate","text":"other"}`
	for name, test := range map[string]struct {
		annotations map[string]string
		running     bool
		job         *batchv1.Job
		action      Action
		reason      string
		message     string
	}{
		"its prerequisite does not exist":     {nil, false, nil, Waiting, ReasonWaiting, "etl/migrate does not exist"},
		"its prerequisite succeeded":          {nil, false, migration(batchv1.JobComplete), Releasing, ReasonMet, "released: etl/migrate succeeded"},
		"its prerequisite failed":             {nil, false, migration(batchv1.JobFailed), Waiting, ReasonDependencyFailed, "will wait forever unless something changes"},
		"it takes a failure for an end":       {map[string]string{OnFailureAnnotation: "run"}, false, migration(batchv1.JobFailed), Releasing, ReasonMet, "released"},
		"it is on hold":                       {map[string]string{HoldAnnotation: "mine"}, false, migration(batchv1.JobComplete), Waiting, ReasonHeld, "held: mine"},
		"an annotation is for Jobs":           {map[string]string{WaitTimeoutAnnotation: "1h"}, false, migration(batchv1.JobComplete), Waiting, ReasonInvalidAnnotation, "is for Jobs, and this is a Deployment"},
		"it started before it was held":       {nil, true, nil, Ignoring, ReasonStartedUnheld, "the Deployment was started by somebody else"},
		"its text alone changed since":        {map[string]string{ReleasedAnnotation: released}, true, nil, Ignoring, ReasonEditedLate, "both the annotation and the Pod template"},
		"somebody paused it after its start":  {map[string]string{ReleasedAnnotation: `{"uid":"u1","by":"depctl-gate"}`}, false, nil, Ignoring, "", ""},
		"it goes back to an earlier version":  {map[string]string{MetAnnotation: "a " + textHash("migrate") + " b"}, false, nil, Releasing, ReasonMet, "for an earlier version"},
		"it went on from another version":     {map[string]string{MetAnnotation: textHash("migrate-0")}, false, nil, Waiting, ReasonWaiting, "does not exist"},
		"it goes back, and is on hold":        {map[string]string{MetAnnotation: textHash("migrate"), HoldAnnotation: ""}, false, nil, Waiting, ReasonHeld, "held by annotation"},
		"the record is of another Deployment": {map[string]string{ReleasedAnnotation: `{"uid":"u9","by":"depctl-gate"}`}, false, nil, Waiting, ReasonWaiting, "does not exist"},
	} {
		annotations := map[string]string{DependsOnAnnotation: "migrate"}
		for key, value := range test.annotations {
			annotations[key] = value
		}
		d := waitingDeployment(annotations)
		d.Spec.Paused = !test.running
		_, decision := decideDeployment(t, d, test.job)
		require.Equal(t, test.action, decision.Action, name)
		require.Equal(t, test.reason, decision.Reason, name)
		require.Contains(t, decision.Message, test.message, name)
	}
}

func TestADeploymentOfAnotherControllerIsLeftAlone(t *testing.T) {
	t.Parallel()
	d := waitingDeployment(map[string]string{DependsOnAnnotation: "migrate"})
	yes := true
	d.OwnerReferences = []metav1.OwnerReference{{Kind: "Rollout", Name: "web", Controller: &yes}}
	_, decision := decideDeployment(t, d, nil)
	require.Equal(t, Ignoring, decision.Action)
	require.Equal(t, "not held: Rollout web decides when this Deployment runs", decision.Message)
}

// The gate says on the Deployment that it can never start, and only that makes it count as skipped.
func TestAHeldDeploymentCountsAsSkippedByItsCondition(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reason, policy string
		paused         bool
		want           lang.Outcome
	}{
		"what it waits for failed":     {ReasonDependencyFailed, "", true, lang.Skipped},
		"it waits on all the same":     {ReasonDependencyFailed, "wait", true, lang.Undecided},
		"it waits":                     {ReasonWaiting, "", true, lang.Undecided},
		"somebody started it after it": {ReasonDependencyFailed, "", false, lang.Undecided},
	} {
		d := waitingDeployment(map[string]string{DependsOnAnnotation: "migrate", OnFailureAnnotation: test.policy})
		d.Spec.Paused = test.paused
		said := Condition{Status: corev1.ConditionFalse, Reason: test.reason, Written: migrated, Since: migrated}
		d.Status.Conditions = []appsv1.DeploymentCondition{{
			Type: appsv1.DeploymentConditionType(ConditionType), Status: said.Status, Reason: said.Reason,
			LastUpdateTime: metav1.NewTime(said.Written), LastTransitionTime: metav1.NewTime(said.Since),
		}}
		j := observeDeployment(t, d, &lang.Object{Started: true, Ready: true})
		require.Equal(t, test.want, j.Object.Outcome, name)
		require.Equal(t, test.want == lang.Undecided, j.Object.Ready, name)
		require.Equal(t, lang.Undecided, j.Outcome(), name+": it may start all the same")
	}
}

func TestADeploymentRemembersTheLastExpressions(t *testing.T) {
	t.Parallel()
	j := Job{DependsOn: "a"}
	for i := range 25 {
		j.DependsOn = fmt.Sprintf("migrate-%d", i%22)
		j.met = strings.Fields(j.nowMet())
	}
	require.Len(t, j.met, mostMet)
	require.Equal(t, []string{textHash("migrate-0"), textHash("migrate-1"), textHash("migrate-2")}, j.met[mostMet-3:])
	require.NotContains(t, j.met[:mostMet-3], textHash("migrate-2"), "each is there once")
}

func TestThePatchesOfADeployment(t *testing.T) {
	t.Parallel()
	j, d := decideDeployment(t, waitingDeployment(map[string]string{DependsOnAnnotation: "migrate"}), migration(batchv1.JobComplete))
	patch, err := ReleasePatch(j, NewRelease(j, migrated, ByGate, d.Reasons), ReleaseOptions{Awaited: true})
	require.NoError(t, err)
	var steps []operation
	require.NoError(t, json.Unmarshal(patch, &steps))
	require.Len(t, steps, 8)
	require.Equal(t, operation{"test", "/metadata/uid", "u1"}, steps[0])
	require.Equal(t, operation{"test", "/spec/paused", true}, steps[1])
	require.Equal(t, operation{"test", "/metadata/annotations/depctl.dev~1depends-on", "migrate"}, steps[2])
	require.Equal(t, operation{"test", "/metadata/annotations/depctl.dev~1hold", nil}, steps[3])
	require.Equal(t, operation{"test", "/metadata/annotations/depctl.dev~1released", nil}, steps[4])
	require.Equal(t, operation{"replace", "/spec/paused", false}, steps[5])
	require.Contains(t, steps[6].Value, `{"uid":"u1"`)
	require.Equal(t, operation{"add", "/metadata/annotations/depctl.dev~1met", textHash("migrate")}, steps[7])

	j.OnHold, j.Hold = true, "on call"
	patch, err = ForceHeldPatch(j, "ann", migrated)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(patch, &steps))
	require.Equal(t, operation{"test", "/metadata/annotations/depctl.dev~1hold", "on call"}, steps[3])
	require.Equal(t, operation{"remove", "/metadata/annotations/depctl.dev~1hold", nil}, steps[8])
	require.Contains(t, steps[6].Value, `"by":"ann"`)

	write, err := ConditionPatch(j, Condition{Status: corev1.ConditionTrue, Reason: ReasonMet, Written: migrated, Since: migrated})
	require.NoError(t, err)
	require.JSONEq(t, `{"metadata":{"uid":"u1"},"status":{"conditions":[{"type":"depctl.dev/DependenciesMet","status":"True","reason":"Met",
		"lastUpdateTime":"2026-11-30T09:00:00Z","lastTransitionTime":"2026-11-30T09:00:00Z"}]}}`, string(write.Patch))
	require.Equal(t, "status", write.Of)
}

// held returns an object of a kind of another project that waits for the migration.
func held(noun string, spec map[string]any, annotations map[string]string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	o.SetKind(noun)
	o.SetNamespace("etl")
	o.SetName("train")
	o.SetUID("u1")
	o.SetCreationTimestamp(metav1.NewTime(migrated))
	o.SetAnnotations(map[string]string{DependsOnAnnotation: "migrate"})
	for key, value := range annotations {
		o.SetAnnotations(map[string]string{DependsOnAnnotation: "migrate", key: value})
	}
	return o
}

func TestWhatIsDecidedAboutAJobSetAndARayJob(t *testing.T) {
	t.Parallel()
	jobSet, is := kind.HeldAs("jobset.x-k8s.io", "JobSet")
	require.True(t, is)
	rayJob, is := kind.HeldAs("ray.io", "RayJob")
	require.True(t, is)
	suspended := map[string]any{"suspend": true}
	for name, test := range map[string]struct {
		kind    kind.Kind
		spec    map[string]any
		also    map[string]string
		job     *batchv1.Job
		action  Action
		reason  string
		message string
	}{
		"its prerequisite does not exist":    {jobSet, suspended, nil, nil, Waiting, ReasonWaiting, "etl/migrate does not exist"},
		"its prerequisite succeeded":         {rayJob, suspended, nil, migration(batchv1.JobComplete), Releasing, ReasonMet, "released: etl/migrate succeeded"},
		"its prerequisite failed":            {jobSet, suspended, nil, migration(batchv1.JobFailed), Waiting, ReasonDependencyFailed, "will wait forever unless something changes"},
		"it runs already":                    {jobSet, map[string]any{}, nil, nil, Ignoring, ReasonStartedUnheld, "the JobSet was started by somebody else"},
		"its text changed since the release": {rayJob, map[string]any{}, map[string]string{ReleasedAnnotation: `{"uid":"u1","by":"depctl-gate","text":"other"}`}, nil, Ignoring, ReasonEditedLate, "delete the RayJob and recreate it"},
		"what holds it is no bool":           {jobSet, map[string]any{"suspend": "yes"}, nil, nil, Ignoring, ReasonStartedUnheld, "the JobSet was started"},
	} {
		o := held(test.kind.Noun, test.spec, test.also)
		_, decision := decideHeld(t, ObserveHeld(test.kind, o, &lang.Object{UID: "u1"}), test.job)
		require.Equal(t, test.action, decision.Action, name)
		require.Equal(t, test.reason, decision.Reason, name)
		require.Contains(t, decision.Message, test.message, name)
	}

	o := held("JobSet", suspended, nil)
	o.SetLabels(map[string]string{queueLabel: "q"})
	require.Equal(t, "Kueue (label kueue.x-k8s.io/queue-name)", ObserveHeld(jobSet, o, &lang.Object{}).ForeignOwner)
}

// A kind of another project has no place for the gate's condition, so an annotation has it.
func TestAnAnnotationSaysHowAJobSetStands(t *testing.T) {
	t.Parallel()
	k, _ := kind.Of("jobset")
	spec := map[string]any{"suspend": true, "replicatedJobs": []any{map[string]any{"template": map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"serviceAccountName": "trainer"}}}}}}}
	j := ObserveHeld(k, held("JobSet", spec, nil), &lang.Object{UID: "u1"})
	require.Equal(t, "trainer", j.ServiceAccount)
	said := Condition{Status: corev1.ConditionFalse, Reason: ReasonDependencyFailed, Message: "etl/migrate failed", Written: migrated, Since: migrated.Add(-time.Minute)}
	write, err := ConditionPatch(j, said)
	require.NoError(t, err)
	require.Equal(t, types.MergePatchType, write.How)
	require.Empty(t, write.Of)
	var patch struct {
		Metadata struct {
			UID         string
			Annotations map[string]string
		}
	}
	require.NoError(t, json.Unmarshal(write.Patch, &patch))
	require.Equal(t, "u1", patch.Metadata.UID)

	again := ObserveHeld(k, held("JobSet", spec, patch.Metadata.Annotations), &lang.Object{UID: "u1"})
	require.True(t, said.Since.Equal(again.Condition.Since))
	require.Equal(t, said.Message, again.Condition.Message)
	require.Equal(t, lang.Skipped, again.Object.Outcome)
	require.Equal(t, lang.Undecided, again.Outcome())

	for _, text := range []string{"", "{", `[]`, `{"lastTransitionTime":"yesterday"}`} {
		bad := ObserveHeld(k, held("JobSet", spec, map[string]string{ConditionAnnotation: text}), &lang.Object{UID: "u1"})
		require.Nil(t, bad.Condition, text)
	}

	patched, err := ReleasePatch(j, NewRelease(j, migrated, ByGate, nil), ReleaseOptions{})
	require.NoError(t, err)
	require.Contains(t, string(patched), `{"op":"replace","path":"/spec/suspend","value":false}`)
	require.NotContains(t, string(patched), MetAnnotation, "it has no versions to go back to")
}

// A Pod is held by our scheduling gate, wherever that is in the list, and can be failed.
func TestAPodIsHeldByASchedulingGate(t *testing.T) {
	t.Parallel()
	k, _ := kind.Of(kind.Pod)
	gates := func(names ...string) map[string]any {
		var list []any
		for _, name := range names {
			list = append(list, map[string]any{"name": name})
		}
		return map[string]any{"serviceAccountName": "trainer", "schedulingGates": list}
	}
	pod := held("Pod", gates("example.com/budget", SchedulingGate), nil)
	j, d := decideHeld(t, ObserveHeld(k, pod, &lang.Object{UID: "u1"}), migration(batchv1.JobComplete))
	require.Equal(t, Releasing, d.Action)
	require.Equal(t, "trainer", j.ServiceAccount)
	patch, err := ReleasePatch(j, NewRelease(j, migrated, ByGate, d.Reasons), ReleaseOptions{})
	require.NoError(t, err)
	var steps []operation
	require.NoError(t, json.Unmarshal(patch, &steps))
	require.Equal(t, operation{"test", "/spec/schedulingGates/1/name", SchedulingGate}, steps[1])
	require.Equal(t, operation{"remove", "/spec/schedulingGates/1", nil}, steps[5])

	j, d = decideHeld(t, ObserveHeld(k, pod, &lang.Object{UID: "u1"}), migration(batchv1.JobFailed))
	require.Equal(t, Failing, d.Action)
	patch, err = FailPatch(j, d, migrated)
	require.NoError(t, err)
	require.JSONEq(t, `{"metadata":{"uid":"u1","resourceVersion":""},"status":{"phase":"Failed","reason":"DependencyFailed","message":"never ran: etl/migrate failed"}}`, string(patch))

	failed := held("Pod", gates(SchedulingGate), map[string]string{ConditionAnnotation: `{"status":"False","reason":"Waiting","message":"waiting"}`})
	failed.Object["status"] = map[string]any{"phase": "Failed", "reason": ReasonDependencyFailed, "message": "never ran: etl/migrate failed"}
	j = ObserveHeld(k, failed, &lang.Object{UID: "u1", Outcome: lang.Failed, Reason: ReasonDependencyFailed})
	require.Equal(t, lang.Skipped, j.Outcome())
	c, _, news := NextCondition(j, Decision{}, migrated)
	require.True(t, news)
	require.Equal(t, "never ran: etl/migrate failed", c.Message)

	queued := held("Pod", gates("kueue.x-k8s.io/admission", SchedulingGate), nil)
	queued.SetLabels(map[string]string{queueLabel: "q"})
	_, d = decideHeld(t, ObserveHeld(k, queued, &lang.Object{UID: "u1"}), migration(batchv1.JobComplete))
	require.Equal(t, Releasing, d.Action, "Kueue has a scheduling gate of its own, which stays")

	_, d = decideHeld(t, ObserveHeld(k, held("Pod", gates("example.com/budget"), nil), &lang.Object{UID: "u1"}), nil)
	require.Equal(t, ReasonStartedUnheld, d.Reason, "nothing of ours holds it")
}
