package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/gate"
)

// using makes a Job one that uses limits, with so many pods at once.
func using(uses string, pods int32, changes ...func(*batchv1.Job)) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Annotations[gate.UsesAnnotation] = uses
		j.Spec.Suspend, j.Spec.PodReplacementPolicy = ptr.To(true), ptr.To(batchv1.Failed)
		j.Spec.Parallelism, j.Spec.Completions = &pods, &pods
		for _, change := range changes {
			change(j)
		}
	}
}

// hasTokens is what a release by the gate has recorded.
func hasTokens(each string, from int) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Annotations[gate.ReleasedAnnotation] = `{"uid":"` + string(j.UID) + `","at":"2026-11-23T01:30:00Z","by":"depctl-gate","met":0}`
		j.Spec.Template.Annotations = map[string]string{gate.TokensAnnotation: each}
		ran(from)(j)
	}
}

// waitsFor is what the gate has written on a Job that waits for tokens.
func waitsFor(short string, since int) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{
			Type: gate.ConditionType, Status: corev1.ConditionFalse, Reason: gate.ReasonLimitReached, Message: "waiting for tokens: " + short,
			LastTransitionTime: minutesAgo(since), LastProbeTime: minutesAgo(since),
		})
	}
}

func prefers(priority int) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Annotations[gate.PriorityAnnotation] = fmt.Sprint(priority) }
}

func in(namespace string) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Namespace = namespace }
}

// limitObjects is a namespace whose licences are nearly all in use.
func limitObjects(args ...string) []runtime.Object {
	limits := func(namespace string, data map[string]string) *corev1.ConfigMap {
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: gate.LimitsName}, Data: data}
	}
	left := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: "etl", Name: "gone-x7k2p", OwnerReferences: ownedBy("gone"),
		Labels: map[string]string{gate.TokensLabel: "true"}, Annotations: map[string]string{gate.TokensAnnotation: "etl/db=1"},
	}}
	over := left.DeepCopy()
	over.Name, over.Status.Phase = "gone-over", corev1.PodSucceeded
	return []runtime.Object{
		limits("etl", map[string]string{"licence": "10", "db": "2", "closed": "0", "wrong": "many"}), limits("ops", map[string]string{"gpu": "4"}),
		fakeJob("extract", "", ran(50), finishedAs(batchv1.JobComplete, 40, "")),
		fakeJob("simulate-1", "", using("licence=2", 3, hasTokens("etl/licence=2", 20))),
		fakeJob("simulate-2", "", using("licence=3", 1, hasTokens("etl/licence=3", 10))),
		fakeJob("big", "extract", using("licence=4", 1, prefers(5), waitsFor("4 of etl/licence, of which 9 of 10 are in use", 30))),
		fakeJob("check", "extract", using("licence=2, db", 1, waitsFor("2 of etl/licence, of which 9 of 10 are in use", 9))),
		fakeJob("small", "", using("licence", 1, waitsFor("others are before it in line for etl/licence=1", 5))),
		fakeJob("after", "check", using("licence", 1)),
		fakeJob("never", "", using("licence=4", 3)),
		fakeJob("shut", "", using("closed", 1)),
		fakeJob("typo", "", using("licenze", 1)),
		fakeJob("bad", "", using("wrong", 1)),
		fakeJob("held", "", using("licence", 1, func(j *batchv1.Job) { j.Annotations[gate.HoldAnnotation] = "" })),
		fakeJob("guest", "", using("etl/licence", 1, in("rep"), waitsFor("others are before it in line for etl/licence=1", 40))),
		fakeJob("render", "", using("ops/gpu", 2, in("rep"), hasTokens("ops/gpu=1", 15))),
		left, over,
		&appsv1.Deployment{
			ObjectMeta: metav1.ObjectMeta{Namespace: cluster.GateNamespace, Name: cluster.GateName},
			Spec: appsv1.DeploymentSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				Containers: []corev1.Container{{Name: "gate", Image: "depctl-gate", Args: args}},
			}}},
		},
	}
}

// TestAPlanWithMaxStartingGoesByPriorityClasses has Jobs in line that use no limit.
func TestAPlanWithMaxStartingGoesByPriorityClasses(t *testing.T) {
	objects := []runtime.Object{
		&schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: "high"}, Value: 1000},
		fakeJob("first", "", ran(5)), fakeJob("a", "first"),
		fakeJob("b", "first", func(j *batchv1.Job) { j.Spec.Template.Spec.PriorityClassName = "high" }),
	}
	for name, test := range map[string]struct {
		args      string
		forbidden bool
		want      []string
		notes     string
	}{
		"a class counts":         {"--max-starting 1", false, []string{"first", "b", "a"}, ""},
		"without it none counts": {"", false, []string{"first", "a", "b"}, ""},
		"one that may not be read counts 0": {
			"--max-starting 1", true,
			[]string{"first", "a", "b"},
			"Priorities of Jobs that do not say depctl.dev/priority are taken for 0: you may not list priorityclasses.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			client := nightCluster(objects, true)
			if test.forbidden {
				forbid(client, "list", "priorityclasses")
			}
			args := strings.Fields("plan --slots 1 --no-headers " + test.args)
			stdout, stderr, code := runDepctl(clusterFactory(t, client, parseTerminal(t, "80 columns")), "", args...)
			require.Zero(t, code, stderr)
			var names []string
			for line := range strings.Lines(stdout[:strings.Index(stdout, "\n\n")]) {
				names = append(names, strings.Fields(line)[0])
			}
			require.Equal(t, test.want, names)
			require.Contains(t, stderr, test.notes)
		})
	}
}

