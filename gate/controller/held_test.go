package controller

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

func heldDeployment(name, dependsOn string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{
			"namespace": "etl", "name": name, "uid": "uid-of-" + name, "resourceVersion": "1",
			"annotations": map[string]any{gate.DependsOnAnnotation: dependsOn}, "labels": map[string]any{gate.HeldLabel: "true"},
		},
		"spec": map[string]any{"paused": true},
	}}
}

func deploymentsOf(s *store) held {
	k, _ := kind.Of(kind.Deployment)
	return held{s, k}
}

// A Job that goes is remembered for those that wait for it. So nothing is decided before all that may wait is
// known, whichever list comes first.
func TestNothingIsDecidedBeforeAllThatIsHeldIsListed(t *testing.T) {
	t.Parallel()
	s := newStore(func(lang.Ref, time.Time) {}, clock.RealClock{})
	s.unlisted[kind.Deployment] = true
	require.NoError(t, s.Replace(nil, "1"))
	select {
	case <-s.synced:
		require.Fail(t, "Deployments are not known yet")
	default:
	}
	require.NoError(t, deploymentsOf(s).Replace([]any{heldDeployment("web", "migrate")}, "1"))
	<-s.synced
}

func TestJobsAndDeploymentsAreListedEachForThemselves(t *testing.T) {
	t.Parallel()
	s := newStore(func(lang.Ref, time.Time) {}, clock.RealClock{})
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: "web", UID: "j", ResourceVersion: "1"}}
	web := lang.Ref{Kind: kind.Deployment, Namespace: "etl", Name: "web"}
	require.NoError(t, s.Replace([]any{job}, "1"))
	require.NoError(t, deploymentsOf(s).Replace([]any{heldDeployment("web", "web")}, "1"))
	require.Equal(t, 2, s.size())
	require.NoError(t, s.Replace(nil, "2"))
	_, decision, exists := s.decide(web)
	require.True(t, exists, "a list of Jobs says nothing of Deployments")
	require.Equal(t, "waiting: etl/web does not exist", decision.Message)
	require.NoError(t, deploymentsOf(s).Replace(nil, "2"))
	require.Equal(t, 0, s.size())
}

func TestADeploymentAsksForItsAccountOfNow(t *testing.T) {
	t.Parallel()
	s := newStore(func(lang.Ref, time.Time) {}, clock.RealClock{})
	d := heldDeployment("web", "raw/load")
	require.NoError(t, deploymentsOf(s).Add(d))
	web := lang.Ref{Kind: kind.Deployment, Namespace: "etl", Name: "web"}
	require.Equal(t, "default", s.entries[web].questions[0].Account)
	d = d.DeepCopy()
	d.SetResourceVersion("2")
	require.NoError(t, unstructured.SetNestedField(d.Object, "other", "spec", "template", "spec", "serviceAccountName"))
	require.NoError(t, deploymentsOf(s).Update(d))
	require.Equal(t, "other", s.entries[web].questions[0].Account)
}

// Whoever names a Deployment has it looked up, too. What that watch tells does not take away what the
// Deployment waits for, also when it is behind.
func TestALookedUpDeploymentStaysTheOneThatIsHeld(t *testing.T) {
	t.Parallel()
	s := newStore(func(lang.Ref, time.Time) {}, clock.RealClock{})
	web := lang.Ref{Kind: kind.Deployment, Namespace: "etl", Name: "web"}
	b := &board{store: s}
	b.Set(web, &lang.Object{UID: "looked up first"}, nil)
	require.NoError(t, deploymentsOf(s).Add(heldDeployment("web", "migrate")))
	b.Set(web, &lang.Object{UID: "looked up later"}, nil)
	b.Remove(web, true)
	require.Equal(t, "uid-of-web", s.graph.Object(web).UID)
	require.Equal(t, []lang.Ref{lang.Job("etl", "migrate")}, s.graph.Prerequisites(web))
}

// What the cluster has no kind for has no objects, and the gate does not wait for it to come.
func TestAKindThatTheClusterDoesNotHaveHoldsUpNothing(t *testing.T) {
	t.Parallel()
	s := newStore(func(lang.Ref, time.Time) {}, clock.RealClock{})
	jobSet, _ := kind.Of("jobset")
	s.unlisted[jobSet.Name] = true
	require.NoError(t, s.Replace(nil, "1"))
	objects := dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), map[schema.GroupVersionResource]string{
		gate.ResourceOf(jobSet): "JobSetList",
	})
	answer := error(apierrors.NewForbidden(schema.GroupResource{Resource: "jobsets"}, "", nil))
	objects.PrependReactor("list", "jobsets", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, answer })
	list := orNone{objects.Resource(gate.ResourceOf(jobSet)), held{s, jobSet}}
	_, err := list.List(t.Context(), metav1.ListOptions{})
	require.True(t, apierrors.IsForbidden(err))
	select {
	case <-s.synced:
		require.Fail(t, "there may be JobSets that wait")
	default:
	}
	answer = apierrors.NewNotFound(schema.GroupResource{Resource: "jobsets"}, "")
	_, err = list.List(t.Context(), metav1.ListOptions{})
	require.True(t, apierrors.IsNotFound(err), "the reflector asks again later")
	<-s.synced
}
