package integration

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/yaml"

	"depctl.dev/gate"
)

// What is in this file has Deployments wait. It is a part of TestKinds.

// deployment returns a Deployment that waits for an expression.
func deployment(name, dependsOn, image string) *appsv1.Deployment {
	d := &appsv1.Deployment{}
	manifest := strings.NewReplacer("{name: db}", "{name: "+name+"}", "app: db", "app: "+name, "postgres", image).Replace(databaseDeployment)
	if err := yaml.UnmarshalStrict([]byte(manifest), d); err != nil {
		panic(err) // it is the text above
	}
	d.Annotations = map[string]string{gate.DependsOnAnnotation: dependsOn}
	return d
}

func (s *space) deploys(d *appsv1.Deployment) *appsv1.Deployment {
	s.t.Helper()
	made, err := s.client.AppsV1().Deployments(s.name).Create(s.t.Context(), d, metav1.CreateOptions{})
	require.NoError(s.t, err)
	return made
}

func (s *space) deployed(name string) *appsv1.Deployment {
	s.t.Helper()
	d, err := s.client.AppsV1().Deployments(s.name).Get(s.t.Context(), name, metav1.GetOptions{})
	require.NoError(s.t, err)
	return d
}

func (s *space) patchDeployment(name, patch string) *appsv1.Deployment {
	s.t.Helper()
	d, err := s.client.AppsV1().Deployments(s.name).Patch(s.t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	require.NoError(s.t, err)
	return d
}

// puts changes a Deployment by get, modify and put, and tries again if others were faster.
func (s *space) puts(name string, change func(*appsv1.Deployment)) (put *appsv1.Deployment) {
	s.t.Helper()
	require.NoError(s.t, retry.RetryOnConflict(retry.DefaultBackoff, func() (err error) {
		d := s.deployed(name)
		change(d)
		put, err = s.client.AppsV1().Deployments(s.name).Update(s.t.Context(), d, metav1.UpdateOptions{})
		return err
	}))
	return put
}

// newVersion returns the merge patch of another image, which waits for something else.
func newVersion(dependsOn, image string) string {
	return fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}},"spec":{"template":{"spec":{"containers":[{"name":"main","image":%q}]}}}}`,
		gate.DependsOnAnnotation, dependsOn, image)
}

// images returns of which images pods are ready, and how many.
func (s *space) images(name string) map[string]int32 {
	s.t.Helper()
	sets, err := s.client.AppsV1().ReplicaSets(s.name).List(s.t.Context(), metav1.ListOptions{LabelSelector: "app=" + name})
	require.NoError(s.t, err)
	ready := map[string]int32{}
	for i := range sets.Items {
		if n := sets.Items[i].Status.ReadyReplicas; n > 0 {
			ready[sets.Items[i].Spec.Template.Spec.Containers[0].Image] += n
		}
	}
	return ready
}

func (s *space) serves(name, image string) {
	s.t.Helper()
	s.until(name+" serves "+image, func() bool {
		d := s.deployed(name)
		return s.images(name)[image] == *d.Spec.Replicas && len(s.images(name)) == 1
	})
}

// deploymentSays waits for what the condition of a Deployment says.
func (s *space) deploymentSays(name, reason, part string) {
	s.t.Helper()
	var last appsv1.DeploymentCondition
	s.until(fmt.Sprintf("condition of %s says %s %q", name, reason, part), func() bool {
		for _, c := range s.deployed(name).Status.Conditions {
			if string(c.Type) == string(gate.ConditionType) {
				last = c
			}
		}
		return last.Reason == reason && strings.Contains(last.Message, part)
	})
}

func aDeploymentStartsAfterAJob(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	s.make("smoke", "deployment:web")
	web := s.deploys(deployment("web", "migrate", "web:1"))
	require.True(t, web.Spec.Paused)
	require.Equal(t, "true", web.Labels[gate.HeldLabel])
	s.deploymentSays("web", gate.ReasonWaiting, s.name+"/migrate does not exist")
	s.saysOf("smoke", "deployment:"+s.name+"/web")
	require.Empty(t, s.images("web"))
	restart()
	s.held("smoke")
	require.True(t, s.deployed("web").Spec.Paused)
	why, _ := s.does("explain", "deployment/web")
	require.Contains(t, why, s.name+"/migrate does not exist")
	drawn, _ := s.does("graph", "-o", "tree")
	require.Regexp(t, `migrate .* missing(?s:.*)deployment:web .* waiting(?s:.*)smoke .* waiting`, drawn)
	waiting, _ := s.does("status")
	require.Regexp(t, `migrate +\? missing .* 2\n`, waiting)

	s.make("migrate", "")
	s.completes("migrate")
	s.serves("web", "web:1")
	s.completes("smoke")
	s.does("wait", "deployment:web")
	why, _ = s.does("explain", "deployment/web")
	require.Contains(t, why, "released by depctl-gate")
	web = s.deployed("web")
	require.False(t, web.Spec.Paused)
	require.Contains(t, web.Annotations[gate.ReleasedAnnotation], string(web.UID))
	s.deploymentSays("web", gate.ReasonMet, "released: "+s.name+"/migrate succeeded")
	require.Equal(t, "Deployment", s.event("web", gate.ReasonMet).Regarding.Kind)

	// Pods that are lost come back, and the Deployment is scaled, without the gate.
	s.kubectl("", "delete", "pods", "-n", s.name, "-l", "app=web", "--wait=false")
	s.kubectl("", "scale", "-n", s.name, "deployment/web", "--replicas=3")
	s.serves("web", "web:1")
}

func oldPodsServeUntilTheNextMigration(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	s.make("migrate-1", "")
	s.deploys(deployment("web", "migrate-1", "web:1"))
	s.serves("web", "web:1")

	// Another image alone rolls out, and so does nothing when the annotation alone changes.
	s.patchDeployment("web", `{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"web:1.1"}]}}}}`)
	s.serves("web", "web:1.1")
	d := s.patchDeployment("web", fmt.Sprintf(`{"metadata":{"annotations":{%q:"migrate-9"}}}`, gate.DependsOnAnnotation))
	require.False(t, d.Spec.Paused)
	require.Contains(t, s.warning("web", gate.ReasonEditedLate).Note, "both the annotation and the Pod template")

	// Both: the next version waits, and the old one serves.
	d = s.patchDeployment("web", newVersion("migrate-2", "web:2"))
	require.True(t, d.Spec.Paused)
	require.NotContains(t, d.Annotations, gate.ReleasedAnnotation)
	s.deploymentSays("web", gate.ReasonWaiting, s.name+"/migrate-2 does not exist")
	s.make("smoke", "deployment:web")
	s.held("smoke")
	s.kubectl("", "scale", "-n", s.name, "deployment/web", "--replicas=4")
	s.serves("web", "web:1.1")
	restart()
	s.make("migrate-2", "")
	s.serves("web", "web:2")
	s.completes("smoke")

	// A rollback brings the record of that release with it, and so it waits for nothing.
	s.kubectl("", "rollout", "undo", "-n", s.name, "deployment/web")
	s.serves("web", "web:1.1")
	// So it does where somebody applies an earlier manifest, whose migration is gone by now.
	s.remove("migrate-1")
	s.patchDeployment("web", newVersion("migrate-1", "web:1"))
	s.serves("web", "web:1")
	// What replaces it, without what the gate has written, does not have it wait anew.
	d = s.puts("web", func(d *appsv1.Deployment) { delete(d.Annotations, gate.ReleasedAnnotation) })
	require.Contains(t, d.Annotations, gate.ReleasedAnnotation)
	require.False(t, d.Spec.Paused)
}

func aDeploymentIsHeldAfterAFailure(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	s.make("after", "deployment:web")
	s.make("instead", "skipped(deployment:web)")
	s.deploys(deployment("web", "migrate", "web:1"))
	waits := deployment("waits", "migrate", "web:1")
	waits.Annotations[gate.OnFailureAnnotation] = "wait"
	s.deploys(waits)
	s.make("patient", "deployment:waits")
	s.make("migrate", "", template("exit-code", "1"))
	s.fails("migrate")
	s.deploymentSays("web", gate.ReasonDependencyFailed, s.name+"/migrate failed")
	s.completes("instead")
	s.fails("after")
	s.does("wait", "skipped(deployment:web)", "--timeout", "1m")
	_, stderr, code := s.depctl(s.Kubeconfig(), "wait", "deployment:web", "--timeout", "1m")
	require.Equal(t, 1, code, stderr)
	restart()
	s.deploymentSays("waits", gate.ReasonDependencyFailed, s.name+"/migrate failed")
	s.held("patient")
	require.True(t, s.deployed("web").Spec.Paused)

	// Once somebody has fixed it, it starts all the same.
	s.remove("migrate")
	s.make("migrate", "")
	s.serves("web", "web:1")
	s.completes("patient")
}

func aDeploymentRemembers(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	s.deploys(deployment("web", "first and second", "web:1"))
	s.make("first", "", func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = new(int32) })
	s.until("the first is gone, and remembered", func() bool {
		return strings.Contains(s.deployed("web").Annotations[gate.SeenAnnotation], s.name+"/first")
	})
	s.gone("first")
	restart()

	// get, modify, put; apply; and a person's resume leave it paused.
	for name, write := range map[string]func(){
		"put":    func() { s.puts("web", func(d *appsv1.Deployment) { d.Spec.Paused = false }) },
		"resume": func() { s.kubectl("", "rollout", "resume", "-n", s.name, "deployment/web") },
		"apply": func() {
			text, err := yaml.Marshal(deployment("web", "first and second", "web:1.0.1"))
			require.NoError(t, err)
			s.kubectl(string(text), "apply", "-n", s.name, "--server-side", "--force-conflicts", "-f", "-")
		},
	} {
		write()
		require.True(t, s.deployed("web").Spec.Paused, name)
	}
	stdout, _ := s.does("hold", "deployment/web", "--reason", "on call")
	require.Equal(t, "deployment.apps/web held\n", stdout)
	s.make("second", "")
	s.completes("second")
	s.deploymentSays("web", gate.ReasonHeld, "on call")
	stdout, _ = s.does("release", "deployment/web")
	require.Equal(t, "deployment.apps/web released\n", stdout)
	s.serves("web", "web:1.0.1")

	// A copy with what the gate wrote on it is a new one.
	again := s.deployed("web")
	again.ObjectMeta = metav1.ObjectMeta{Name: "copy", Annotations: again.Annotations}
	again.Annotations[gate.DependsOnAnnotation] = "third"
	again.Annotations[gate.WaitTimeoutAnnotation] = "1h"
	copied := s.deploys(again)
	require.True(t, copied.Spec.Paused)
	require.NotContains(t, copied.Annotations, gate.ReleasedAnnotation)
	require.NotContains(t, copied.Annotations, gate.MetAnnotation)
	s.deploymentSays("copy", gate.ReasonInvalidAnnotation, "depctl.dev/wait-timeout is for Jobs, and this is a Deployment")

	// A deadlock with a Job is told on both, and a person ends it.
	s.deploys(deployment("hen", "egg", "hen:1"))
	s.make("egg", "deployment:hen")
	s.deploymentSays("hen", gate.ReasonDependencyCycle, "deployment:"+s.name+"/hen")
	s.saysOf("egg", "held in a deadlock")
	s.does("set", "deployment/hen", "egg or none")
	require.Equal(t, "egg or none", s.deployed("hen").Annotations[gate.DependsOnAnnotation])
	s.does("release", "--force", "deployment/hen")
	s.serves("hen", "hen:1")
	s.completes("egg")
}

func aDeploymentNeedsTheRight(t *testing.T, c *cluster, _ func()) {
	s, other := c.namespace(t), c.namespace(t)
	other.make("load", "")
	other.completes("load")
	s.deploys(deployment("web", other.name+"/load", "web:1"))
	s.deploymentSays("web", gate.ReasonProblem, "service account "+s.name+"/default may not get Job "+other.name+"/load")
	other.grant(s, "default", "load")
	s.serves("web", "web:1")
}

func theGateWritesNothingElseToDeployments(t *testing.T, c *cluster, _ func()) {
	l := c.leashed(t)
	l.deploys(deployment("web", "never", "web:1"))
	free := deployment("free", "never", "web:1")
	free.Annotations = nil
	l.deploys(free)
	deployments := l.client.AppsV1().Deployments(l.name)
	uid := string(l.deployed("web").UID)
	record, err := json.Marshal(`{"uid":"` + uid + `","at":"2026-01-01T00:00:00Z","by":"depctl-gate"}`)
	require.NoError(t, err)
	for _, write := range []struct{ name, patch, subresource, refusal string }{
		{"the template", `{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"evil"}]}}}}`, "", "may not change the spec"},
		{"the replicas", `{"spec":{"replicas":9}}`, "", "may not change the spec"},
		{"a pause of one that waits for nothing", "free", "", "without depctl.dev/depends-on"},
		{"a label", `{"metadata":{"labels":{"team":"x"}}}`, "", "may not change other metadata"},
		{"an annotation of others", `{"metadata":{"annotations":{"team":"x"}}}`, "", "may only change the annotations"},
		{"the expression", `{"metadata":{"annotations":{"depctl.dev/depends-on":"other"}}}`, "", "may only change the annotations"},
		{"a number in the status", `{"status":{"collisionCount":5}}`, "status", "may only change conditions"},
		{"the scale", `{"spec":{"replicas":9}}`, "scale", "may not update deployments/scale"},
	} {
		name, patch := "web", write.patch
		if write.patch == "free" {
			name, patch = "free", `{"spec":{"paused":true}}`
		}
		var sub []string
		if write.subresource != "" {
			sub = []string{write.subresource}
		}
		_, err := deployments.Patch(t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}, sub...)
		require.ErrorContains(t, err, write.refusal, write.name)
	}
	require.ErrorContains(t, deployments.Delete(t.Context(), "web", metav1.DeleteOptions{}), "may not delete deployments")
	_, err = deployments.Create(t.Context(), deployment("another", "never", "web:1"), metav1.CreateOptions{})
	require.ErrorContains(t, err, "may not create deployments")
	// Without the record nothing is released: keep-deployments pauses it again.
	d, err := deployments.Patch(t.Context(), "web", types.MergePatchType, []byte(`{"spec":{"paused":false}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	require.True(t, d.Spec.Paused)
	d, err = deployments.Patch(t.Context(), "web", types.MergePatchType,
		fmt.Appendf(nil, `{"metadata":{"annotations":{"depctl.dev/released":%s}},"spec":{"paused":false}}`, record), metav1.PatchOptions{})
	require.NoError(t, err)
	require.False(t, d.Spec.Paused)
	// Once released, it may not be paused again.
	_, err = deployments.Patch(t.Context(), "web", types.MergePatchType, []byte(`{"spec":{"paused":true}}`), metav1.PatchOptions{})
	require.ErrorContains(t, err, "may only end the pause")
}
