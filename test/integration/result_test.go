package integration

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// says has the first container of a Job's pods end with a termination message.
func says(message string) change { return template("termination-message", message) }

// cleanedUp has a Job and its pods deleted as soon as it has finished.
func cleanedUp(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = new(int32) }

var keepsResult = annotate(gate.KeepResultAnnotation, "true")

// wants has the pods of a Job get results.
func wants(text string) change { return annotate(gate.ResultsAnnotation, text) }

// given returns the annotations of a Job's Pod template in which its pods find results.
func (s *space) given(name string) map[string]string {
	given := map[string]string{}
	for key, value := range s.get(name).Spec.Template.Annotations {
		if key, ours := strings.CutPrefix(key, gate.ResultPrefix); ours {
			given[key] = value
		}
	}
	return given
}

// condition waits until the condition of a Job that waits says something.
func (s *space) condition(name, text string) {
	s.t.Helper()
	said := ""
	s.until(name+" says: "+text, func() bool {
		if c := gate.Observe(s.get(name)).Condition; c != nil {
			said = c.Message
		}
		return strings.Contains(said, text)
	})
}

// podsOf returns the pods of a Job.
func (s *space) podsOf(name string) []corev1.Pod {
	list, err := s.client.CoreV1().Pods(s.name).List(s.t.Context(), metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + name})
	require.NoError(s.t, err)
	return list.Items
}

// endsWith ends a pod that runs with a message that no annotation can carry.
func (s *space) endsWith(name, message string) {
	s.t.Helper()
	s.runs(name)
	s.until(name+" has ended", func() bool {
		for _, pod := range s.podsOf(name) {
			if pod.Status.Phase != corev1.PodRunning {
				continue
			}
			pod.Status.Phase = corev1.PodSucceeded
			for i := range pod.Status.ContainerStatuses {
				pod.Status.ContainerStatuses[i].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
					Message: message, FinishedAt: metav1.Now(), StartedAt: metav1.Now(),
				}}
			}
			_, err := s.client.CoreV1().Pods(s.name).UpdateStatus(s.t.Context(), &pod, metav1.UpdateOptions{})
			return err == nil
		}
		return false
	})
}

// What Jobs say decides what runs after them, and their pods are given it.
func TestResults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*space){
		"a branch is taken, and one is not":   branches,
		"pods are given results":              pods,
		"a result outlives its pods":          outlives,
		"what is no result":                   noResult,
		"a result of another namespace":       elsewhere,
		"what is kept goes where nobody asks": nobodyAsks,
		"more than a template takes":          tooMuch,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(full.namespace(t))
		})
	}
}

func branches(s *space) {
	s.make("yes", "succeeded(check, result=yes)", step("k", "yes"))
	s.make("no", "succeeded(check, result=no)", step("k", "no"))
	s.make("either", "succeeded(check, result=no, result=yes)", step("k", "either"))
	s.make("join", "yes or no", step("k", "join"))
	s.make("after-no", "no", step("k", "after-no"))
	s.make("good", "succeeded(run)", step("k", "good"))
	s.make("alarm", "failed(run)", step("k", "alarm"))
	s.make("check", "", step("k", "check"), says("yes\n"))
	s.completes("check", "yes", "either", "join", "good")
	s.skipped("no", gate.ReasonNotTaken)
	s.skipped("after-no", gate.ReasonDependencyFailed)
	s.skipped("alarm", gate.ReasonDependencyFailed)

	s.make("late", "succeeded(check@k, result=yes)") // read from the pod that is there
	s.completes("late")
}

func pods(s *space) {
	s.make("load", "extract, check, finished(broken)", wants("rows=extract, mode=check,none=broken"))
	s.make("bare", "extract", wants("rows=extract"), func(j *batchv1.Job) { j.Spec.Template.Annotations = nil })
	s.make("copied", "finished(broken)", wants("none=broken"), func(j *batchv1.Job) {
		j.Spec.Template.Annotations[gate.ResultPrefix+"none"] = "of another Job"
	})
	s.make("extract", "", says("12 rows\n{\"a\": 1}  \n\n"))
	s.make("check", "")
	s.make("broken", "", says("never seen"), template("exit-code", "3"))
	s.completes("load", "bare", "copied")
	require.Equal(s.t, map[string]string{"rows": "12 rows\n{\"a\": 1}", "mode": ""}, s.given("load"))
	require.Equal(s.t, map[string]string{"rows": "12 rows\n{\"a\": 1}"}, s.given("bare"))
	require.Empty(s.t, s.given("copied"))
	require.Equal(s.t, "12 rows\n{\"a\": 1}", s.podsOf("load")[0].Annotations[gate.ResultPrefix+"rows"])

	_, err := s.client.BatchV1().Jobs(s.name).Create(s.t.Context(), newJob("bad", "extract", wants("rows")), metav1.CreateOptions{})
	require.ErrorContains(s.t, err, `write KEY=JOB`)
	_, err = s.client.BatchV1().Jobs(s.name).Create(s.t.Context(), newJob("bad", "extract", wants("rows=load")), metav1.CreateOptions{})
	require.ErrorContains(s.t, err, `does not wait`)
}

