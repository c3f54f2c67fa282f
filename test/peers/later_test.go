package peers

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// later are a policy and a webhook of somebody else that put a Job into the queue, or have it wait, after ours
// have looked: policies are called by name at best, and webhooks after all of them.
const later = `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: zz-queue.example.com}
spec:
  failurePolicy: Fail
  reinvocationPolicy: Never
  matchConstraints:
    resourceRules: [{apiGroups: [batch], apiVersions: [v1], operations: [CREATE], resources: [jobs]}]
  mutations:
    - patchType: JSONPatch
      jsonPatch:
        expression: >-
          object.metadata.?annotations.orValue({})[?'later'].orValue('') == 'policy'
          ? [JSONPatch{op: "add", path: "/metadata/labels", value: {"kueue.x-k8s.io/queue-name": "main"}}] : []
---
{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingAdmissionPolicyBinding, metadata: {name: zz-queue.example.com}, spec: {policyName: zz-queue.example.com}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: zz-queue.example.com}
webhooks:
  - name: queue.example.com
    clientConfig: {url: "%[1]s/queue", caBundle: %[2]s}
    rules: [{apiGroups: [batch], apiVersions: [v1], operations: [CREATE], resources: [jobs]}]
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %[3]s}}
    sideEffects: None
    admissionReviewVersions: [v1]
`

// byWebhook is the patch of the webhook: a queue for those that ask for it, and a dependency too.
func byWebhook(_ string, object *metav1.PartialObjectMetadata) string {
	switch object.Annotations["later"] {
	case "webhook":
		return `[{"op":"add","path":"/metadata/labels","value":{"kueue.x-k8s.io/queue-name":"main"}}]`
	case "both":
		return `[{"op":"add","path":"/metadata/labels","value":{"kueue.x-k8s.io/queue-name":"main"}},
			{"op":"add","path":"/metadata/annotations/depctl.dev~1depends-on","value":"extract"}]`
	}
	return `[]`
}

func TestAQueueThatALaterPolicyOrWebhookNamesIsSeen(t *testing.T) {
	s := newSpace(t).withQueue(10)
	url, ca, err := s.Meddle(t, byWebhook)
	require.NoError(t, err)
	s.apply(fmt.Sprintf(later, url, ca, s.name))
	t.Cleanup(func() {
		for _, kind := range []string{"mutatingadmissionpolicybinding", "mutatingadmissionpolicy", "mutatingwebhookconfiguration"} {
			_, err := s.Kubectl(context.Background(), nil, "delete", kind, "zz-queue.example.com")
			require.NoError(t, err)
		}
	})
	s.make("extract", "", untilTold)
	ways := []string{"policy", "webhook"}
	const each = 5
	for _, way := range ways {
		asks := func(j *batchv1.Job) { j.Annotations["later"], j.Labels = way, nil }
		dry := metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}
		s.until("the "+way+" is in force", func() bool {
			probe := s.get("extract")
			probe.ObjectMeta = metav1.ObjectMeta{Name: "probe", Annotations: map[string]string{}}
			probe.Spec.Selector, probe.Spec.Template.Labels = nil, nil
			asks(probe)
			made, err := s.client.BatchV1().Jobs(s.name).Create(t.Context(), probe, dry)
			require.NoError(t, err)
			return made.Labels[queueLabel] == "main"
		})
		for i := range each {
			job := s.make(fmt.Sprintf("%s-%d", way, i), "extract", asks)
			require.Equal(t, gate.KueueGate, job.Annotations[gate.KueueGatesAnnotation], way)
			require.True(t, suspended(job), way)
		}
	}
	_, err = s.try("both", "", func(j *batchv1.Job) { j.Annotations["later"], j.Labels = "both", nil })
	require.ErrorContains(t, err, "refuse-kueue.depctl.dev", "Kueue has looked before, and does not suspend it")
	s.tell("extract")
	for _, way := range ways {
		for i := range each {
			job := s.untilEnds(fmt.Sprintf("%s-%d", way, i), batchv1.JobComplete)
			require.Contains(t, job.Annotations[gate.ReleasedAnnotation], `"kueue":true`, way)
		}
	}
}

// Kueue without its feature admits a Job that waits. It does not start all the same.
func TestTheOrderHoldsWhereKueueLacksTheFeature(t *testing.T) {
	s := &space{t: t, name: metav1.NamespaceDefault, cluster: &cluster{Sandbox: sandbox.New(t, sandbox.Options{
		Audit: true, Kueue: true, Overlay: sandbox.Queues,
		Flags: map[string][]string{sandbox.Kueue: {"--feature-gates", "AdmissionGatedBy=false"}},
	})}}
	require.NoError(t, s.clients())
	started, err := s.StartGate(t.Context(), sandbox.GateOptions{})
	require.NoError(t, err)
	require.NoError(t, started.WaitReady(t.Context()))
	s.withQueue(1)
	s.make("extract", "", untilTold)
	s.make("load", "extract", queued)
	s.untilQuota("load", "True")
	s.until("Kueue has tried to start it", func() bool { return s.writes("kueue")["patch jobs (422)"] > 0 })
	require.True(t, suspended(s.get("load")))
	s.tell("extract")
	before := s.untilEnds("extract", batchv1.JobComplete)
	after := s.untilEnds("load", batchv1.JobComplete)
	require.False(t, after.Status.StartTime.Before(before.Status.CompletionTime))
}
