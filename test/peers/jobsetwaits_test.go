package peers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/yaml"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// withAll starts a control plane with JobSet and deploy/full, for as long as the test.
func withAll(t *testing.T) *space {
	t.Helper()
	s, err := sandbox.Start(t.Context(), sandbox.Options{JobSet: true, Overlay: sandbox.Full})
	if s != nil {
		t.Cleanup(func() { require.NoError(t, s.Stop()) })
	}
	require.NoError(t, err)
	c := &cluster{Sandbox: s}
	c.client, err = kubernetes.NewForConfig(s.Config())
	require.NoError(t, err)
	c.objects, err = dynamic.NewForConfig(s.Config())
	require.NoError(t, err)
	c.gate, err = s.StartGate(t.Context(), sandbox.GateOptions{})
	require.NoError(t, err)
	require.NoError(t, c.gate.WaitReady(t.Context()))
	return c.space(t)
}

func waitingJobSet(name, on, exit string) string {
	return fmt.Sprintf(`
apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
metadata: {name: %s, annotations: {depctl.dev/depends-on: %q}}
spec:
  replicatedJobs:
  - name: main
    replicas: 2
    template: {spec: {backoffLimit: 0, template: {metadata: {annotations: {sandbox.depctl.dev/exit-code: %q}}, spec: {restartPolicy: Never, containers: [{name: main, image: none}]}}}}
`, name, on, exit)
}

func (s *space) jobSet(manifest string) {
	s.t.Helper()
	var set unstructured.Unstructured
	require.NoError(s.t, yaml.Unmarshal([]byte(manifest), &set.Object))
	_, err := s.objects.Resource(jobSets).Namespace(s.name).Create(s.t.Context(), &set, metav1.CreateOptions{})
	require.NoError(s.t, err)
}

func (s *space) set(name string) *unstructured.Unstructured {
	s.t.Helper()
	set, err := s.objects.Resource(jobSets).Namespace(s.name).Get(s.t.Context(), name, metav1.GetOptions{})
	require.NoError(s.t, err)
	return set
}

func (s *space) ends(name, how string) {
	s.t.Helper()
	s.until(name+" is "+how, func() bool {
		state, _, _ := unstructured.NestedString(s.set(name).Object, "status", "terminalState")
		return state == how
	})
}

func (s *space) jobsOf(set string) []batchv1.Job {
	s.t.Helper()
	list, err := s.client.BatchV1().Jobs(s.name).List(s.t.Context(), metav1.ListOptions{LabelSelector: "jobset.sigs.k8s.io/jobset-name=" + set})
	require.NoError(s.t, err)
	return list.Items
}

// suspendsJobsOf waits until a JobSet that waits has its Jobs, which are suspended as it is.
func (s *space) suspendsJobsOf(set string) {
	s.t.Helper()
	s.until("the Jobs of "+set+" are there", func() bool { return len(s.jobsOf(set)) == 2 })
	for _, job := range s.jobsOf(set) {
		require.True(s.t, *job.Spec.Suspend)
		require.Nil(s.t, job.Status.StartTime)
	}
}

func (s *space) isOver(name string, how batchv1.JobConditionType) {
	s.t.Helper()
	s.until(fmt.Sprintf("%s is %s", name, how), func() bool {
		for _, c := range s.get(name).Status.Conditions {
			if c.Type == how && c.Status == "True" {
				return true
			}
		}
		return false
	})
}

