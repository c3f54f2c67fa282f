package integration

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/lookup"
	"depctl.dev/lang/kind"
	"depctl.dev/test/admissioncases"
	"depctl.dev/test/sandbox"
)

// otherKindsAreHeld writes what admissioncases has of the kinds beside Jobs that are held. No controller runs.
func otherKindsAreHeld(t *testing.T, s *space) {
	_, err := s.client.CoreV1().ServiceAccounts(s.name).Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	s.installs(jobSets, "JobSet")
	s.installs(rayJobs, "RayJob")
	for _, k := range kind.Held() {
		objects := s.objects(gate.ResourceOf(k))
		for i, c := range admissioncases.HeldCases {
			if !c.Is(k) {
				continue
			}
			t.Run(k.Name+": "+c.Name, func(t *testing.T) {
				o, err := c.New(k, "x-"+strconv.Itoa(i))
				require.NoError(t, err)
				stored, err := objects.Create(t.Context(), o, metav1.CreateOptions{})
				require.NoError(t, err)
				for _, update := range c.Updates {
					update(k, stored)
					stored, err = objects.Update(t.Context(), stored, metav1.UpdateOptions{})
					require.NoError(t, err)
				}
				require.Empty(t, c.Wrong(k, stored))
			})
		}
	}
}

// othersHook is a webhook of others, as in hooks.
const othersHook = `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: %[1]s.example.com}
webhooks:
  - name: annotate.example.com
    clientConfig: {url: "%[2]s/annotate", caBundle: %[3]s}
    rules: [{apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE], resources: [deployments, pods, jobsets, rayjobs]}]
    objectSelector: {matchLabels: {annotate: %[1]s}}
    sideEffects: None
    admissionReviewVersions: [v1]
%[4]s---
`

const resumeHook = `  - name: resume-%[4]s.example.com
    clientConfig: {url: "%[2]s/resume-%[4]s", caBundle: %[3]s}
    rules: [{apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [%[4]s]}]
    objectSelector: {matchLabels: {resume: %[1]s}}
    reinvocationPolicy: IfNeeded
    sideEffects: None
    admissionReviewVersions: [v1]
`

// meddleHeld is what the webhooks of others do.
func meddleHeld(path string, object *metav1.PartialObjectMetadata) string {
	for _, k := range kind.Held() {
		if path != "/resume-"+k.Resource {
			continue
		}
		value := "false"
		if k.Gated {
			value = "[]"
		}
		return `[{"op":"add","path":"/` + strings.ReplaceAll(k.HeldBy, ".", "/") + `","value":` + value + `}]`
	}
	return meddle(path, object)
}

