package integration

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// The chart makes the objects of the kustomizations: one by one, but for the order of lists whose order says nothing.
func TestTheChartIsTheKustomizations(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		overlays []string
		version  string
		values   string
	}{
		"base":         {[]string{"base"}, "1.37.0", ""},
		"arrays":       {[]string{"arrays"}, "1.36.0", "arrays.enabled=true"},
		"schedules":    {[]string{"schedules"}, "1.37.0", "schedules.enabled=true"},
		"diagnostics":  {[]string{"diagnostics"}, "1.37.0", "diagnostics.enabled=true"},
		"kueue":        {[]string{"kueue"}, "1.37.0", "kueue.enabled=true,workloads.enabled=true"},
		"full":         {[]string{"full"}, "1.36.0", "full=true"},
		"webhook":      {[]string{"webhook"}, "1.34.0", "holdBy=webhook"},
		"webhook-full": {[]string{"webhook-full"}, "1.35.0", "holdBy=webhook,full=true"},
		"beside base":  {[]string{"base", "monitoring", "ui", "events"}, "1.37.0", "monitoring.enabled=true,ui.enabled=true,events.enabled=true"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := map[string]any{}
			for _, overlay := range test.overlays {
				for id, object := range objectsOf(t, outputOf(t, "kube", "kubectl", "kustomize", "../../deploy/"+overlay)) {
					want[id] = object
				}
			}
			delete(want, "Namespace /depctl-system") // Helm makes it
			got := objectsOf(t, outputOf(t, "helm", "template", "depctl", "../../deploy/chart", "-n", "depctl-system", "--no-hooks",
				"--kube-version", test.version, "--set", test.values))
			require.Greater(t, len(want), 20)
			require.Equal(t, want, got)
		})
	}
}

// outputOf runs one of the programs in bin.
func outputOf(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join("..", "..", "bin", program), args...)
	home := t.TempDir()
	cmd.Env = append(os.Environ(), "HELM_CACHE_HOME="+home, "HELM_CONFIG_HOME="+home, "HELM_DATA_HOME="+home)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("%s %v: %s", program, args, exit.Stderr)
	}
	require.NoError(t, err)
	return string(out)
}

// objectsOf returns what manifests hold by kind, namespace and name, with lists in order whose order says nothing.
func objectsOf(t *testing.T, manifests string) map[string]any {
	t.Helper()
	all := map[string]any{}
	for decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(manifests), 1<<16); ; {
		var o unstructured.Unstructured
		err := decoder.Decode(&o.Object)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		if o.Object == nil {
			continue
		}
		if rules, there := o.Object["rules"].([]any); there && len(rules) == 0 {
			delete(o.Object, "rules") // those of a role that is aggregated
		}
		if hooks, there := o.Object["webhooks"].([]any); there {
			slices.SortFunc(hooks, func(a, b any) int {
				return cmp.Compare(a.(map[string]any)["name"].(string), b.(map[string]any)["name"].(string))
			})
		}
		containers, _, _ := unstructured.NestedFieldNoCopy(o.Object, "spec", "template", "spec", "containers")
		list, _ := containers.([]any)
		for _, c := range list {
			if args, there := c.(map[string]any)["args"].([]any); there {
				slices.SortFunc(args, func(a, b any) int { return cmp.Compare(a.(string), b.(string)) })
			}
		}
		all[o.GetKind()+" "+o.GetNamespace()+"/"+o.GetName()] = o.Object
	}
}

func TestTheChartRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ version, values, want string }{
		"policies where there are none": {"1.35.0", "", "holdBy: webhook"},
		"a value that it does not know": {"1.37.0", "arrays.on=true", "additional properties 'on' not allowed"},
		"a way that there is not":       {"1.37.0", "holdBy=luck", "holdBy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), "../../bin/helm", "template", "../../deploy/chart", "--kube-version", test.version, "--set", test.values)
			out, err := cmd.CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), test.want)
		})
	}
}

