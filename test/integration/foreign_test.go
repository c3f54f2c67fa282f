package integration

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/test/history"
)

// others are the Jobs whose spec.suspend is somebody else's.
var others = map[string]change{
	"managed": func(j *batchv1.Job) { j.Spec.ManagedBy = ptr.To("example.com/multi") },
	"queued":  func(j *batchv1.Job) { j.Labels = map[string]string{"kueue.x-k8s.io/queue-name": "q"} },
	"in-set": func(j *batchv1.Job) {
		j.OwnerReferences = []metav1.OwnerReference{{
			APIVersion: "jobset.x-k8s.io/v1alpha2", Kind: "JobSet", Name: "set", UID: "1", Controller: ptr.To(true),
		}}
	},
}

func suspend(j *batchv1.Job) { j.Spec.Suspend = ptr.To(true) }

// create makes a Job of which nothing is asserted.
func (s *space) create(job *batchv1.Job) *batchv1.Job {
	s.t.Helper()
	made, err := s.client.BatchV1().Jobs(s.name).Create(s.t.Context(), job, metav1.CreateOptions{})
	require.NoError(s.t, err)
	return made
}

// started is the patch of a status that says that the Job was started now.
func started() string {
	return fmt.Sprintf(`{"status":{"startTime":%q}}`, time.Now().UTC().Format(time.RFC3339))
}

// conditions returns the patch of a status that adds conditions.
func conditions(reason string, types ...batchv1.JobConditionType) string {
	now := time.Now().UTC().Format(time.RFC3339)
	list := ""
	for _, kind := range types {
		list += fmt.Sprintf(`,{"type":%q,"status":"True","reason":%q,"message":"by hand","lastTransitionTime":%q,"lastProbeTime":%q}`, kind, reason, now, now)
	}
	completion := ""
	if slices.Contains(types, batchv1.JobComplete) {
		completion = fmt.Sprintf(`"completionTime":%q,`, now)
	}
	return fmt.Sprintf(`{"status":{%s"conditions":[%s]}}`, completion, list[1:])
}

// They are not held, and neither released nor failed by the gate.
func TestJobsOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	for name, change := range others {
		// Suspended, so that nothing runs and there is nothing to judge.
		s.create(newJob(name, "extract", change, suspend))
		s.create(newJob(name+"-2", "broke", change, suspend))
		s.warning(name, gate.ReasonForeignOwner)
		s.warning(name+"-2", gate.ReasonForeignOwner)

		made, err := s.client.BatchV1().Jobs(s.name).Create(t.Context(), newJob(name+"-3", "extract", change), metav1.CreateOptions{DryRun: []string{"All"}})
		require.NoError(t, err)
		require.False(t, ptr.Deref(made.Spec.Suspend, false), "%s was suspended", name)
	}
	s.make("late", "extract, broke", onFailure("wait"))
	s.patch("late", `{"metadata":{"labels":{"kueue.x-k8s.io/queue-name":"q"}}}`)
	s.warning("late", gate.ReasonForeignOwner)
	s.make("extract", "")
	s.make("broke", "", template("exit-code", "3"))
	s.completes("extract")
	s.fails("broke")
	s.held("late")
	for name := range others {
		s.held(name)
		s.held(name + "-2")
		require.Empty(t, append(s.patches(name), s.patches(name+"-2")...), "the gate wrote to a Job that is not its own")
	}
}

// As a prerequisite a Job counts by its conditions, whoever runs it and whoever
// wrote them. Those that come before the end are not the end.
func TestConditionsThatOthersWrote(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "managed")
	s.make("alarm", "failed(remote, reason=Cancelled)")
	s.make("report", "queued, in-set")
	for name, change := range others {
		s.make(name, "", change)
	}
	s.make("remote", "", others["managed"])
	s.completes("report")
	s.patchStatus("managed", started())
	s.patchStatus("remote", started())
	s.patchStatus("managed", conditions("CompletionsReached", batchv1.JobSuccessCriteriaMet))
	s.patchStatus("remote", conditions("Cancelled", batchv1.JobFailureTarget))
	s.held("load")
	s.held("alarm")
	s.patchStatus("remote", conditions("Cancelled", batchv1.JobFailed))
	s.completes("alarm")
	s.patchStatus("managed", conditions("CompletionsReached", batchv1.JobComplete))
	s.completes("load")
}

// A FailureTarget without a startTime fails nobody: the Job controller tries for
// ever. With one it is a failure as any other.
func TestAFailureThatNeverComes(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("alarm", "failed(stuck)")
	s.make("stuck", "", suspend)
	s.eventually("the Job controller has seen stuck", s.suspended("stuck"))
	s.patchStatus("stuck", conditions("Cancelled", batchv1.JobFailureTarget))
	s.held("alarm")
	require.Regexp(t, `(?m)^stuck +Suspended `, s.kubectl("", "get", "jobs"))
	s.patchStatus("stuck", started())
	s.completes("alarm")
}

