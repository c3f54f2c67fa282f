package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/test/sandbox"
	"depctl.dev/test/transcript"
)

const onCallFile = "../../docs/guide/on-call.md"

// shown runs the commands of a section of docs/guide/on-call.md, and compares what they print. With
// -update it is written there.
func (s *space) shown(section string) {
	s.t.Helper()
	require.NoError(s.t, transcript.Place{
		File: onCallFile, Namespace: s.name, Patience: patience, Update: *update,
		Depctl: func(args ...string) string {
			stdout, stderr, _ := s.depctl(s.Kubeconfig(), args...)
			return stdout + stderr
		},
	}.Check(s.t.Context(), section))
}

// What a person who is called types, and what it shows. The containers are in test/container.
func TestOnCall(t *testing.T) {
	if !*update {
		t.Parallel()
	}
	for section, set := range map[string]func(s *space){
		"A Job waits, and nobody knows what for": func(s *space) {
			s.make("extract", "", untilTold)
			s.make("load", "extract")
			s.make("report", "load")
			s.runs("extract")
			s.saysOf("report", "waiting")
		},
		"A Job waits for something that does not exist": func(s *space) {
			s.make("extract", "")
			s.make("load", "extrct")
			s.completes("extract")
			s.saysOf("load", "does not exist")
		},
		"The night is red": func(s *space) {
			s.make("extract", "", template("exit-code", "3"))
			s.make("load", "extract")
			s.make("report", "load")
			s.make("clean", "")
			s.completes("clean")
			s.fails("report")
		},
		"A Job was released and does not run": func(s *space) {
			s.make("extract", "")
			s.make("train", "extract", nowhere, annotate("depctl.dev/expected-duration", "1h"))
			s.explains("train", "Unschedulable")
		},
		"The pods of a Job are refused": func(s *space) {
			_, err := s.client.CoreV1().ResourceQuotas(s.name).Create(t.Context(), &corev1.ResourceQuota{
				ObjectMeta: metav1.ObjectMeta{Name: "nightly"}, Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: resource.MustParse("0")}},
			}, metav1.CreateOptions{})
			require.NoError(s.t, err)
			s.until("the quota is in force", func() bool {
				quota, err := s.client.CoreV1().ResourceQuotas(s.name).Get(t.Context(), "nightly", metav1.GetOptions{})
				return err == nil && len(quota.Status.Hard) > 0
			})
			s.make("load", "")
			s.explains("load", "FailedCreate")
		},
		"Jobs wait for each other": func(s *space) {
			s.make("first", "second")
			s.make("second", "first")
			s.saysOf("first", "deadlock")
		},
		"Somebody holds a Job": func(s *space) {
			s.make("extract", "")
			s.make("load", "extract", annotate("depctl.dev/hold", "the disk is full"))
			s.completes("extract")
			s.saysOf("load", "held")
		},
		"A Job may not look into another namespace": func(s *space) {
			s.make("load", "kube-system/extract")
			s.saysOf("load", "service account")
		},
	} {
		t.Run(section, func(t *testing.T) {
			if !*update {
				t.Parallel()
			}
			s := shared.namespace(t)
			set(s)
			s.shown(section)
		})
	}
}

// Nobody releases anything where there is no gate.
func TestOnCallWithoutAGate(t *testing.T) {
	if !*update {
		t.Parallel()
	}
	c := ownClusterWith(t, sandbox.Options{Overlay: sandbox.Arrays})
	s := c.namespace(t)
	s.make("extract", "")
	s.make("load", "extract")
	s.completes("extract")
	s.until("depctl misses the gate", func() bool {
		stdout, stderr := s.does("status")
		return strings.Contains(stdout+stderr, "gate")
	})
	s.shown("Nothing starts")
}

// Each section of the page is run by a test, here or in test/container.
func TestThePageForTheOneOnCallIsTested(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(onCallFile)
	require.NoError(t, err)
	tests := ""
	for _, file := range []string{"oncall_test.go", filepath.Join("..", "container", "oncall_test.go")} {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		tests += string(source)
	}
	for _, title := range (&transcript.Page{Text: string(text)}).Sections() {
		require.Contains(t, tests, `"`+title+`"`)
	}
}
