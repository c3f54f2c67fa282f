package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// firstExample returns README's first example: job2 waits for job1.
func firstExample(job1 ...func(*batchv1.Job)) []runtime.Object {
	said := func(status corev1.ConditionStatus, reason, message string) func(*batchv1.Job) {
		return func(j *batchv1.Job) {
			j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{
				Type: gate.ConditionType, Status: status, Reason: reason, Message: message,
				LastProbeTime: minutesAgo(59), LastTransitionTime: minutesAgo(59),
			})
		}
	}
	job2 := fakeJob("job2", "job1")
	objects := []runtime.Object{job2}
	if job1 == nil {
		said(corev1.ConditionFalse, gate.ReasonWaiting, "waiting: etl/job1 does not exist")(job2)
		return objects
	}
	first := fakeJob("job1", "", job1...)
	if first.Status.CompletionTime == nil {
		said(corev1.ConditionFalse, gate.ReasonWaiting, "waiting: etl/job1 has not finished")(job2)
	} else {
		said(corev1.ConditionTrue, gate.ReasonMet, "released: etl/job1 succeeded")(job2)
		job2.Annotations[gate.ReleasedAnnotation] = `{"uid":"uid-job2","at":"2026-11-23T02:06:00Z","by":"depctl-gate","met":1,"because":["etl/job1 succeeded"]}`
		ran(4)(job2)
	}
	return append(objects, first)
}

// TestTheFirstExample runs every command that looks on README's first example, in
// each phase of it. What they say is in testdata/first.
func TestTheFirstExample(t *testing.T) {
	pending := func(j *batchv1.Job) { j.Spec.Suspend = new(bool) }
	expected := func(j *batchv1.Job) { j.Annotations[snapshot.DurationAnnotation] = "20m" }
	for phase, test := range map[string]struct {
		job1 []func(*batchv1.Job)
		// untrue is what must not be said.
		untrue []string
	}{
		"absent":    {nil, []string{"nothing tells", "all met", "● running"}},
		"pending":   {[]func(*batchv1.Job){pending}, []string{"come by itself", "does not exist", "all met", "? missing"}},
		"running":   {[]func(*batchv1.Job){ran(5)}, []string{"come by itself", "does not exist", "all met", "? missing"}},
		"annotated": {[]func(*batchv1.Job){ran(5), expected}, []string{"come by itself", "Nothing is expected", "a guess"}},
		"done":      {[]func(*batchv1.Job){ran(50), finishedAs(batchv1.JobComplete, 4, "")}, []string{"come by itself", "○ waiting", "does not exist", "? missing"}},
	} {
		t.Run(phase, func(t *testing.T) {
			var got strings.Builder
			for _, args := range []string{
				"explain job2", "explain job2 -r", "explain job2 -o json", "graph --all", "graph -o tree --all", "graph -o json --all",
				"plan", "plan -o json", "status", "status -o json", "wait job1 --timeout 0",
			} {
				client := nightCluster(firstExample(test.job1...), true)
				stdout, stderr, code := runDepctl(clusterFactory(t, client, parseTerminal(t, "")), "", append([]string{"-n", "etl"}, strings.Fields(args)...)...)
				got.WriteString("$ depctl " + args + "\n" + stdout + fmt.Sprintf("-- exit code %d --\n", code) + stderr)
			}
			for _, untrue := range test.untrue {
				require.NotContains(t, got.String(), untrue)
			}
			golden := filepath.Join("testdata", "first", phase+".golden")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "run with -update to write it")
			require.Equal(t, string(want), got.String())
		})
	}
}

