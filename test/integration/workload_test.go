package integration

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"depctl.dev/gate"
)

// What is in this file has JobSets and RayJobs wait, whose controllers the test plays. It is a part of
// TestKinds. With the real JobSet controller they wait in test/peers.

var (
	jobSets = schema.GroupVersionResource{Group: "jobset.x-k8s.io", Version: "v1alpha2", Resource: "jobsets"}
	rayJobs = schema.GroupVersionResource{Group: "ray.io", Version: "v1", Resource: "rayjobs"}
)

// installs makes the kind of a resource known to the API server.
func (s *space) installs(at schema.GroupVersionResource, kind string) {
	s.t.Helper()
	singular := strings.TrimSuffix(at.Resource, "s")
	s.apply(crds, strings.NewReplacer("metadata: {", "metadata: {annotations: {api-approved.kubernetes.io: unapproved}, ", "name: v1", "name: "+at.Version,
		"example.com", at.Group, "widget", singular, "Widget", kind).Replace(widgetKind))
	one := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{}}}
	one.SetGroupVersionKind(at.GroupVersion().WithKind(kind))
	one.SetName("one")
	s.until(kind+" can be made", func() bool { // policies learn of it later than those who list
		_, err := s.objects(at).Create(s.t.Context(), one, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err == nil
	})
}

// uninstalls takes a kind away, with all objects of it.
func (s *space) uninstalls(at schema.GroupVersionResource) {
	s.t.Helper()
	require.NoError(s.t, s.objects(crds).Delete(s.t.Context(), at.GroupResource().String(), metav1.DeleteOptions{}))
	s.until(at.Resource+" are gone", func() bool {
		_, err := s.objects(at).List(s.t.Context(), metav1.ListOptions{})
		_, known := s.objects(crds).Get(s.t.Context(), at.GroupResource().String(), metav1.GetOptions{})
		return err != nil && apierrors.IsNotFound(known) // else it cannot be created yet
	})
}

func jobSet(name, dependsOn string) string {
	return fmt.Sprintf(`
apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
metadata: {name: %s, annotations: {depctl.dev/depends-on: %q}}
spec: {replicatedJobs: [{name: workers, template: {spec: {template: {spec: {containers: [{name: main, image: train}]}}}}}]}
`, name, dependsOn)
}

func rayJob(name, dependsOn, also string) string {
	return fmt.Sprintf(`
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: %s, annotations: {depctl.dev/depends-on: %q}}
spec: {entrypoint: python tune.py, shutdownAfterJobFinishes: true%s}
`, name, dependsOn, also)
}

func (s *space) workload(at schema.GroupVersionResource, name string) *unstructured.Unstructured {
	s.t.Helper()
	o, err := s.objects(at).Get(s.t.Context(), name, metav1.GetOptions{})
	require.NoError(s.t, err)
	return o
}

func suspended(o *unstructured.Unstructured) bool {
	is, _, _ := unstructured.NestedBool(o.Object, "spec", "suspend")
	return is
}

func (s *space) starts(at schema.GroupVersionResource, name string) {
	s.t.Helper()
	s.until(name+" starts", func() bool { return !suspended(s.workload(at, name)) })
}

// workloadSays waits for what the gate says on a workload.
func (s *space) workloadSays(at schema.GroupVersionResource, name string, parts ...string) {
	s.t.Helper()
	s.until(fmt.Sprintf("%s says %q", name, parts), func() bool {
		said := s.workload(at, name).GetAnnotations()[gate.ConditionAnnotation]
		for _, part := range parts {
			if !strings.Contains(said, part) {
				return false
			}
		}
		return true
	})
}

const ended = `{"status":{"conditions":[{"type":"Completed","status":"True","reason":"AllJobsCompleted","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}`