// outlives: neither the pods nor the Job are there when the result is asked for.
func outlives(s *space) {
	s.make("last", "hour-later, succeeded(check, result=yes)", wants("mode=check"))
	s.make("other", "hour-later, succeeded(check, result=no)")
	s.make("long", "hour-later, big", wants("rows=big"))
	s.make("check", "", says("yes"), cleanedUp, keepsResult)
	s.make("big", "", says(strings.Repeat("x", 300)), cleanedUp, keepsResult)
	s.gone("check")
	s.gone("big")
	s.skipped("other", gate.ReasonNotTaken)
	s.until("the result is kept", func() bool { return strings.Contains(s.get("last").Annotations[gate.SeenAnnotation], `"result":"yes"`) })
	s.make("hour-later", "")
	s.completes("last")
	require.Equal(s.t, map[string]string{"mode": "yes"}, s.given("last"))
	s.condition("long", "300 bytes")
	s.held("long")
	require.NotContains(s.t, s.get("long").Annotations[gate.SeenAnnotation], "xxx")
}

// noResult: what is too long, or no text, is told with its place and what to do about it.
func noResult(s *space) {
	s.make("load", "mega, binary, bell, many", wants("rows=mega"), annotate(gate.WaitTimeoutAnnotation, "1000h"))
	for i, name := range []string{"binary", "bell", "many"} {
		s.make(fmt.Sprintf("load-%d", i), "mega, binary, bell, many", wants("rows="+name))
	}
	s.make("asks", "succeeded(mega, result=yes)")
	s.make("mega", "", untilTold)
	s.make("binary", "", untilTold)
	s.make("bell", "", untilTold)
	s.make("many", "", func(j *batchv1.Job) { j.Spec.Completions = new(int32); *j.Spec.Completions = 2 })
	s.endsWith("mega", strings.Repeat("x", 1<<20))
	s.endsWith("binary", "abc\xff\xfe")
	s.endsWith("bell", "ab\x07c")
	s.condition("load", "container main has 4096 bytes or more")
	s.condition("load", "write what is long to a volume")
	s.condition("load-0", "bytes that are no UTF-8 text at byte 4")
	s.condition("load-1", "a control character (U+0007) at byte 3")
	s.condition("load-1", "base64")
	s.condition("load-2", "only a Job with one completion has a result, this one has 2")
	s.condition("asks", "container main has 4096 bytes or more")
	for _, name := range []string{"load", "load-0", "load-1", "load-2", "asks"} {
		s.held(name)
	}
	// A lost value holds until the time is up.
	s.patch("load", fmt.Sprintf(`{"metadata":{"annotations":{%q:"1s"}}}`, gate.WaitTimeoutAnnotation))
	s.skipped("load", gate.ReasonDependencyTimeout)
}

// elsewhere: a result of another namespace is data of its pods, and needs the right to them.
func elsewhere(s *space) {
	other := s.namespace(s.t)
	other.make("extract", "", says("12"))
	other.completes("extract")
	s.make("load", other.name+"/extract", wants("rows="+other.name+"/extract"))
	s.make("branch", "succeeded("+other.name+"/extract, result=12)")
	other.kubectl("", "create", "role", "see", "--verb=get", "--resource=jobs")
	other.kubectl("", "create", "rolebinding", "see", "--role=see", "--serviceaccount="+s.name+":default")
	for _, name := range []string{"load", "branch"} {
		s.condition(name, "may not get the pods of namespace "+other.name)
		s.held(name)
		require.NotContains(s.t, s.get(name).Annotations[gate.SeenAnnotation], "12")
	}
	other.kubectl("", "create", "role", "read", "--verb=get", "--resource=pods")
	other.kubectl("", "create", "rolebinding", "read", "--role=read", "--serviceaccount="+s.name+":default")
	s.completes("load", "branch")
	require.Equal(s.t, map[string]string{"rows": "12"}, s.given("load"))
}