// The user may not ask what service accounts may see. What the gate has written is
// then what every command says.
func TestWhatTheGateWroteIsSaid(t *testing.T) {
	q := gate.Question{Namespace: "rep", Account: "default", Verb: "get", Target: "etl", Name: "job1"}
	denied := "waiting, and something must be fixed: etl/job1: etl/job1: service account rep/default may not get Job etl/job1; to allow it: " + q.Grant()
	for name, test := range map[string]struct {
		reason, message string
		ended           bool
		says, not       string
	}{
		"denied":            {gate.ReasonProblem, denied, true, "may not get Job etl/job1", "all met"},
		"a problem unknown": {gate.ReasonProblem, "held: namespace rep has too many references", true, "too many references", "all met"},
		"waiting":           {gate.ReasonWaiting, "waiting: etl/job1 has not finished", false, "", "asking"},
		"nothing yet":       {"", "", true, "asking whether service account rep/default may get Job etl/job1", "all met"},
	} {
		t.Run(name, func(t *testing.T) {
			report := fakeJob("report", "etl/job1")
			report.Namespace = "rep"
			if test.reason != "" {
				report.Status.Conditions = []batchv1.JobCondition{{
					Type: gate.ConditionType, Status: corev1.ConditionUnknown, Reason: test.reason, Message: test.message,
					LastProbeTime: minutesAgo(1), LastTransitionTime: minutesAgo(1),
				}}
			}
			job1 := fakeJob("job1", "", ran(50))
			if test.ended {
				finishedAs(batchv1.JobComplete, 40, "")(job1)
			}
			for _, args := range []string{"explain report -o json", "graph -o json", "graph -o wide", "plan"} {
				client := nightCluster([]runtime.Object{report.DeepCopy(), job1.DeepCopy()}, true)
				forbid(client, "create", "subjectaccessreviews")
				stdout, stderr, code := runDepctl(clusterFactory(t, client, parseTerminal(t, "")), "", append([]string{"-n", "rep"}, strings.Fields(args)...)...)
				require.Zero(t, code, stderr)
				if args != "plan" || test.reason == gate.ReasonProblem && strings.Contains(test.message, "may not") {
					require.Contains(t, stdout+stderr, test.says, args)
				}
				require.NotContains(t, stdout, test.not, args)
			}
			client := nightCluster([]runtime.Object{report.DeepCopy(), job1.DeepCopy()}, true)
			forbid(client, "create", "subjectaccessreviews")
			stdout, _, _ := runDepctl(clusterFactory(t, client, parseTerminal(t, "")), "", "-n", "rep", "status", "-o", "json")
			require.Contains(t, stdout, `"waiting": 1`)
		})
	}
}

// Elements wait for what the text says of each, and that is said.
func TestWhatElementsWaitForIsSaid(t *testing.T) {
	size := fakeArray(3)
	objects := []runtime.Object{fakeJob("prep", "", ran(5)), fakeJob("gen", "", size, ran(5)), fakeJob("sim", "prep, gen[i]", size)}
	for _, args := range []string{"graph -o wide", "graph -o tree"} {
		stdout, stderr, code := runDepctl(clusterFactory(t, nightCluster(objects, true), parseTerminal(t, "")), "", append([]string{"-n", "etl"}, strings.Fields(args)...)...)
		require.Zero(t, code, stderr)
		require.Contains(t, stdout, "prep, gen[i]")
	}
	w := snapshot.NewWorld(testNow)
	for _, object := range objects {
		w.Add(gate.Observe(object.(*batchv1.Job)))
	}
	w.Settle()
	sim := w.Jobs[lang.Job("etl", "sim")]
	require.Equal(t, []string{"prep", "gen[i]"}, w.UnmetChecks(sim.Ref(), nil))
}

// A manifest that is applied now waits from now on.
func TestAManifestWithATimeoutWaits(t *testing.T) {
	const folder = "testdata/first/timeout.yaml"
	stdout, stderr, code := runDepctl(testFactory(parseTerminal(t, "")), "", "graph", "-o", "tree", "-f", folder)
	require.Zero(t, code, stderr)
	require.Regexp(t, `b +○ waiting +- +a\n`, stdout)
	stdout, stderr, code = runDepctl(testFactory(parseTerminal(t, "")), "", "plan", "-f", folder)
	require.Zero(t, code, stderr)
	require.NotContains(t, stderr, "does not run in this plan")
	require.Contains(t, stdout, "b")
}