// TestTheExamplesOfLimits runs what docs/guide/limits.md shows.
func TestTheExamplesOfLimits(t *testing.T) {
	text, err := os.ReadFile("../docs/guide/limits.md")
	require.NoError(t, err)
	shown := string(text)
	examples := 0
	for block := range strings.SplitSeq(string(text), "```\n$ ") {
		command, rest, ok := strings.Cut(block, "\n")
		want, _, fenced := strings.Cut(rest, "```\n")
		if !strings.HasPrefix(command, "depctl ") || !ok || !fenced {
			continue
		}
		examples++
		objects := slices.DeleteFunc(limitObjects("--limits"), func(o runtime.Object) bool {
			job, is := o.(*batchv1.Job)
			return is && (job.Name == "typo" || job.Name == "bad")
		})
		stdout, stderr, code := runDepctl(clusterFactory(t, nightCluster(objects, true), parseTerminal(t, "80 columns")), "", strings.Fields(command)[1:]...)
		require.Zero(t, code, stderr)
		if *update {
			shown = strings.Replace(shown, "$ "+command+"\n"+want, "$ "+command+"\n"+stdout, 1)
			continue
		}
		require.Equal(t, want, stdout, command)
	}
	require.Equal(t, 3, examples)
	if *update {
		require.NoError(t, os.WriteFile("../docs/guide/limits.md", []byte(shown), 0o644))
	}
}

// TestLimits runs commands on a cluster in which Jobs wait for tokens; what they print is in
// testdata/limits.
func TestLimits(t *testing.T) {
	for name, test := range map[string]struct {
		args     string
		terminal string
		change   func(*fake.Clientset)
		off      bool
	}{
		"limits":            {args: "limits", terminal: "80 columns"},
		"limits-all":        {args: "limits -A -o wide"},
		"limits-elsewhere":  {args: "limits -n rep"},
		"limits-none":       {args: "limits -n nothing"},
		"limits-json":       {args: "limits -n ops -o json"},
		"limits-yaml":       {args: "limits db -o yaml"},
		"limits-one":        {args: "limits licence", terminal: "80 columns"},
		"limits-one-all":    {args: "limits -A etl/licence"},
		"limits-one-absent": {args: "limits licenz"},
		"limits-usage":      {args: "limits -A licence"},
		"limits-forbidden": {args: "limits", change: func(c *fake.Clientset) {
			forbid(c, "*", "configmaps")
			forbid(c, "list", "pods")
		}},
		"limits-one-namespace": {args: "limits", change: func(c *fake.Clientset) {
			c.PrependReactor("list", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
				refused := apierrors.NewForbidden(schema.GroupResource{Resource: action.GetResource().Resource}, "", nil)
				return action.GetNamespace() == "", nil, refused
			})
		}},
		"limits-one-class": {args: "limits licence", terminal: "80 columns", change: func(c *fake.Clientset) {
			usual := &schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: "usual"}, Value: 6, GlobalDefault: true}
			require.NoError(t, c.Tracker().Add(usual))
		}},
		"limits-no-class": {args: "limits licence", terminal: "80 columns", change: func(c *fake.Clientset) {
			forbid(c, "list", "priorityclasses")
		}},
		"explain-big":       {args: "explain big", terminal: "80 columns"},
		"explain-check":     {args: "explain check", terminal: "80 columns"},
		"explain-small":     {args: "explain small -o json"},
		"explain-after":     {args: "explain after -r", terminal: "80 columns"},
		"explain-never":     {args: "explain never shut typo bad", terminal: "80 columns"},
		"explain-released":  {args: "explain simulate-1", terminal: "80 columns"},
		"explain-guest":     {args: "explain guest -n rep", terminal: "80 columns"},
		"explain-expr":      {args: "explain after --expr extract", terminal: "80 columns"},
		"explain-other":     {args: "explain extract", change: func(c *fake.Clientset) { forbid(c, "*", "configmaps") }},
		"explain-off":       {args: "explain small", terminal: "80 columns", off: true},
		"explain-forbidden": {args: "explain big after", change: func(c *fake.Clientset) { forbid(c, "get", "configmaps") }},
		"status":            {args: "status"},
		"graph":             {args: "graph -o wide"},
		"plan":              {args: "plan", terminal: "80 columns"},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"--arrays", "--limits"}
			if test.off {
				args = args[:1]
			}
			client := nightCluster(limitObjects(args...), true)
			if test.change != nil {
				test.change(client)
			}
			on := parseTerminal(t, test.terminal)
			stdout, stderr, code := runDepctl(clusterFactory(t, client, on), "", strings.Fields(test.args)...)
			got := "$ depctl " + test.args + "\n" + stdout + "-- exit code " + string(rune('0'+code)) + " --\n" + stderr
			golden := filepath.Join("testdata", "limits", name+".golden")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "run with -update to write it")
			require.Equal(t, string(want), got)
		})
	}
}