// othersChangeOtherKinds is TestNoJobStartsUnheldWhateverOthersChange for the other kinds, and webhooks alone.
func othersChangeOtherKinds(t *testing.T, s *space, policies bool) {
	url, ca, err := s.Meddle(t, meddleHeld)
	require.NoError(t, err)
	for _, name := range []string{"aa", "zz"} { // before and after depctl-gate
		var resumes strings.Builder
		for _, k := range kind.Held() {
			fmt.Fprintf(&resumes, resumeHook, name, url, ca, k.Resource)
		}
		s.kubectl(fmt.Sprintf(othersHook, name, url, ca, &resumes), "apply", "-f", "-")
	}
	held, refused := 0, 0
	for _, k := range kind.Held() {
		objects := s.objects(gate.ResourceOf(k))
		plain := func(name string, labels map[string]string) *unstructured.Unstructured {
			o, err := admissioncases.HeldCase{Create: func(_ kind.Kind, o *unstructured.Unstructured) { o.SetLabels(labels) }}.New(k, name)
			require.NoError(t, err)
			return o
		}
		for _, name := range []string{"aa", "zz"} {
			s.until("the webhooks are in force", func() bool {
				probe, err := objects.Create(t.Context(), plain("probe", map[string]string{"annotate": name}), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
				return err != nil || probe.GetAnnotations()[gate.DependsOnAnnotation] != ""
			})
		}
		for _, annotate := range []string{"manifest", "aa", "zz"} {
			for _, resume := range []string{"", "aa", "zz"} {
				o := plain("others-"+annotate+"-"+resume+"-end", map[string]string{"annotate": annotate, "resume": resume})
				if annotate == "manifest" {
					o.SetAnnotations(map[string]string{gate.DependsOnAnnotation: "never"})
				}
				made, err := objects.Create(t.Context(), o, metav1.CreateOptions{})
				if err != nil {
					require.ErrorContains(t, err, "would start at once")
					require.False(t, policies && resume == "", "only what others start is refused: %s", o.GetName())
					refused++
					continue
				}
				require.True(t, lookup.ObserveHeld(k, made).Suspended, made.GetName())
				held++
				made.SetLabels(map[string]string{"resume": "zz"})
				changed, err := objects.Update(t.Context(), made, metav1.UpdateOptions{})
				if err != nil {
					require.ErrorContains(t, err, "would start at once")
					refused++
					continue
				}
				require.True(t, lookup.ObserveHeld(k, changed).Suspended, made.GetName())
			}
		}
	}
	t.Logf("%d held, %d refused", held, refused)
	require.GreaterOrEqual(t, held, 2*len(kind.Held()))
}

// One sandbox, one story after the other: Kubernetes as of 1.34, which has no such policies, and all that depctl has.
func TestAClusterWithoutPoliciesHoldsOtherKinds(t *testing.T) {
	t.Parallel()
	old := []string{"--emulated-version=1.34"}
	c, running := withGate(t, sandbox.Options{
		Overlay: sandbox.WebhookFull,
		Flags:   map[string][]string{sandbox.APIServer: old, sandbox.ControllerManager: old, sandbox.Scheduler: old},
	})
	for _, test := range []struct {
		name string
		run  func(*testing.T, *cluster, func())
	}{
		{"a deployment starts after a job, and a job after the deployment", aDeploymentStartsAfterAJob},
		{"old pods serve until the next migration has succeeded", oldPodsServeUntilTheNextMigration},
		{"a deployment remembers a job that is gone, and stays paused whoever writes it", aDeploymentRemembers},
		{"a pod waits behind a scheduling gate", aPodWaits},
		{"a pod that can never run is failed", aPodThatCanNeverRunIsFailed},
		{"a job set starts after a job, and a job after the job set", aJobSetStartsAfterAJob},
		{"a ray job waits if it can be suspended", aRayJobWaitsIfItCanBeSuspended},
		{"while no gate answers", func(t *testing.T, c *cluster, _ func()) { otherKindsWhileNoGateAnswers(t, c, running) }},
		{"depctl check finds nothing wrong", depctlChecksAnOldCluster},
		{"the gate writes nothing else to deployments, from here on it has all rights", theGateWritesNothingElseToDeployments},
		{"the gate writes nothing else to workloads", theGateWritesNothingElseToWorkloads},
		{"the gate writes nothing else to pods that wait", theGateWritesNothingElseToPods},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, c, again(t, running)) })
	}
	t.Run("it is uninstalled", func(t *testing.T) {
		s := c.namespace(t)
		s.deploys(deployment("web", "never", "web:1"))
		c.endsWithDeployment(t, running)
		stdout, stderr, code := c.uninstall(t, c.Kubeconfig(), "--yes", "--keep-namespace")
		require.Zero(t, code, stderr)
		require.NotContains(t, stdout, "not found")
		require.Equal(t, "namespace/depctl-system\n", s.installation())
		require.True(t, s.deployed("web").Spec.Paused)
		require.False(t, s.deploys(deployment("late", "never", "web:1")).Spec.Paused, "nothing holds it any more")
	})
}

