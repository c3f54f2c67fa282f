package controller

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	clocktesting "k8s.io/utils/clock/testing"

	"depctl.dev/gate"
	"depctl.dev/gate/access"
	"depctl.dev/gate/metrics"
	"depctl.dev/lang"
)

var goesNear = noted(gate.NearAnnotation, "true")

// ran has a Job be started.
func ran(j *batchv1.Job) { j.Status.StartTime = &metav1.Time{Time: time.Unix(50, 0)} }

// in has a Job be in a namespace.
func in(namespace string) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Namespace = namespace }
}

// nodes is an API server that has pods, and takes patches of Jobs unless it refuses them.
type nodes struct {
	refuser
	core
	patches []string
}

type core struct {
	corev1client.CoreV1Interface
	corev1client.PodInterface
	pods  []corev1.Pod
	err   error
	lists []string
}

func (c *core) Pods(string) corev1client.PodInterface { return c }

func (c *core) List(_ context.Context, o metav1.ListOptions) (*corev1.PodList, error) {
	c.lists = append(c.lists, strings.TrimPrefix(o.LabelSelector, batchv1.ControllerUidLabel+"="))
	return &corev1.PodList{Items: c.pods}, c.err
}

func (n *nodes) CoreV1() corev1client.CoreV1Interface { return &n.core }

// near returns a gate on such a cluster, and what it tells of.
func near(n *nodes, refuse func(patch string) error) (*Controller, *fakeRecorder) {
	recorder := &fakeRecorder{}
	n.refuse = func(_, patch string) error {
		n.patches = append(n.patches, patch)
		return refuse(patch)
	}
	return New(n, Options{CrossNamespace: OpenNamespaces, Recorder: recorder}), recorder
}

func takes(string) error { return nil }

// on returns a pod of a Job that has succeeded on a node.
func on(job *batchv1.Job, node string) corev1.Pod {
	pod := podOf(job, "pod-on-"+node, -1)
	pod.Spec.NodeName = node
	return *pod
}

var theLoad = lang.Job("n", "load")

func TestAJobGoesNearItsPrerequisites(t *testing.T) {
	t.Parallel()
	x := job("x", "1", "", ran, complete)
	n := &nodes{core: core{pods: []corev1.Pod{on(x, "node-7")}}}
	c, recorder := near(n, takes)
	require.NoError(t, c.store.Replace([]any{x, job("load", "2", "x", goesNear), job("plain", "3", "x")}, "3"))
	require.NoError(t, c.sync(t.Context(), lang.Job("n", "plain")))
	require.Empty(t, n.lists, "nobody else's pods are read")
	require.NotContains(t, n.patches[0], "affinity")

	require.NoError(t, c.sync(t.Context(), theLoad))
	require.Equal(t, []string{"uid-x"}, n.lists)
	require.Contains(t, n.patches[1], `"values":["node-7"]`)
	require.Contains(t, n.patches[1], `\"near\":1`)
	require.Contains(t, strings.Join(recorder.said, "\n"), "released: n/x succeeded; near node-7")
}

// What is known once is known when the pods, and then the Job, are gone, and to a gate that
// has just begun.
func TestWhereAPrerequisiteRanOutlivesIt(t *testing.T) {
	t.Parallel()
	x := job("x", "1", "", ran, complete)
	n := &nodes{core: core{pods: []corev1.Pod{on(x, "node-7")}}}
	c, _ := near(n, takes)
	waits := func(version string, change ...func(*batchv1.Job)) *batchv1.Job {
		return job("load", version, "x, y", append(change, goesNear)...)
	}
	require.NoError(t, c.store.Replace([]any{x, waits("2"), job("plain", "3", "x, y"), job("y", "4", "")}, "4"))
	require.NoError(t, c.sync(t.Context(), theLoad))
	require.Len(t, n.lists, 1)
	n.pods = nil
	require.NoError(t, c.sync(t.Context(), theLoad))
	require.Len(t, n.lists, 1, "once")
	require.NoError(t, c.store.Delete(x))
	_, seen, _, _ := c.store.unsaved(theLoad)
	require.Contains(t, seen.String(), `"ran":[{"node":"node-7","pods":1}]`)
	_, plain, _, _ := c.store.unsaved(lang.Job("n", "plain"))
	require.NotContains(t, plain.String(), "node-7", "it does not ask")

	again := &nodes{}
	c, _ = near(again, takes)
	y := job("y", "6", "", ran, complete)
	require.NoError(t, c.store.Replace([]any{y, waits("5", noted(gate.SeenAnnotation, seen.String()))}, "6"))
	require.NoError(t, c.sync(t.Context(), theLoad))
	require.Equal(t, []string{"uid-y"}, again.lists)
	require.Contains(t, again.patches[0], `"values":["node-7"]`)
}

