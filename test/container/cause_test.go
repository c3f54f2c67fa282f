package container

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
)

// TestCausesOfRealPods has a kubelet, and a container, say why a Job does not run, or has failed.
func TestCausesOfRealPods(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "cause")
	main := func(change func(*corev1.Container)) change {
		return func(job *batchv1.Job) { change(&job.Spec.Template.Spec.Containers[0]) }
	}
	s.make("broken", "", `for i in 1 2 3 4 5 6; do printf "\\033[31mline %d\\033[0m\\n" $i; done; echo no route to host; exit 3`, tries(2))
	s.runsOutOfMemory("memory")
	s.make("typo", "", "", main(func(c *corev1.Container) { c.Command = []string{"lod"} }))
	s.make("image", "", "true", main(func(c *corev1.Container) {
		c.Image, c.ImagePullPolicy = "registry.invalid/load:2", corev1.PullAlways
	}))
	s.make("name", "", "true", main(func(c *corev1.Container) { c.Image = "UPPER" }))
	s.make("settings", "", "true", main(func(c *corev1.Container) {
		c.EnvFrom = []corev1.EnvFromSource{{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}}}}
	}))
	s.make("volume", "", "true", func(job *batchv1.Job) {
		pod := &job.Spec.Template.Spec
		pod.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "password"}}}}
		pod.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "data", MountPath: "/data"}}
	})
	s.make("after", "image", "true")
	for name, pattern := range map[string]string{
		"broken":   `(?s)exit code 3 in container main \(2 pods\)\nThe last lines of pod broken-\w+:\n  \| line 3\n  \| line 4\n  \| line 5\n  \| line 6\n  \| no route to host\n.*depctl logs broken -n ` + s.name + ` --failed`,
		"memory":   `OOMKilled \(exit code 137\) in container main`,
		"typo":     `StartError \(exit code 128\) in container main: .*"lod".*executable file not found`,
		"image":    `(ErrImagePull|ImagePullBackOff) in container main: .*registry.invalid/load:2`,
		"name":     `InvalidImageName in container main: .*UPPER`,
		"settings": `(?s)CreateContainerConfigError in container main: configmap "settings" not found.*kubectl create configmap settings`,
		"volume":   `(?s)FailedMount: MountVolume.SetUp failed for volume "data" : secret "password" not found.*kubectl create secret generic password`,
		"after":    `image has no pod that is ready \((ErrImagePull|ImagePullBackOff)`,
	} {
		said := ""
		err := wait.PollUntilContextTimeout(t.Context(), time.Second, patience, true, func(context.Context) (bool, error) {
			said = s.shell(t.TempDir(), "depctl explain "+name)
			return regexp.MustCompile(pattern).MatchString(said), nil
		})
		require.NoError(t, err, "%s, of which it says\n%s", pattern, said)
	}
	s.fails("broken")
	require.Contains(t, s.shell(t.TempDir(), "depctl status -o wide"), "exit code 3 in container main")
}