func aJobSetStartsAfterAJob(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	s.make("report", "jobset:train")
	s.installs(jobSets, "JobSet") // the gate has asked for the kind before it came
	made := s.apply(jobSets, jobSet("train", "extract"))
	require.True(t, suspended(made))
	require.Equal(t, "true", made.GetLabels()[gate.HeldLabel])
	s.workloadSays(jobSets, "train", gate.ReasonWaiting, s.name+"/extract does not exist")
	restart()
	s.held("report")
	why, _ := s.does("explain", "jobset/train")
	require.Contains(t, why, s.name+"/extract does not exist")
	drawn, _ := s.does("graph", "-o", "tree")
	require.Regexp(t, `extract .* missing(?s:.*)jobset:train .* waiting(?s:.*)report .* waiting`, drawn)

	// It stays suspended, whoever writes it.
	o, err := s.objects(jobSets).Patch(t.Context(), "train", types.MergePatchType, []byte(`{"spec":{"suspend":false}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	require.True(t, suspended(o))

	s.make("extract", "")
	s.completes("extract")
	s.starts(jobSets, "train")
	s.workloadSays(jobSets, "train", gate.ReasonMet, "released: "+s.name+"/extract succeeded")
	require.Equal(t, "JobSet", s.event("train", gate.ReasonMet).Regarding.Kind)
	require.Contains(t, s.workload(jobSets, "train").GetAnnotations()[gate.ReleasedAnnotation], string(made.GetUID()))
	s.held("report")
	s.setStatus(jobSets, "train", ended)
	s.completes("report")
	// Whoever suspends it later decides that: the gate does it once.
	o, err = s.objects(jobSets).Patch(t.Context(), "train", types.MergePatchType, []byte(`{"spec":{"suspend":true}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	require.True(t, suspended(o))
	s.uninstalls(jobSets)
}

func aJobSetIsHeldAfterAFailure(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	s.installs(jobSets, "JobSet")
	s.apply(jobSets, jobSet("train", "extract"))
	s.apply(jobSets, jobSet("patient", "extract"))
	s.make("report", "jobset:train")
	s.make("clean", "skipped(jobset:train)")
	s.make("extract", "", template("exit-code", "1"))
	s.workloadSays(jobSets, "train", gate.ReasonDependencyFailed, s.name+"/extract failed")
	s.fails("report")
	s.completes("clean")
	require.True(t, suspended(s.workload(jobSets, "train")))

	s.does("hold", "jobset/patient", "--reason", "on call")
	s.workloadSays(jobSets, "patient", gate.ReasonHeld, "on call")
	forced, _ := s.does("release", "--force", "jobset/patient")
	require.Contains(t, forced, "jobset.jobset.x-k8s.io/patient")
	s.starts(jobSets, "patient")
	s.workloadSays(jobSets, "patient", gate.ReasonForced)

	s.does("set", "jobset/train", "other")
	s.make("other", "")
	s.starts(jobSets, "train")
	// When its kind goes, what waits for it says so, and the gate does all else.
	s.make("late", "jobset:gone")
	s.saysOf("late", "jobset:"+s.name+"/gone does not exist")
	s.uninstalls(jobSets)
	s.saysOf("late", "has no kind jobset")
	s.make("after", "other")
	s.completes("after")
}

func aRayJobWaitsIfItCanBeSuspended(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	s.installs(rayJobs, "RayJob")
	for _, also := range []string{", shutdownAfterJobFinishes: false", ", clusterSelector: {ray.io/cluster: shared}"} {
		manifest := strings.Replace(rayJob("tune", "extract", also), "shutdownAfterJobFinishes: true, shutdown", "shutdown", 1)
		o := &unstructured.Unstructured{}
		require.NoError(t, yaml.Unmarshal([]byte(manifest), &o.Object))
		_, err := s.objects(rayJobs).Create(t.Context(), o, metav1.CreateOptions{})
		require.ErrorContains(t, err, "KubeRay lets no such RayJob wait", also)
	}
	require.True(t, suspended(s.apply(rayJobs, rayJob("tune", "extract", ""))))
	free := strings.Replace(rayJob("free", "x", ", clusterSelector: {ray.io/cluster: shared}"), `annotations: {depctl.dev/depends-on: "x"}`, "labels: {}", 1)
	require.False(t, suspended(s.apply(rayJobs, free)))
	queued := strings.Replace(rayJob("queued", "x", ""), "annotations:", "labels: {kueue.x-k8s.io/queue-name: q}, annotations:", 1)
	require.False(t, suspended(s.apply(rayJobs, queued)), "Kueue decides when it runs")
	s.make("report", "rayjob:tune")
	s.make("extract", "")
	s.starts(rayJobs, "tune")
	s.setStatus(rayJobs, "tune", `{"status":{"jobStatus":"SUCCEEDED","jobDeploymentStatus":"Complete"}}`)
	s.completes("report")

	// Without its kind and with it again, what waits is found again.
	s.uninstalls(rayJobs)
	s.installs(rayJobs, "RayJob")
	s.apply(rayJobs, rayJob("again", "extract", ""))
	s.starts(rayJobs, "again")
	s.uninstalls(rayJobs)
}

// theGateWritesNothingElseToWorkloads leaves the gate with all rights.
func theGateWritesNothingElseToWorkloads(t *testing.T, c *cluster, _ func()) {
	l := c.leashed(t)
	l.installs(jobSets, "JobSet")
	l.apply(jobSets, jobSet("train", "never"))
	l.apply(jobSets, strings.Replace(jobSet("free", "x"), `annotations: {depctl.dev/depends-on: "x"}`, "labels: {}", 1))
	config, err := l.ConfigFor(t.Context(), "depctl-system", "depctl-gate")
	require.NoError(t, err)
	client, err := dynamic.NewForConfig(config)
	require.NoError(t, err)
	sets := client.Resource(jobSets).Namespace(l.name)
	uid := string(l.workload(jobSets, "train").GetUID())
	for name, write := range map[string]struct{ of, patch, refusal string }{
		"the jobs":                              {"train", `{"spec":{"replicatedJobs":[]}}`, "may not change the spec"},
		"a new field of the spec":               {"train", `{"spec":{"ttlSecondsAfterFinished":1}}`, "may not change the spec"},
		"a suspension of one that waits for no": {"free", `{"spec":{"suspend":true}}`, "without depctl.dev/depends-on"},
		"a label":                               {"train", `{"metadata":{"labels":{"team":"x"}}}`, "may not change other metadata"},
		"an annotation of others":               {"train", `{"metadata":{"annotations":{"team":"x"}}}`, "may only change the annotations"},
		"the expression":                        {"train", `{"metadata":{"annotations":{"depctl.dev/depends-on":"other"}}}`, "may only change the annotations"},
	} {
		_, err := sets.Patch(t.Context(), write.of, types.MergePatchType, []byte(write.patch), metav1.PatchOptions{})
		require.ErrorContains(t, err, write.refusal, name)
	}
	_, err = sets.Patch(t.Context(), "train", types.MergePatchType, []byte(ended), metav1.PatchOptions{}, "status")
	require.ErrorContains(t, err, "may not update jobsets/status")
	require.ErrorContains(t, sets.Delete(t.Context(), "train", metav1.DeleteOptions{}), "may not delete jobsets")
	// Without the record nothing is released: keep-workloads suspends it again.
	o, err := sets.Patch(t.Context(), "train", types.MergePatchType, []byte(`{"spec":{"suspend":false}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	require.True(t, suspended(o))
	record := fmt.Sprintf(`{"metadata":{"annotations":{"depctl.dev/released":%q}},"spec":{"suspend":false}}`, `{"uid":"`+uid+`","at":"2026-01-01T00:00:00Z","by":"depctl-gate"}`)
	o, err = sets.Patch(t.Context(), "train", types.MergePatchType, []byte(record), metav1.PatchOptions{})
	require.NoError(t, err)
	require.False(t, suspended(o))
	_, err = sets.Patch(t.Context(), "train", types.MergePatchType, []byte(`{"spec":{"suspend":true}}`), metav1.PatchOptions{})
	require.ErrorContains(t, err, "may only end the suspension")
	l.uninstalls(jobSets)
}
