package integration

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/gate"
	"depctl.dev/test/admissioncases"
	"depctl.dev/test/sandbox"
)

var update = flag.Bool("update", false, "write the golden files")

// ask runs kubectl as a user would, and returns all that it says.
func (s *space) ask(stdin string, args ...string) (output string, ok bool) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), filepath.Join(s.bin(), "kube"), append([]string{"kubectl", "-n", s.name}, args...)...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+s.Kubeconfig(), "KUBECACHEDIR="+s.t.TempDir(), "KUBERC=off")
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &out
	err := cmd.Run()
	return out.String(), err == nil
}

// golden compares what kubectl says, without what differs from run to run.
func (s *space) golden(name, got string) {
	s.t.Helper()
	got = strings.NewReplacer(s.name, "NAMESPACE", s.WebhookAddress(), "WEBHOOK").Replace(got)
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(s.t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(s.t, err, "run with -update to write it")
	require.Equal(s.t, string(want), got)
}

// The same writes with policies, with webhooks, and with policies beside the
// validating one, and with all of deploy/full.
func TestPoliciesAndWebhooksHoldTheSame(t *testing.T) {
	t.Parallel()
	for _, overlay := range []sandbox.Overlay{sandbox.Base, sandbox.Webhook, sandbox.Diagnostics, sandbox.Full, sandbox.WebhookFull} {
		t.Run(string(overlay), func(t *testing.T) {
			s := sandbox.New(t, sandbox.Options{APIOnly: true, Overlay: overlay})
			g, err := s.StartGate(t.Context(), sandbox.GateOptions{Args: []string{"--observe-only"}})
			require.NoError(t, err)
			require.NoError(t, g.WaitReady(t.Context()))
			client, err := kubernetes.NewForConfig(s.Config())
			require.NoError(t, err)
			jobs := client.BatchV1().Jobs("default")
			for i, c := range admissioncases.Cases {
				t.Run(c.Name, func(t *testing.T) {
					job := c.New("load-" + strconv.Itoa(i))
					if text, there := job.Annotations[gate.DependsOnAnnotation]; there && text == "" && overlay != sandbox.Base {
						t.Skip("the other webhook refuses it")
					}
					if c.Limits && (overlay == sandbox.Base || overlay == sandbox.Diagnostics) {
						t.Skip("nothing here is about limits")
					}
					stored, err := jobs.Create(t.Context(), job, metav1.CreateOptions{})
					require.NoError(t, err)
					for _, update := range c.Updates {
						update(stored)
						stored, err = jobs.Update(t.Context(), stored, metav1.UpdateOptions{})
						require.NoError(t, err)
					}
					require.Empty(t, c.Wrong(stored))
				})
			}
			if overlay == sandbox.Full || overlay == sandbox.WebhookFull {
				k := &space{t: t, cluster: &cluster{Sandbox: s, client: client}, name: "default"}
				otherKindsAreHeld(t, k)
				othersChangeOtherKinds(t, k, overlay == sandbox.Full)
			}
		})
	}
}

// One sandbox, one story after the other: an old cluster.
func TestAClusterWithoutPolicies(t *testing.T) {
	t.Parallel()
	c := ownClusterWith(t, sandbox.Options{Overlay: sandbox.Webhook})
	g := c.gate(t, sandbox.GateOptions{})
	for name, story := range holding {
		t.Run(name, func(t *testing.T) { story(t, c.namespace(t)) })
	}
	t.Run("mistakes are refused", func(t *testing.T) { mistakesAreRefused(t, c.namespace(t)) })

	outage := c.namespace(t).byForce()
	outage.make("waits", "extract")
	outage.make("freed", "later")
	require.NoError(t, g.Kill())
	t.Run("while no gate answers", func(t *testing.T) {
		outage.t = t
		whileNoGateAnswers(t, outage)
	})
	g = c.gate(t, sandbox.GateOptions{})
	t.Run("and then", func(t *testing.T) {
		outage.t = t
		outage.held("waits")
		outage.make("extract", "")
		outage.completes("waits")
	})
	t.Run("it is uninstalled", func(t *testing.T) {
		s := c.namespace(t)
		s.make("waits", "never")
		c.endsWithDeployment(t, g)
		stdout, stderr, code := c.uninstall(t, c.Kubeconfig(), "--yes", "--keep-namespace")
		require.Zero(t, code, stderr)
		require.NotContains(t, stdout, "not found")
		require.Equal(t, "namespace/depctl-system\n", s.installation())
		_, err := c.client.CoreV1().Secrets("depctl-system").Get(t.Context(), "depctl-gate-webhook", metav1.GetOptions{})
		require.True(t, apierrors.IsNotFound(err))
	})
}

func mistakesAreRefused(t *testing.T, s *space) {
	said, ok := s.ask(manifest(t, newJob("load", "extract, suceeded(validate)")), "apply", "-f", "-")
	require.False(t, ok)
	s.golden("refused", said)
	said, ok = s.ask(manifest(t, newJob("load", "extract or", annotate(gate.OnFailureAnnotation, "ignore"))), "create", "-f", "-")
	require.False(t, ok)
	s.golden("refused-twice", said)
	said, ok = s.ask(manifest(t, newJob("warned", "extract, shard-*")), "apply", "-f", "-")
	require.True(t, ok, said)
	s.golden("warned", said)
	s.held("warned")

	said, ok = s.ask("", "annotate", "job", "warned", "--overwrite", gate.DependsOnAnnotation+"=and and")
	require.False(t, ok)
	require.Contains(t, said, "depends-on:1:1:")
	said, ok = s.ask("", "label", "job", "warned", "team=data")
	require.True(t, ok, said)
	require.NotContains(t, said, "Warning", "what this write did not bring")
	require.Equal(t, "extract, shard-*", s.get("warned").Annotations[gate.DependsOnAnnotation])
}

func whileNoGateAnswers(t *testing.T, s *space) {
	said, ok := s.ask(manifest(t, newJob("load", "extract")), "apply", "-f", "-")
	require.False(t, ok)
	s.golden("outage", said)
	s.make("plain", "")
	s.completes("plain")

	_, err := s.client.BatchV1().Jobs(s.name).Patch(t.Context(), "waits", types.MergePatchType,
		[]byte(`{"spec":{"suspend":false}}`), metav1.PatchOptions{})
	require.ErrorContains(t, err, `failed calling webhook "keep.depctl.dev"`)
	_, err = s.client.BatchV1().Jobs(s.name).Patch(t.Context(), "waits", types.StrategicMergePatchType,
		[]byte(`{"status":{"conditions":[{"type":"example.com/Seen","status":"True","lastTransitionTime":null,"lastProbeTime":null}]}}`),
		metav1.PatchOptions{}, "status")
	require.NoError(t, err)
	s.patch("waits", `{"metadata":{"labels":{"team":"data"},"finalizers":["example.com/mine"]}}`)
	s.patch("waits", `{"metadata":{"finalizers":null}}`)

	job := gate.Observe(s.get("freed"))
	release, err := gate.ReleasePatch(job, gate.NewRelease(job, job.Created, "test", nil), gate.ReleaseOptions{})
	require.NoError(t, err)
	_, err = s.client.BatchV1().Jobs(s.name).Patch(t.Context(), "freed", types.JSONPatchType, release, metav1.PatchOptions{})
	require.NoError(t, err, "a release does not need the webhook")
	s.completes("freed")
	require.Nil(t, s.get("waits").Status.StartTime)
	_, err = s.client.BatchV1().Jobs(s.name).Get(t.Context(), "load", metav1.GetOptions{})
	require.True(t, apierrors.IsNotFound(err))
}

// Policies hold the Jobs, and the webhook only refuses.
func TestDiagnosticsBesideThePolicies(t *testing.T) {
	t.Parallel()
	c := ownClusterWith(t, sandbox.Options{Overlay: sandbox.Diagnostics})
	s := c.namespace(t)
	said, ok := s.ask(manifest(t, newJob("broken", "and and")), "apply", "-f", "-")
	require.True(t, ok, "no gate runs yet: %s", said)
	g := c.gate(t, sandbox.GateOptions{})
	s.warning("broken", gate.ReasonInvalidExpression)
	s.held("broken")
	mistakesAreRefused(t, s)
	s.patch("broken", `{"metadata":{"labels":{"team":"data"}}}`)
	s.patch("broken", `{"metadata":{"annotations":{"depctl.dev/depends-on":"plain"}}}`)
	s.make("plain", "")
	s.completes("broken")
	t.Run("on its leash", func(t *testing.T) { theWebhooksLeash(t, c) })
	require.NoError(t, g.Stop())
}

func theWebhooksLeash(t *testing.T, c *cluster) {
	l := c.leashed(t)
	l.wellTyped(9)
	configurations := l.client.AdmissionregistrationV1().ValidatingWebhookConfigurations()
	for what, patch := range map[string]string{
		"the rules":      `{"webhooks":[{"name":"diagnostics.depctl.dev","rules":[{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*"]}]}]}`,
		"the address":    `{"webhooks":[{"name":"diagnostics.depctl.dev","clientConfig":{"url":"https://example.com/"}}]}`,
		"the conditions": `{"webhooks":[{"name":"diagnostics.depctl.dev","matchConditions":null}]}`,
		"a label":        `{"metadata":{"labels":{"app.kubernetes.io/part-of":"other"}}}`,
		"another":        `{"webhooks":[{"name":"other.depctl.dev","admissionReviewVersions":["v1"],"sideEffects":"None","clientConfig":{"url":"https://example.com/"}}]}`,
	} {
		_, err := configurations.Patch(t.Context(), "depctl-gate", types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}})
		require.ErrorContains(t, err, "leash-webhooks.depctl.dev", what)
	}
	err := configurations.Delete(t.Context(), "depctl-gate", metav1.DeleteOptions{DryRun: []string{metav1.DryRunAll}})
	require.ErrorContains(t, err, "leash-webhooks.depctl.dev")

	secrets := l.client.CoreV1().Secrets("depctl-system")
	secret, err := secrets.Get(t.Context(), "depctl-gate-webhook", metav1.GetOptions{})
	require.NoError(t, err)
	_, err = secrets.Update(t.Context(), secret, metav1.UpdateOptions{DryRun: []string{metav1.DryRunAll}})
	require.NoError(t, err)
	secret.Name, secret.ResourceVersion, secret.UID = "token", "", ""
	_, err = secrets.Create(t.Context(), secret, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	require.ErrorContains(t, err, "leash-secrets.depctl.dev")
}
