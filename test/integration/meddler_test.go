package integration

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// meddlers are policies of others that change Jobs after ours have looked, or before:
// the API server calls policies in no order, and in another after each change of one.
// The key is their name; the value the reinvocationPolicy and the patch.
var meddlers = map[string][2]string{
	"annotates": {"IfNeeded", `!('depctl.dev/depends-on' in object.metadata.?annotations.orValue({})) && object.metadata.?labels.orValue({})[?'annotate'].orValue('') == 'policy'
		? [JSONPatch{op: "add", path: "/metadata/annotations", value: {"depctl.dev/depends-on": "never"}}] : []`},
	"annotates-once": {"Never", `!('depctl.dev/depends-on' in object.metadata.?annotations.orValue({})) && object.metadata.?labels.orValue({})[?'annotate'].orValue('') == 'once'
		? [JSONPatch{op: "add", path: "/metadata/annotations", value: {"depctl.dev/depends-on": "never"}}] : []`},
	"resumes": {"IfNeeded", `object.metadata.?labels.orValue({})[?'resume'].orValue('') == 'policy'
		? [JSONPatch{op: "add", path: "/spec/suspend", value: false}] : []`},
	"resumes-once": {"Never", `object.metadata.?labels.orValue({})[?'resume'].orValue('') == 'once'
		? [JSONPatch{op: "add", path: "/spec/suspend", value: false}] : []`},
	"labels":      {"IfNeeded", `[JSONPatch{op: "add", path: "/spec/backoffLimit", value: 3}]`},
	"labels-once": {"Never", `[JSONPatch{op: "add", path: "/spec/backoffLimit", value: 4}]`},
}

func meddler(name string, generation int) string {
	return fmt.Sprintf(`
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: %[1]s.example.com, annotations: {generation: "%[4]d"}}
spec:
  failurePolicy: Fail
  reinvocationPolicy: %[2]s
  matchConstraints:
    resourceRules: [{apiGroups: [batch], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [jobs]}]
  mutations:
    - patchType: JSONPatch
      jsonPatch: {expression: %[3]q}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: %[1]s.example.com, annotations: {generation: "%[4]d"}}
spec: {policyName: %[1]s.example.com}
---
`, name, meddlers[name][0], strings.Join(strings.Fields(meddlers[name][1]), " "), generation)
}

// hooks are webhooks of others, which are called in the order of their configurations'
// names: before and after depctl-gate. The label "annotate" or "resume" with the name
// chooses the Jobs.
const hooks = `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: %[1]s.example.com}
webhooks:
  - name: annotate.example.com
    clientConfig: {url: "%[2]s/annotate", caBundle: %[3]s}
    rules: [{apiGroups: [batch], apiVersions: [v1], operations: [CREATE], resources: [jobs]}]
    objectSelector: {matchLabels: {annotate: %[1]s}}
    sideEffects: None
    admissionReviewVersions: [v1]
  - name: resume.example.com
    clientConfig: {url: "%[2]s/resume", caBundle: %[3]s}
    rules: [{apiGroups: [batch], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [jobs]}]
    objectSelector: {matchLabels: {resume: %[1]s}}
    reinvocationPolicy: IfNeeded
    sideEffects: None
    admissionReviewVersions: [v1]
---
`

func meddle(path string, object *metav1.PartialObjectMetadata) string {
	switch {
	case path == "/resume":
		return `[{"op":"add","path":"/spec/suspend","value":false}]`
	case object.Annotations == nil:
		return `[{"op":"add","path":"/metadata/annotations","value":{"depctl.dev/depends-on":"never"}}]`
	default:
		return `[{"op":"add","path":"/metadata/annotations/depctl.dev~1depends-on","value":"never"}]`
	}
}

// However others change Jobs, none that waits starts: it is held, or refused.
func TestNoJobStartsUnheldWhateverOthersChange(t *testing.T) {
	t.Parallel()
	for _, overlay := range []sandbox.Overlay{sandbox.Base, sandbox.Webhook} {
		t.Run(string(overlay), func(t *testing.T) {
			s := sandbox.New(t, sandbox.Options{APIOnly: true, Overlay: overlay})
			g, err := s.StartGate(t.Context(), sandbox.GateOptions{Args: []string{"--observe-only"}})
			require.NoError(t, err)
			require.NoError(t, g.WaitReady(t.Context()))
			client, err := kubernetes.NewForConfig(s.Config())
			require.NoError(t, err)
			jobs := client.BatchV1().Jobs("default")
			k := &space{t: t, cluster: &cluster{Sandbox: s, client: client}, name: "default"}
			url, ca, err := s.Meddle(t, meddle)
			require.NoError(t, err)
			k.kubectl(fmt.Sprintf(hooks, "aa", url, ca)+fmt.Sprintf(hooks, "zz", url, ca), "apply", "-f", "-")
			held, refused := 0, 0
			for round := range 12 {
				var policies strings.Builder
				for name := range meddlers { // another order each round
					policies.WriteString(meddler(name, round))
				}
				k.kubectl(policies.String(), "apply", "-f", "-")
				k.until("the policies are in force", func() bool {
					for _, annotate := range []string{"policy", "once", "aa", "zz"} {
						tried, err := jobs.Create(t.Context(), plainJob("probe", map[string]string{"annotate": annotate}), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
						refused := err != nil && strings.Contains(err.Error(), "refuse.depctl.dev")
						if !refused && (err != nil || tried.Annotations[gate.DependsOnAnnotation] == "") {
							return false
						}
					}
					return true
				})
				for _, annotate := range []string{"", "manifest", "policy", "once", "aa", "zz"} {
					for _, resume := range []string{"", "policy", "once", "aa", "zz"} {
						labels := map[string]string{"annotate": annotate, "resume": resume}
						job := plainJob(fmt.Sprintf("job-%d-%s-%s-end", round, annotate, resume), labels)
						if annotate == "manifest" {
							job.Annotations = map[string]string{gate.DependsOnAnnotation: "never"}
						}
						made, err := jobs.Create(t.Context(), job, metav1.CreateOptions{})
						if err != nil {
							require.ErrorContains(t, err, "refuse.depctl.dev")
							require.ErrorContains(t, err, "would start at once")
							require.False(t, overlay == sandbox.Base && resume == "", "only what others start is refused: %s", job.Name)
							refused++
							continue
						}
						_, waits := made.Annotations[gate.DependsOnAnnotation]
						require.Equal(t, annotate != "", waits, made.Name)
						require.Equal(t, waits, ptr.Deref(made.Spec.Suspend, false), made.Name)
						if !waits {
							continue
						}
						held++
						for _, resume := range []string{"policy", "zz"} {
							made.Labels["resume"] = resume
							changed, err := jobs.Update(t.Context(), made, metav1.UpdateOptions{})
							if err != nil {
								require.ErrorContains(t, err, "refuse.depctl.dev")
								continue
							}
							require.True(t, *changed.Spec.Suspend, made.Name)
							made = changed
						}
					}
				}
			}
			t.Logf("%d held, %d refused", held, refused)
			require.NotZero(t, held)
		})
	}
}

func plainJob(name string, labels map[string]string) *batchv1.Job {
	job := newJob(name, "")
	job.Labels, job.Annotations = labels, nil
	return job
}
