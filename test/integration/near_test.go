package integration

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/test/sandbox"
)

var goesNear = annotate(gate.NearAnnotation, "true")

// onNode has the pods of a Job run on a node.
func onNode(name string) change {
	return func(j *batchv1.Job) {
		j.Spec.Template.Spec.NodeSelector = map[string]string{corev1.LabelHostname: name}
	}
}

// withNodes gives a cluster a second node, and each a zone: node-0 is in zone-0.
func (c *cluster) withNodes(t *testing.T) {
	t.Helper()
	nodes := c.client.CoreV1().Nodes()
	first, err := nodes.Patch(t.Context(), "node-0", types.MergePatchType,
		[]byte(`{"metadata":{"labels":{"topology.kubernetes.io/zone":"zone-0"}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	second := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "node-1", Labels: first.Labels, Annotations: first.Annotations},
		Status:     corev1.NodeStatus{Capacity: first.Status.Capacity, Allocatable: first.Status.Allocatable},
	}
	second.Labels[corev1.LabelHostname], second.Labels[corev1.LabelTopologyZone] = "node-1", "zone-1"
	_, err = nodes.Create(t.Context(), second, metav1.CreateOptions{})
	require.NoError(t, err)
	require.NoError(t, wait.PollUntilContextTimeout(t.Context(), 20*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		node, err := nodes.Get(ctx, "node-1", metav1.GetOptions{})
		return err == nil && len(node.Spec.Taints) == 0, err
	}))
}

// prefers returns what the pods of a Job prefer, each as the place and its weight.
func (s *space) prefers(name string) (places []string) {
	affinity := s.get(name).Spec.Template.Spec.Affinity
	if affinity == nil || affinity.NodeAffinity == nil {
		return nil
	}
	for _, term := range affinity.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution {
		for _, match := range append(term.Preference.MatchFields, term.Preference.MatchExpressions...) {
			places = append(places, fmt.Sprintf("%s %s %d", match.Key, match.Values, term.Weight))
		}
	}
	return places
}

// ranOn asserts that the pods of a Job ran on a node.
func (s *space) ranOn(name, node string) {
	s.t.Helper()
	for _, pod := range s.podsOf(name) {
		require.Equal(s.t, node, pod.Spec.NodeName, name)
	}
}

// Jobs prefer the nodes, or zones, of what they wait for, wherever that is known.
func TestJobsGoNearTheirPrerequisites(t *testing.T) {
	t.Parallel()
	c := ownClusterWith(t, sandbox.Options{Overlay: sandbox.Full})
	c.withNodes(t)
	running, err := c.StartGate(t.Context(), sandbox.GateOptions{})
	require.NoError(t, err)
	require.NoError(t, running.WaitReady(t.Context()))
	for name, test := range map[string]func(*space){
		"to its node":                     toItsNode,
		"to its zone":                     toItsZone,
		"to the node of one that is gone": toWhereItWas,
		"elsewhere, with the right":       nearElsewhere,
		"not at all, if that is refused":  notNear,
		"near what it is retried after":   madeAgain,
	} {
		t.Run(name, func(t *testing.T) { test(c.namespace(t)) })
	}
}

func toItsNode(s *space) {
	for i := range 4 {
		node := fmt.Sprintf("node-%d", i%2)
		extract, load := fmt.Sprintf("extract-%d", i), fmt.Sprintf("load-%d", i)
		s.make(load, extract, goesNear, func(j *batchv1.Job) {
			j.Spec.Template.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
				PreferredDuringSchedulingIgnoredDuringExecution: []corev1.PreferredSchedulingTerm{{Weight: 1, Preference: corev1.NodeSelectorTerm{
					MatchExpressions: []corev1.NodeSelectorRequirement{{Key: "disk", Operator: corev1.NodeSelectorOpIn, Values: []string{"ssd"}}},
				}}},
			}}
		})
		s.make(extract, "", onNode(node))
		s.completes(extract, load)
		require.Equal(s.t, []string{"disk [ssd] 1", "metadata.name [" + node + "] 50"}, s.prefers(load))
		require.Contains(s.t, s.event(load, gate.ReasonMet).Note, "; near "+node)
		s.ranOn(load, node)
	}
}

func toItsZone(s *space) {
	s.make("extract", "", onNode("node-1"))
	s.completes("extract")
	s.make("load", "extract", annotate(gate.NearAnnotation, corev1.LabelTopologyZone))
	s.completes("load")
	require.Equal(s.t, []string{"topology.kubernetes.io/zone [zone-1] 50"}, s.prefers("load"))
	s.ranOn("load", "node-1")
}

func toWhereItWas(s *space) {
	s.make("load", "extract, other", goesNear)
	s.make("extract", "", onNode("node-1"), func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = ptr.To[int32](3600) })
	s.completes("extract")
	s.remove("extract")
	s.until("where it ran is written", func() bool { return gate.Observe(s.get("load")).Seen.String() != "" })
	require.Contains(s.t, s.get("load").Annotations[gate.SeenAnnotation], `"ran":[{"node":"node-1","zone":"zone-1","pods":1}]`)
	s.make("other", "", onNode("node-1"))
	s.completes("load")
	require.Equal(s.t, []string{"metadata.name [node-1] 50"}, s.prefers("load"))
}

func nearElsewhere(s *space) {
	other := s.namespace(s.t)
	other.make("extract", "", onNode("node-1"))
	other.completes("extract")
	other.kubectl("", "create", "role", "see", "--verb=get", "--resource=jobs")
	other.kubectl("", "create", "rolebinding", "see", "--role=see", "--serviceaccount="+s.name+":default")
	s.make("far", other.name+"/extract", goesNear)
	s.completes("far")
	require.Empty(s.t, s.prefers("far"))
	why := "service account " + s.name + "/default may not get the pods of namespace " + other.name
	require.Contains(s.t, s.event("far", gate.ReasonMet).Note, "; not near: "+why)
	require.Contains(s.t, s.get("far").Annotations[gate.ReleasedAnnotation], why)

	other.kubectl("", "create", "role", "read", "--verb=get", "--resource=pods")
	other.kubectl("", "create", "rolebinding", "read", "--role=read", "--serviceaccount="+s.name+":default")
	s.account("reader") // of which nothing is known yet
	other.kubectl("", "create", "rolebinding", "reader", "--role=read", "--serviceaccount="+s.name+":reader")
	other.kubectl("", "create", "rolebinding", "seer", "--role=see", "--serviceaccount="+s.name+":reader")
	s.make("near", other.name+"/extract", goesNear, runAs("reader"))
	s.completes("near")
	require.Equal(s.t, []string{"metadata.name [node-1] 50"}, s.prefers("near"))
}

// A policy of the cluster that has no affinity in Jobs does not hold them.
func notNear(s *space) {
	policy := &admissionv1.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "no-affinity.example.com"},
		Spec: admissionv1.ValidatingAdmissionPolicySpec{
			MatchConstraints: &admissionv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": s.name}},
				ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: admissionv1.RuleWithOperations{
					Operations: []admissionv1.OperationType{admissionv1.Create, admissionv1.Update},
					Rule:       admissionv1.Rule{APIGroups: []string{"batch"}, APIVersions: []string{"v1"}, Resources: []string{"jobs"}},
				}}},
			},
			Validations: []admissionv1.Validation{{Expression: "!has(object.spec.template.spec.affinity)", Message: "no affinity here"}},
		},
	}
	policies := s.client.AdmissionregistrationV1()
	_, err := policies.ValidatingAdmissionPolicies().Create(s.t.Context(), policy, metav1.CreateOptions{})
	require.NoError(s.t, err)
	_, err = policies.ValidatingAdmissionPolicyBindings().Create(s.t.Context(), &admissionv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: policy.ObjectMeta,
		Spec:       admissionv1.ValidatingAdmissionPolicyBindingSpec{PolicyName: policy.Name, ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny}},
	}, metav1.CreateOptions{})
	require.NoError(s.t, err)
	s.until("the policy is in force", func() bool {
		_, err := s.client.BatchV1().Jobs(s.name).Create(s.t.Context(), newJob("try", "", func(j *batchv1.Job) {
			j.Spec.Template.Spec.Affinity = &corev1.Affinity{}
		}), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err != nil
	})
	s.make("extract", "", onNode("node-1"))
	s.make("load", "extract", goesNear)
	s.completes("extract", "load")
	require.Empty(s.t, s.prefers("load"))
	require.Contains(s.t, s.event("load", gate.ReasonMet).Note, "; not near: the API server refuses it: ")
}

func madeAgain(s *space) {
	s.make("extract", "", onNode("node-1"))
	s.make("load", "extract", goesNear, template("exit-code", "1"))
	s.completes("extract")
	s.fails("load")
	require.Len(s.t, s.prefers("load"), 1)
	s.remove("extract")
	s.make("extract", "", onNode("node-0"))
	first := s.get("load").UID
	s.does("retry", "load", "--yes")
	s.until("load has failed again", func() bool {
		again := s.get("load")
		return again.UID != first && gate.Observe(again).Outcome() == lang.Failed
	})
	require.Equal(s.t, []string{"metadata.name [node-0] 50"}, s.prefers("load"))
}