// A Job, a Deployment and its Service, a JobSet, and a Job: each starts after the one before it.
func TestAChainOfKinds(t *testing.T) {
	s := withAll(t)
	s.make("report", "jobset:train")
	s.jobSet(waitingJobSet("train", "service:model", "0"))
	_, err := s.Kubectl(t.Context(), nil, "create", "service", "clusterip", "model", "--tcp=80", "-n", s.name)
	require.NoError(t, err)
	deployment := `
apiVersion: apps/v1
kind: Deployment
metadata: {name: model, annotations: {depctl.dev/depends-on: prepare}}
spec:
  selector: {matchLabels: {app: model}}
  template: {metadata: {labels: {app: model}}, spec: {containers: [{name: main, image: none}]}}
`
	var d unstructured.Unstructured
	require.NoError(t, yaml.Unmarshal([]byte(deployment), &d.Object))
	_, err = s.objects.Resource(deployments).Namespace(s.name).Create(t.Context(), &d, metav1.CreateOptions{})
	require.NoError(t, err)

	s.until("the gate says why the JobSet waits", func() bool {
		return s.set("train").GetAnnotations()[gate.ConditionAnnotation] != ""
	})
	s.suspendsJobsOf("train")
	// JobSet's own manager and the gate may both be away while it waits.
	require.NoError(t, s.gate.Kill())
	require.NoError(t, s.Kill(sandbox.JobSet))
	require.NoError(t, s.Restart(t.Context(), sandbox.JobSet))
	s.gate, err = s.StartGate(t.Context(), sandbox.GateOptions{})
	require.NoError(t, err)

	s.make("prepare", "")
	s.ends("train", "Completed")
	s.isOver("report", batchv1.JobComplete)
	jobs := s.jobsOf("train")
	require.Len(t, jobs, 2)
	for _, job := range jobs {
		require.NotContains(t, job.Annotations, gate.ReleasedAnnotation, "the Jobs of a JobSet are its own")
	}
	require.Contains(t, s.set("train").GetAnnotations()[gate.ReleasedAnnotation], string(s.set("train").GetUID()))
}

// A JobSet that fails is failed for those that wait for it, and one that is never released is skipped.
func TestAJobSetThatFails(t *testing.T) {
	s := withAll(t)
	s.jobSet(waitingJobSet("train", "prepare", "1"))
	s.jobSet(waitingJobSet("publish", "jobset:train", "0"))
	s.make("report", "jobset:publish")
	s.make("clean", "failed(jobset:train) and skipped(jobset:publish)")
	s.make("prepare", "")
	s.ends("train", "Failed")
	s.isOver("clean", batchv1.JobComplete)
	s.isOver("report", batchv1.JobFailed)
	s.suspendsJobsOf("publish")

	// One that runs is not suspended by an annotation that comes late.
	s.jobSet(waitingJobSet("free", "prepare", "0"))
	s.ends("free", "Completed")
	late, err := s.objects.Resource(jobSets).Namespace(s.name).Patch(t.Context(), "free", types.MergePatchType,
		[]byte(`{"metadata":{"annotations":{"depctl.dev/depends-on":"never"}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	suspended, _, _ := unstructured.NestedBool(late.Object, "spec", "suspend")
	require.False(t, suspended)
}

// In a queue of Kueue a JobSet waits without quota, and is Kueue's after its release.
func TestAJobSetGoesThroughAQueue(t *testing.T) {
	s := newSpace(t).withQueue(4)
	s.make("prepare", "", untilTold)
	s.jobSet(strings.Replace(waitingJobSet("train", "prepare", "0"), "annotations:", "labels: {kueue.x-k8s.io/queue-name: main}, annotations:", 1))
	set := s.set("train")
	require.Equal(t, gate.KueueGate, set.GetAnnotations()[gate.KueueGatesAnnotation])
	require.Equal(t, "true", set.GetLabels()[gate.HeldLabel])
	s.untilQuota("train", "False AdmissionGated")
	s.restartGate()
	// A write that drops the entry does not drop the hold.
	s.kubectl("annotate", "jobset/train", gate.KueueGatesAnnotation+"-")
	require.Equal(t, gate.KueueGate, s.set("train").GetAnnotations()[gate.KueueGatesAnnotation])
	s.tell("prepare")
	s.ends("train", "Completed")
	set = s.set("train")
	require.NotContains(t, set.GetAnnotations(), gate.KueueGatesAnnotation)
	require.Contains(t, set.GetAnnotations()[gate.ReleasedAnnotation], `"kueue":true`)
	s.untilQuota("train", "True")
}
