package container

import (
	"context"
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"depctl.dev/test/transcript"
)

var update = flag.Bool("update", false, "write what depctl says into docs/guide/on-call.md")

// says waits until depctl explains a Job with some words.
func (s *space) says(name, words string) {
	s.t.Helper()
	said := ""
	err := wait.PollUntilContextTimeout(s.t.Context(), 200*time.Millisecond, patience, true, func(context.Context) (bool, error) {
		said, _, _ = s.depctl("explain", name, "-n", s.name)
		return strings.Contains(said, words), nil
	})
	require.NoError(s.t, err, "%s: %s", words, said)
}

// What docs/guide/on-call.md shows of containers is what depctl says of real ones. A kubelet tries
// again and again, so what it says of an image alternates.
func TestOnCall(t *testing.T) {
	if !*update {
		t.Parallel()
	}
	needsRealNode(t)
	main := func(change func(*corev1.Container)) change {
		return func(job *batchv1.Job) { change(&job.Spec.Template.Spec.Containers[0]) }
	}
	for section, set := range map[string]func(s *space){
		"A container failed": func(s *space) {
			s.make("extract", "", "echo done")
			s.make("load", "extract", "echo connecting to db; echo no route to host; exit 3")
			s.fails("load")
			s.says("load", "exit code 3")
		},
		"A container does not start": func(s *space) {
			s.make("image", "", "true", main(func(c *corev1.Container) {
				c.Image, c.ImagePullPolicy = "registry.invalid/load:2", corev1.PullAlways
			}))
			s.make("settings", "", "true", main(func(c *corev1.Container) {
				c.EnvFrom = []corev1.EnvFromSource{{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}}}}
			}))
			s.runsOutOfMemory("memory")
			s.says("memory", "OOMKilled")
			s.says("settings", "CreateContainerConfigError")
			s.says("image", "ImagePullBackOff")
		},
	} {
		t.Run(section, func(t *testing.T) {
			if !*update {
				t.Parallel()
			}
			s := shared.namespace(t, "oncall")
			set(s)
			require.NoError(t, transcript.Place{
				File: "../../docs/guide/on-call.md", Namespace: s.name, Patience: patience, Update: *update,
				Depctl: func(args ...string) string {
					stdout, stderr, _ := s.depctl(args...)
					return stdout + stderr
				},
			}.Check(t.Context(), section))
		})
	}
}