// otherKindsWhileNoGateAnswers kills the gate, and starts it again in the end.
func otherKindsWhileNoGateAnswers(t *testing.T, c *cluster, running *sandbox.Gate) {
	s := c.namespace(t)
	s.installs(jobSets, "JobSet")
	s.installs(rayJobs, "RayJob")
	waiting := func(k kind.Kind, name string) *unstructured.Unstructured {
		o, err := admissioncases.HeldCase{Create: func(_ kind.Kind, o *unstructured.Unstructured) {
			o.SetAnnotations(map[string]string{gate.DependsOnAnnotation: "never"})
		}}.New(k, name)
		require.NoError(t, err)
		return o
	}
	for _, k := range kind.Held() {
		for _, name := range []string{"waits", "freed"} {
			_, err := s.objects(gate.ResourceOf(k)).Create(t.Context(), waiting(k, name), metav1.CreateOptions{})
			require.NoError(t, err)
		}
	}
	require.NoError(t, running.Kill())
	for _, k := range kind.Held() {
		objects := s.objects(gate.ResourceOf(k))
		_, err := objects.Create(t.Context(), waiting(k, "late"), metav1.CreateOptions{})
		require.ErrorContains(t, err, `failed calling webhook "hold-`, k.Name)
		plain := waiting(k, "plain")
		plain.SetAnnotations(nil)
		_, err = objects.Create(t.Context(), plain, metav1.CreateOptions{})
		require.NoError(t, err)

		ends := `{"spec":{"` + strings.TrimPrefix(k.HeldBy, "spec.") + `":null}}`
		_, err = objects.Patch(t.Context(), "waits", types.MergePatchType, []byte(ends), metav1.PatchOptions{})
		require.ErrorContains(t, err, `failed calling webhook "keep-`, k.Name)
		labelled, err := objects.Patch(t.Context(), "waits", types.MergePatchType, []byte(`{"metadata":{"labels":{"team":"data"},"annotations":{"note":"x"}}}`), metav1.PatchOptions{})
		require.NoError(t, err)
		require.True(t, lookup.ObserveHeld(k, labelled).Suspended)

		freed, err := objects.Get(t.Context(), "freed", metav1.GetOptions{})
		require.NoError(t, err)
		job := lookup.ObserveHeld(k, freed)
		release, err := gate.ReleasePatch(job, gate.NewRelease(job, job.Created, "test", nil), gate.ReleaseOptions{})
		require.NoError(t, err)
		freed, err = objects.Patch(t.Context(), "freed", types.JSONPatchType, release, metav1.PatchOptions{})
		require.NoError(t, err, "a release does not need the webhook")
		require.False(t, lookup.ObserveHeld(k, freed).Suspended)
		_, err = objects.Patch(t.Context(), "freed", types.MergePatchType, []byte(`{"metadata":{"labels":{"team":"data"}}}`), metav1.PatchOptions{})
		require.NoError(t, err)
	}
	s.kubectl("", "scale", "-n", s.name, "deployment/waits", "--replicas=3")
	// Pods of a Deployment that runs are not looked at.
	s.kubectl("", "delete", "pods", "-n", s.name, "-l", "app=x", "--wait=false")
	s.until("the pods of the Deployment come back", func() bool { return s.deployed("plain").Status.ReadyReplicas == 1 })
	require.NoError(t, running.Restart())
	require.NoError(t, running.WaitReady(t.Context()))
	s.deploymentSays("waits", gate.ReasonWaiting, "never does not exist")
	s.uninstalls(jobSets)
	s.uninstalls(rayJobs)
}

// depctlChecksAnOldCluster checks an installation whose gate is a process here, so that much of it is not found.
func depctlChecksAnOldCluster(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	said, _, _ := s.depctl(s.Kubeconfig(), "check")
	require.Contains(t, said, "no MutatingAdmissionPolicy v1, so the gate's webhook holds Jobs")
	require.Contains(t, said, "would be held, by a dry run")
	require.Contains(t, said, "the policies on the gate's service account are in place")
	require.Contains(t, said, "the gate may do all that it needs")
}