func TestAJobIsReleasedThoughItCannotGoNear(t *testing.T) {
	t.Parallel()
	forbidden := apierrors.NewForbidden(schema.GroupResource{Resource: "jobs"}, "load", errors.New("no affinity here"))
	notNear := func(patch string) error {
		if strings.Contains(patch, "nodeAffinity") {
			return forbidden
		}
		return nil
	}
	for name, test := range map[string]struct {
		list   error
		refuse func(string) error
		pods   []string
		want   string
	}{
		"the API server refuses it": {nil, notNear, []string{"a"}, "released: n/x succeeded; not near: the API server refuses it: jobs \"load\" is forbidden: no affinity here"},
		"the pods cannot be listed": {errors.New("not today"), takes, nil, "; not near: not today"},
		"the pods are gone":         {nil, takes, nil, "released: n/x succeeded"},
	} {
		x := job("x", "1", "", ran, complete)
		n := &nodes{core: core{err: test.list}}
		for _, node := range test.pods {
			n.pods = append(n.pods, on(x, node))
		}
		c, recorder := near(n, test.refuse)
		require.NoError(t, c.store.Replace([]any{x, job("load", "2", "x", goesNear)}, "2"), name)
		require.NoError(t, c.sync(t.Context(), theLoad), name)
		last := n.patches[len(n.patches)-1]
		require.NotContains(t, last, "nodeAffinity", name)
		require.NotContains(t, last, `\"near\"`, name)
		require.Contains(t, strings.Join(recorder.said, "\n"), test.want, name)
		require.Equal(t, strings.Contains(test.want, "not near"), strings.Contains(last, `\"far\":\"`), name)
	}
}

// A rank is a wish, too, as where the policies are older than the gate.
func TestAJobIsReleasedWhoseRankIsRefused(t *testing.T) {
	t.Parallel()
	n := &nodes{}
	c, _ := near(n, func(patch string) error {
		if strings.Contains(patch, "/spec/template/metadata/annotations") {
			return apierrors.NewForbidden(schema.GroupResource{Resource: "jobs"}, "load", errors.New("no rank here"))
		}
		return nil
	})
	c.store.keepLimits()
	c.ranksPods = true
	require.NoError(t, c.store.Replace([]any{job("x", "1", "", complete), job("load", "2", "x")}, "2"))
	require.NoError(t, c.sync(t.Context(), theLoad))
	require.Len(t, n.patches, 2)
	require.Contains(t, n.patches[0], `"/spec/template/metadata/annotations","value":{"depctl.dev/rank":"1"}`)
	require.Contains(t, n.patches[1], `"/metadata/annotations/depctl.dev~1rank","value":"1"`)
	require.NotContains(t, n.patches[1], "/spec/template")
}

