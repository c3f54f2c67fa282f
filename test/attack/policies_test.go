package attack

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// mutating is a policy that changes new Jobs of a namespace.
const mutating = `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: %[1]s}
spec:
  failurePolicy: Fail
  reinvocationPolicy: %[3]s
  matchConstraints:
    resourceRules: [{apiGroups: [batch], apiVersions: [v1], operations: [CREATE], resources: [jobs]}]
  mutations:
    - patchType: ApplyConfiguration
      applyConfiguration: {expression: %[4]q}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: %[1]s}
spec:
  policyName: %[1]s
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %[2]s}}}
---
`

const hook = `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: %[1]s}
webhooks:
  - name: annotates.example.com
    clientConfig: {url: %[2]q, caBundle: %[3]q}
    rules: [{apiGroups: [batch], apiVersions: [v1], operations: [CREATE], resources: [jobs]}]
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %[4]s}}
    sideEffects: None
    admissionReviewVersions: [v1]
`

// What other policies and webhooks add after ours have looked must hold a Job, too.
func TestPoliciesOfOthers(t *testing.T) {
	f := begin(t, "A13", "no Job starts unheld because another policy or webhook added depends-on, or set suspend: false, after ours")
	const (
		annotates = `Object{metadata: Object.metadata{annotations: {"depctl.dev/depends-on": "never"}}}`
		starts    = `Object{spec: Object.spec{suspend: false}}`
	)
	// Policies run in the order of a Go map. Three of each kind, by names before and
	// after ours.
	var manifest strings.Builder
	for i, name := range []string{"a", "m", "z"} {
		again := []string{"Never", "IfNeeded", "IfNeeded"}[i]
		fmt.Fprintf(&manifest, mutating, name+"-annotates."+f.victim, f.victim, again, annotates)
		fmt.Fprintf(&manifest, mutating, name+"-starts."+f.victim, f.victim, again, starts)
	}
	f.apply(strings.TrimSuffix(strings.TrimSpace(manifest.String()), "---"))
	url, ca := f.annotator()
	f.apply(fmt.Sprintf(hook, "annotates."+f.others, url, ca, f.evil))
	time.Sleep(3 * time.Second) // they are in force a moment later
	const n = 12
	unheld, refused := map[string]int{}, map[string]int{}
	for kind, namespace := range map[string]string{"policies": f.victim, "a webhook": f.evil} {
		for i := range n {
			job, err := f.by(namespace).BatchV1().Jobs(namespace).Create(t.Context(), newJob(fmt.Sprint("job-", i), ""), metav1.CreateOptions{})
			if err != nil && strings.Contains(err.Error(), "refuse.depctl.dev") {
				refused[kind]++ // what hold cannot hold does not start either
				continue
			}
			require.NoError(t, err)
			require.Equal(t, "never", job.Annotations["depctl.dev/depends-on"], "the attack was not made")
			if !ptr.Deref(job.Spec.Suspend, false) {
				unheld[kind]++
			}
		}
		f.figure("%d of %d start unheld by %s, %d refused", unheld[kind], n, kind, refused[kind])
		f.holds(unheld[kind] == 0, "%d of %d Jobs start unheld by %s", unheld[kind], n, kind)
	}
	f.othersGoOn()
}

// annotator serves a webhook that adds depends-on, and says that a Job is not
// suspended.
func (f *field) annotator() (url, ca string) {
	f.t.Helper()
	url, ca, err := cluster.Meddle(f.t, func(_ string, object *metav1.PartialObjectMetadata) string {
		patch := `[{"op":"add","path":"/metadata/annotations/depctl.dev~1depends-on","value":"never"},{"op":"add","path":"/spec/suspend","value":false}]`
		if object.Annotations == nil {
			patch = `[{"op":"add","path":"/metadata/annotations","value":{}},` + patch[1:]
		}
		return patch
	})
	require.NoError(f.t, err)
	return url + "/", ca
}