// Helm installs the chart in a namespace of another name, upgrades it, rolls it back and uninstalls it, while a Job
// waits. The gate is a process, as in all tests; it has the rights, and the leash, that the chart gives.
func TestHelmInstallsTheChart(t *testing.T) {
	t.Parallel()
	places <- struct{}{}
	defer func() { <-places }()
	c := &cluster{Sandbox: sandbox.New(t, sandbox.Options{})}
	client, err := kubernetes.NewForConfig(c.Config())
	require.NoError(t, err)
	c.client = client
	system := &space{cluster: c, t: t, name: "jobs-system"}
	const chart = "../../deploy/chart"
	system.helms("lint", chart)
	system.helms("install", "depctl", chart, "--create-namespace", "--set", "gate.replicas=0,arrays.enabled=true")

	s := &space{cluster: c, t: t, name: metav1.NamespaceDefault}
	s.until("annotated Jobs are held", func() bool {
		made, err := client.BatchV1().Jobs(s.name).Create(t.Context(), newJob("probe", "x"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err == nil && made.Spec.Suspend != nil && *made.Spec.Suspend
	})
	s.make("first", "", untilTold)
	s.make("second", "first")
	system.helms("upgrade", "depctl", chart, "--set", "gate.replicas=0,full=true,diagnostics.enabled=false")
	s.until("limits are in force", func() bool {
		made, err := client.BatchV1().Jobs(s.name).Create(t.Context(), newJob("probe", "", func(j *batchv1.Job) { j.Spec.Template.Annotations[gate.TokensAnnotation] = "x" }), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err == nil && len(made.Spec.Template.Annotations) == 0
	})
	// No gate has led yet, so there is no Lease for the leash of limits to look at: that is nobody else's concern.
	s.kubectl("", "label", "jobs,pods", "--all", "touched=yes")
	system.helms("rollback", "depctl", "1")
	require.True(t, *s.get("second").Spec.Suspend)

	config, err := c.ConfigFor(t.Context(), system.name, "depctl-gate")
	require.NoError(t, err)
	kubeconfig := filepath.Join(t.TempDir(), "gate.kubeconfig")
	require.NoError(t, sandbox.WriteKubeconfig(kubeconfig, config))
	run := func(ctx context.Context, args ...string) *exec.Cmd {
		return exec.CommandContext(ctx, "../../bin/depctl-gate", append(args, "--kubeconfig", kubeconfig, "--namespace", system.name,
			"--health-probe-bind-address", "127.0.0.1:0", "--metrics-bind-address", "127.0.0.1:0")...)
	}
	ctx, stop := context.WithCancel(t.Context())
	gateProcess := run(ctx, "--arrays")
	require.NoError(t, gateProcess.Start())
	s.tell("first")
	s.until("the Job that waited is complete", func() bool { return ends(s.get("second")) == "Complete CompletionsReached" })
	s.make("kept", "", untilTold, func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = new(int32) })
	s.make("third", "kept")
	s.until("the gate keeps what third waits for", func() bool { return slices.Contains(s.get("kept").Finalizers, gate.OutcomeFinalizer) })
	checked, _, code := s.depctl(c.Kubeconfig(), "check")
	require.Zero(t, code, checked)
	require.Contains(t, checked, "no pod of Deployment jobs-system/depctl-gate is ready, and a gate leads that runs elsewhere")
	require.NotContains(t, checked, "depctl-system")
	require.Contains(t, checked, "✓ leash")
	require.Contains(t, checked, "✓ rights")
	_, refused, code := c.uninstall(t, c.Kubeconfig(), "--yes")
	require.Equal(t, 1, code)
	require.Contains(t, refused, "helm -n jobs-system uninstall depctl")
	stop()
	_ = gateProcess.Wait()

	out, err := run(t.Context(), "--retire").CombinedOutput() // as the hook of the chart does before it is deleted
	require.NoError(t, err, string(out))
	require.Empty(t, s.get("kept").Finalizers)
	system.helms("uninstall", "depctl", "--no-hooks")
	require.True(t, *s.get("third").Spec.Suspend, "it waits for another installation, or for depctl release")
	policies, err := client.AdmissionregistrationV1().ValidatingAdmissionPolicies().List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Empty(t, policies.Items)
	roles, err := client.RbacV1().ClusterRoles().List(t.Context(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/part-of=depctl"})
	require.NoError(t, err)
	require.Empty(t, roles.Items)
	namespace, err := client.CoreV1().Namespaces().Get(t.Context(), system.name, metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, corev1.NamespaceActive, namespace.Status.Phase, "Helm keeps it")
}