// Somebody else fails a Job that the gate holds: it has failed, and was not
// skipped.
func TestAJobThatSomebodyElseFailsWhileItWaits(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t).byForce()
	s.make("load", "never")
	s.make("alarm", "failed(load, reason=Cancelled)")
	s.make("other", "skipped(load)")
	s.patchStatus("load", conditions("Cancelled", batchv1.JobFailureTarget))
	s.patchStatus("load", started())
	s.fails("load")
	s.completes("alarm")
	s.fails("other")
	require.Empty(t, s.patches("load"))
}

// Users have lists of their own in a Job. No patch of the gate replaces one.
func TestWhatUsersAddedSurvivesThePatchesOfTheGate(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	theirs := func(j *batchv1.Job) {
		j.Finalizers = []string{mine}
		j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "example.com/theirs"}}
	}
	const seen = `{"status":{"conditions":[{"type":"example.com/Seen","status":"True","reason":"Mine"}]}}`
	survived := func(name string) {
		t.Helper()
		job := s.get(name)
		require.Contains(t, job.Finalizers, mine, name)
		require.True(t, history.Event{Job: job}.Is("example.com/Seen"), "%s lost a condition", name)
		s.patch(name, `{"metadata":{"finalizers":null}}`)
	}
	s.make("load", "extract", theirs) // will be released
	s.make("skip", "failed(extract)", theirs)
	s.make("wait", "extract, never", theirs) // will be told of the outcome
	s.patchStatus("load", seen)
	s.patchStatus("skip", seen)
	s.patchStatus("wait", seen)
	s.make("extract", "", ttl(0), untilTold, func(j *batchv1.Job) { j.Finalizers = []string{mine} })
	s.guarded("extract")
	s.patchStatus("extract", seen)
	s.tell("extract")
	s.fails("skip")
	s.eventually("load runs, wait is told, extract is free", func(last map[string]history.Event) bool {
		at := func(name string) history.Event { return last[s.name+"/"+name] }
		return at("load").Job.Status.Active > 0 && at("wait").Job.Annotations[gate.SeenAnnotation] != "" && len(at("extract").Job.Finalizers) == 1
	})
	for _, name := range []string{"load", "skip", "wait", "extract"} {
		survived(name)
	}
	pods, err := s.client.CoreV1().Pods(s.name).List(t.Context(), metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=load"})
	require.NoError(t, err)
	require.Len(t, pods.Items, 1)
	require.Equal(t, []corev1.PodSchedulingGate{{Name: "example.com/theirs"}}, pods.Items[0].Spec.SchedulingGates)
}

// The status of a Job reaches its metadata, and policies of Jobs do not see that.
func TestAnnotationsWrittenThroughTheStatus(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "extract")
	s.patchStatus("load", `{"spec":{"suspend":false},"metadata":{"annotations":{
		"depctl.dev/depends-on":"other","depctl.dev/released":"{\"uid\":\"of-another\"}"}}}`)
	require.True(t, *s.patch("load", `{"spec":{"suspend":false}}`).Spec.Suspend)
	s.patchStatus("load", `{"metadata":{"annotations":{"depctl.dev/released":null}}}`)
	s.make("extract", "")
	s.completes("extract")
	s.held("load")
	s.make("other", "")
	s.completes("load")
}

// A policy of others refuses the patch of the gate, in one of the two ways there
// are: people are told, and the gate goes on trying.
func TestAPatchThatIsRefused(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"Invalid", "Forbidden"} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			s := shared.namespace(t)
			name := "not-before-monday-" + s.name
			s.kubectl(fmt.Sprintf(`
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: %[1]s}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [batch], apiVersions: [v1], operations: [UPDATE], resources: [jobs]}]
  validations:
    - {expression: "object.spec.?suspend.orValue(false) == true", message: not before Monday, reason: %[3]s}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: %[1]s}
spec:
  policyName: %[1]s
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %[2]s}}}
`, name, s.name, reason), "create", "-f", "-")
			load := s.make("load", "extract")
			s.until("the policy is in force", func() bool { return s.refusal("load", release(load)) != nil })
			s.make("extract", "")
			note := s.warning("load", gate.ReasonPatchRefused).Note
			require.Contains(t, note, "refuses to release this Job, trying again: ")
			require.Contains(t, note, "not before Monday")
			require.True(t, *s.get("load").Spec.Suspend)
			s.kubectl("", "delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", name)
			s.completes("load")
		})
	}
}