// Where Jobs of another namespace ran is told only to whom may read their pods there.
func TestGoingNearElsewhereNeedsTheRight(t *testing.T) {
	t.Parallel()
	get := gate.Question{Namespace: "n", Account: "default", Verb: "get", Target: "etl", Name: "x"}
	pods := gate.Observe(job("load", "1", "etl/x")).ReadsPods("etl")
	for name, test := range map[string]struct {
		answer gate.Answer
		waited time.Duration
		near   bool
		waits  bool
		far    string
	}{
		"allowed":            {answer: gate.Allowed, near: true},
		"denied":             {answer: gate.Denied, far: "service account n/default may not get the pods of namespace etl"},
		"not known yet":      {answer: gate.Unasked, waits: true},
		"not known for long": {answer: gate.Unasked, waited: time.Minute, far: "it is not known whether the Job may know where its prerequisites ran"},
	} {
		x := job("x", "1", "", ran, complete, in("etl"))
		n := &nodes{core: core{pods: []corev1.Pod{on(x, "node-7")}}}
		c, _ := near(n, takes)
		clock := clocktesting.NewFakePassiveClock(time.Unix(100, 0))
		c.stopwatch = metrics.NewStopwatch(clock)
		c.store.access = access.Fixed{Access: gate.Answers{get: gate.Allowed, pods: test.answer}}
		require.NoError(t, c.store.Replace([]any{x, job("load", "2", "etl/x", goesNear)}, "2"), name)
		c.stopwatch.Start(theLoad, clock.Now())
		clock.SetTime(clock.Now().Add(test.waited))
		require.NoError(t, c.sync(t.Context(), theLoad), name)
		if test.waits {
			require.Empty(t, n.patches, name)
			continue
		}
		require.Len(t, n.patches, 1, name)
		require.Equal(t, test.near, strings.Contains(n.patches[0], "node-7"), name)
		require.Contains(t, n.patches[0], test.far, name)

		require.NoError(t, c.store.Update(job("load", "10", "etl/x, other", goesNear)), name)
		c.learnPlaces(t.Context(), theLoad)
		require.NoError(t, c.store.Delete(x), name)
		_, seen, _, _ := c.store.unsaved(theLoad)
		require.Equal(t, test.near, strings.Contains(seen.String(), "node-7"), "%s: %s", name, seen)
	}
}

// The pods of a Job that is cleaned away at once are gone when anybody looks.
func TestPodsThatGoAtOnceAreSeenAsTheySucceed(t *testing.T) {
	t.Parallel()
	x := job("x", "1", "", ran, needs(2))
	n := &nodes{}
	c, _ := near(n, takes)
	require.NoError(t, c.store.Replace([]any{x, job("load", "2", "x", goesNear), job("other", "3", "")}, "3"))
	require.True(t, c.store.nearAwaited(lang.Job("n", "x")))
	require.False(t, c.store.nearAwaited(lang.Job("n", "other")))
	for _, node := range []string{"a", "b", "b"} { // the same pod twice is one
		pod := on(x, node)
		require.NoError(t, successStore{c.store}.Update(&pod))
	}
	pod := on(job("other", "3", ""), "c")
	require.NoError(t, successStore{c.store}.Update(&pod))
	require.Empty(t, c.store.entries[lang.Job("n", "other")].places(), "nobody goes near it")
	over := job("x", "4", "", ran, needs(2), complete)
	require.NoError(t, c.store.Update(over))
	require.NoError(t, c.store.Delete(over))
	require.Equal(t, []gate.Place{{Node: "a", Pods: 1}, {Node: "b", Pods: 1}}, c.store.entries[theLoad].seen[lang.Job("n", "x")].Ran)
}

func TestItIsKnownHowManyGoNear(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	near := func(version string) *batchv1.Job {
		j := job("near", version, "first")
		j.Annotations[gate.NearAnnotation] = "true"
		return j
	}
	for _, want := range []struct {
		jobs  []any
		goers int
	}{
		{[]any{job("first", "1", ""), near("2")}, 1},
		{[]any{job("first", "3", ""), near("2")}, 1},
		{[]any{job("near", "4", "first")}, 0},
		{[]any{near("6")}, 1},
		{nil, 0},
	} {
		require.NoError(t, s.Replace(want.jobs, "5"))
		require.Equal(t, want.goers, s.goers)
	}
}