// nobodyAsks: what is kept for its result goes also where it has none, and where nobody
// wants it.
func nobodyAsks(s *space) {
	s.make("alone", "", keepsResult, cleanedUp, says("yes"))
	s.make("fails", "", keepsResult, cleanedUp, template("exit-code", "1"))
	s.make("array", "", keepsResult, cleanedUp, func(j *batchv1.Job) { j.Spec.Completions = new(int32); *j.Spec.Completions = 3 })
	runs := s.make("deleted", "", keepsResult, untilTold)
	require.Contains(s.t, runs.Spec.Template.Finalizers, gate.ResultFinalizer)
	s.make("stays", "", keepsResult, says("yes"))
	s.runs("deleted")
	s.delete("deleted", metav1.DeletePropagationForeground)
	for _, name := range []string{"alone", "fails", "array", "deleted"} {
		s.gone(name)
	}
	s.completes("stays")
	s.until("the pod of stays may go", func() bool { return len(s.podsOf("stays")[0].Finalizers) == 0 })
	s.until("no pod of those that went is left", func() bool {
		return len(s.podsOf("alone"))+len(s.podsOf("fails"))+len(s.podsOf("array"))+len(s.podsOf("deleted")) == 0
	})
	require.Empty(s.t, s.make("plain", "").Spec.Template.Finalizers)
	require.Equal(s.t, lang.Succeeded, gate.Observe(s.get("stays")).Outcome())
}

// tooMuch: results beyond 64 KiB in all, and beyond 16 MiB over all pods of a Job, hold it with
// what to do, until it asks for less.
func tooMuch(s *space) {
	const longest = 4095
	var all, few []string
	for n := range 17 {
		name := fmt.Sprintf("part-%d", n)
		s.make(name, "", says(strings.Repeat("x", longest)))
		all = append(all, fmt.Sprintf("p%d=%s", n, name))
	}
	few = all[:15]
	s.make("load", "part-* >= 17", wants(strings.Join(all, ",")))
	s.make("many", "part-* >= 17", wants(strings.Join(all[:5], ",")), func(j *batchv1.Job) {
		j.Spec.Completions, j.Spec.Parallelism = new(int32), new(int32)
		*j.Spec.Completions, *j.Spec.Parallelism = 1000, 1
	})
	size := func(n int) (size int) {
		for i := range n {
			size += len(fmt.Sprintf("depctl.dev/result.p%d", i)) + longest
		}
		return size
	}
	s.condition("load", fmt.Sprintf("the results of depctl.dev/results have %d bytes, at most 65536 go into a Pod template; write what is long to a volume", size(17)))
	s.condition("many", fmt.Sprintf("have %d bytes for each of 1000 pods, at most 16777216 in all", size(5)))
	s.held("load")
	s.held("many")
	s.warning("load", gate.ReasonProblem)
	s.patch("load", fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, gate.ResultsAnnotation, strings.Join(few, ",")))
	s.completes("load")
	require.Len(s.t, s.given("load"), 15)
	require.Len(s.t, s.podsOf("load")[0].Annotations[gate.ResultPrefix+"p14"], longest)
}

// A gate that has read a result, and is killed before it has written it anywhere, lets no pod go. The
// next one reads it again, and writes it.
func aGateIsKilledOverAResult(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	policy := "mute-" + s.name
	s.kubectl(fmt.Sprintf(`apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: %[1]s}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules: [{apiGroups: [batch], apiVersions: [v1], operations: [UPDATE], resources: [jobs, jobs/status]}]
  matchConditions:
    - {name: load, expression: "object.metadata.namespace == '%[2]s' && object.metadata.name == 'load'"}
    - {name: gate, expression: "request.userInfo.username.endsWith(':depctl-gate')"}
  validations: [{expression: "false", message: the gate writes nothing here}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: %[1]s}
spec: {policyName: %[1]s, validationActions: [Deny]}
`, policy, s.name), "apply", "-f", "-")
	refused := func() (n int) {
		for _, r := range s.patches("load") {
			if r.ResponseStatus.Code >= 400 {
				n++
			}
		}
		return n
	}
	s.make("load", "extract", wants("rows=extract"))
	s.until("the policy is in force", func() bool { return s.refusalOf("depctl-system", "depctl-gate", "load") != nil })
	asked := refused() // by this test, as the gate
	s.make("extract", "", says("12 rows"), keepsResult, cleanedUp)
	s.until("the gate has read the result, and may not write it", func() bool { return refused() > asked })
	keeps := func() bool {
		pods := s.podsOf("extract")
		return len(pods) == 1 && slices.Contains(pods[0].Finalizers, gate.ResultFinalizer)
	}
	require.True(t, keeps())
	before := refused()
	restart()
	s.until("the next gate has read it", func() bool { return refused() > before })
	require.True(t, keeps())
	require.Empty(t, s.get("load").Annotations[gate.SeenAnnotation])
	s.kubectl("", "delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", policy)
	s.completes("load")
	require.Equal(t, map[string]string{"rows": "12 rows"}, s.given("load"))
	s.gone("extract")
	s.until("the pod is gone", func() bool { return len(s.podsOf("extract")) == 0 })
}

// refusalOf returns what the API server says to a service account that writes nothing to a Job.
func (s *space) refusalOf(namespace, account, name string) error {
	_, err := s.as(namespace, account).BatchV1().Jobs(s.name).Patch(s.t.Context(), name, types.MergePatchType, []byte(`{}`),
		metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}})
	return err
}
