package controller

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	appsv1client "k8s.io/client-go/kubernetes/typed/apps/v1"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	clocktesting "k8s.io/utils/clock/testing"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

type fakeRecorder struct{ said []string }

func (r *fakeRecorder) Eventf(_, _ runtime.Object, kind, reason, _, note string, args ...any) {
	r.said = append(r.said, kind+" "+reason+" "+fmt.Sprintf(note, args...))
}

var tooLargeForEtcd = &apierrors.StatusError{ErrStatus: metav1.Status{Code: 500, Message: "etcdserver: request is too large"}}

// varying refuses in another text each time.
type varying struct{ times int }

func (v *varying) err() error {
	v.times++
	return apierrors.NewForbidden(schema.GroupResource{Group: "batch", Resource: "jobs"}, "load", fmt.Errorf("not at %d", v.times))
}

// refuser is an API server that refuses patches.
type refuser struct {
	kubernetes.Interface
	batchv1client.BatchV1Interface
	batchv1client.JobInterface
	refuse func(name, patch string) error
	tried  []string
}

func (r *refuser) BatchV1() batchv1client.BatchV1Interface { return r }

// AppsV1 is not asked: nothing here is a Deployment.
func (r *refuser) AppsV1() appsv1client.AppsV1Interface { return nil }

func (r *refuser) Jobs(string) batchv1client.JobInterface { return r }

func (r *refuser) Patch(_ context.Context, name string, _ types.PatchType, patch []byte, _ metav1.PatchOptions, _ ...string) (*batchv1.Job, error) {
	r.tried = append(r.tried, name)
	if err := r.refuse(name, string(patch)); err != nil {
		return nil, err
	}
	return job(name, "9", ""), nil
}

func TestARefusalWhoseTextVariesIsTold(t *testing.T) {
	t.Parallel()
	recorder, v := &fakeRecorder{}, &varying{}
	c := New(&refuser{refuse: func(string, string) error { return v.err() }}, Options{CrossNamespace: OpenNamespaces, Recorder: recorder})
	require.NoError(t, c.store.Replace([]any{job("extract", "1", "", complete), job("load", "2", "extract")}, "2"))
	for range 4 {
		require.Error(t, c.sync(t.Context(), lang.Job("n", "load")))
	}
	require.Len(t, recorder.said, 1, "once, and not for each text")
	require.Contains(t, recorder.said[0], "Warning PatchRefused the API server refuses to release this Job, trying again: ")
	require.Contains(t, recorder.said[0], "not at 2")
}

func TestARefusalIsInTheCondition(t *testing.T) {
	t.Parallel()
	time0, v := clocktesting.NewFakePassiveClock(time.Unix(100, 0)), &varying{}
	c := New(&refuser{refuse: func(string, string) error { return v.err() }}, Options{CrossNamespace: OpenNamespaces, Clock: time0})
	require.NoError(t, c.store.Replace([]any{job("extract", "1", "", complete), job("load", "2", "extract")}, "2"))
	said := func() (gate.Condition, bool) {
		load, d, _ := c.store.decide(lang.Job("n", "load"))
		said, _, news := gate.NextCondition(load, d, time0.Now())
		return said, news
	}
	require.Error(t, c.sync(t.Context(), lang.Job("n", "load")))
	_, news := said()
	require.False(t, news, "the next try may be taken")
	for range 3 {
		require.Error(t, c.sync(t.Context(), lang.Job("n", "load")))
		now, news := said()
		require.True(t, news)
		require.Equal(t, gate.ReasonPatchRefused, now.Reason)
		require.Contains(t, now.Message, "refuses to release this Job, trying again: ")
		require.Contains(t, now.Message, "not at 2", "and not another text each time")
	}
	require.NoError(t, c.store.Update(job("load", "3", "extract", func(j *batchv1.Job) { j.Labels = map[string]string{"a": "b"} })))
	_, news = said()
	require.True(t, news, "a write of others does not make it forgotten")
	require.NoError(t, c.store.Update(job("load", "4", "other")))
	now, _ := said()
	require.Equal(t, gate.ReasonWaiting, now.Reason, "it waits for something else now")
}

func TestARefusalOfAnotherKindIsTold(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"a webhook that is away":    apierrors.NewInternalError(errors.New("failed calling webhook")),
		"a Job that is too large":   tooLargeForEtcd,
		"a request that is":         apierrors.NewRequestEntityTooLargeError("limit is 3145728"),
		"a policy that says no":     apierrors.NewInvalid(schema.GroupKind{}, "load", nil),
		"a right that is not there": (&varying{}).err(),
	} {
		recorder := &fakeRecorder{}
		c := New(&refuser{refuse: func(string, string) error { return err }}, Options{CrossNamespace: OpenNamespaces, Recorder: recorder})
		require.NoError(t, c.store.Replace([]any{job("extract", "1", "", complete), job("load", "2", "extract")}, "2"))
		require.Error(t, c.sync(t.Context(), lang.Job("n", "load")))
		require.Empty(t, recorder.said, name)
		require.Error(t, c.sync(t.Context(), lang.Job("n", "load")))
		require.Len(t, recorder.said, 1, name)
	}
}

// A waiter that takes no outcomes holds no deletion, and is not asked all the time.
func TestAWaiterThatTakesNoOutcomes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err   error
		tries int
	}{
		"it is too large for etcd":          {tooLargeForEtcd, 1},
		"it is too large for the server":    {apierrors.NewRequestEntityTooLargeError("limit is 3145728"), 1},
		"a policy of the user refuses it":   {(&varying{}).err(), mostSaves},
		"a policy says that it is no value": {apierrors.NewInvalid(schema.GroupKind{}, "load", nil), mostSaves},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			time0 := clocktesting.NewFakePassiveClock(time.Unix(100, 0))
			server := &refuser{refuse: func(name, _ string) error {
				if name == "load" {
					return test.err
				}
				return nil
			}}
			recorder := &fakeRecorder{}
			c := New(server, Options{CrossNamespace: OpenNamespaces, Clock: time0, Recorder: recorder})
			require.NoError(t, c.store.Replace([]any{
				job("extract", "1", "", complete, ttl, guarded, goingAway), job("load", "2", "extract, other"),
			}, "2"))
			require.Equal(t, gate.KeepGuard, guarding(c.store, "extract"), "its outcome is still owed")
			for range test.tries - 1 {
				require.Error(t, c.sync(t.Context(), lang.Job("n", "load")))
			}
			require.NoError(t, c.sync(t.Context(), lang.Job("n", "load")))
			require.Equal(t, gate.RemoveGuard, guarding(c.store, "extract"))
			require.Equal(t, 1, c.queue.Len(), "extract is looked at again")
			require.Len(t, recorder.said, 1, recorder.said)
			require.Contains(t, recorder.said[0], "Warning Problem the outcomes of Jobs that are gone cannot be kept on this Job: ")

			tried := len(server.tried)
			require.NoError(t, c.store.Update(job("load", "3", "extract, other", func(j *batchv1.Job) { j.Labels = map[string]string{"a": "b"} })))
			require.NoError(t, c.sync(t.Context(), lang.Job("n", "load")))
			require.Len(t, server.tried, tried, "it is not asked again for a while")
			require.NoError(t, c.sync(t.Context(), lang.Job("n", "extract")))
			require.Len(t, server.tried, tried+1)
			require.NoError(t, c.store.Delete(job("extract", "4", "", complete)))
			require.Equal(t, "waiting: n/other does not exist", decided(t, c.store, "load").Message, "the gate itself has forgotten it")

			time0.SetTime(time0.Now().Add(unsavable))
			server.refuse = func(string, string) error { return nil }
			require.NoError(t, c.sync(t.Context(), lang.Job("n", "load")))
			require.Len(t, server.tried, tried+2)
		})
	}
}

func TestAShortOutageOfAWebhookLosesNoOutcome(t *testing.T) {
	t.Parallel()
	away := true
	server := &refuser{refuse: func(name, _ string) error {
		if name == "load" && away {
			return apierrors.NewInternalError(errors.New("failed calling webhook"))
		}
		return nil
	}}
	c := New(server, Options{CrossNamespace: OpenNamespaces})
	require.NoError(t, c.store.Replace([]any{
		job("extract", "1", "", complete, ttl, guarded, goingAway), job("load", "2", "extract, other"),
	}, "2"))
	for range 5 * mostSaves {
		require.Error(t, c.sync(t.Context(), lang.Job("n", "load")))
		require.Equal(t, gate.KeepGuard, guarding(c.store, "extract"), "its outcome is still owed")
	}
	away = false
	tried := len(server.tried)
	require.NoError(t, c.sync(t.Context(), lang.Job("n", "load")))
	require.Len(t, server.tried, tried+1)
}

// A prerequisite that is too large for our finalizer is released without it.
func TestAPrerequisiteThatIsTooLargeForAFinalizer(t *testing.T) {
	t.Parallel()
	server := &picky{refusal: tooLargeForEtcd}
	c := New(server, Options{CrossNamespace: OpenNamespaces})
	require.NoError(t, c.store.Replace([]any{
		job("extract", "1", "", complete), job("clean", "2", "extract", ttl), job("load", "3", "clean"),
	}, "3"))
	require.NoError(t, c.sync(t.Context(), lang.Job("n", "clean")))
	require.True(t, server.released)
}

// stubborn is an API server that does not let some pods go.
type stubborn struct {
	kubernetes.Interface
	corev1client.CoreV1Interface
	corev1client.PodInterface
	holds func(name string) bool
	mu    sync.Mutex
	tried []string
}

func (s *stubborn) CoreV1() corev1client.CoreV1Interface { return s }

func (s *stubborn) Pods(string) corev1client.PodInterface { return s }

func (s *stubborn) Patch(_ context.Context, name string, _ types.PatchType, _ []byte, _ metav1.PatchOptions, _ ...string) (*corev1.Pod, error) {
	s.mu.Lock() // pods are patched many at once
	defer s.mu.Unlock()
	s.tried = append(s.tried, name)
	if s.holds(name) {
		return nil, apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, name, fmt.Errorf("try %d: not before Monday", len(s.tried)))
	}
	return elementPod(name, false), nil
}

// elementPod returns the pod of element 0 to 9 that is the end of its name.
func elementPod(name string, gated bool) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: "n", Name: name, UID: types.UID(name), ResourceVersion: "5",
		Annotations:     map[string]string{batchv1.JobCompletionIndexAnnotation: name[len(name)-1:]},
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: "load", UID: "uid-load", Controller: ptr.To(true)}},
	}}
	if gated {
		pod.ResourceVersion = "4"
		pod.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
	}
	return pod
}

func elements(j *batchv1.Job) {
	mode := batchv1.IndexedCompletion
	j.Spec.CompletionMode, j.Spec.Completions, j.Spec.Parallelism = &mode, ptr.To[int32](3), ptr.To[int32](3)
}

func TestAPodThatIsRefusedWaitsForItself(t *testing.T) {
	t.Parallel()
	time0, recorder := clocktesting.NewFakePassiveClock(time.Unix(100, 0)), &fakeRecorder{}
	server := &stubborn{holds: func(name string) bool { return name != "p1" }}
	c := New(server, Options{CrossNamespace: OpenNamespaces, Clock: time0, Recorder: recorder, Arrays: true})
	load := job("load", "2", "a[i]", elements, func(j *batchv1.Job) {
		j.Annotations[gate.ReleasedAnnotation] = `{"uid":"uid-load"}`
		j.Spec.Suspend = new(bool)
		j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
	})
	a := job("a", "1", "", elements, complete, func(j *batchv1.Job) { j.Status.CompletedIndexes = "0-2" })
	require.NoError(t, c.store.Replace([]any{a, load}, "2"))
	require.NoError(t, podStore{c.store}.Replace([]any{elementPod("p0", true), elementPod("p1", true), elementPod("p2", true)}, "4"))
	sync := func() []string {
		server.tried = nil
		require.NoError(t, c.sync(t.Context(), lang.Job("n", "load")))
		return server.tried
	}
	require.ElementsMatch(t, []string{"p0", "p1", "p2"}, sync())
	d := decided(t, c.store, "load")
	require.Equal(t, gate.ReasonPatchRefused, d.Reason)
	require.Contains(t, d.Message, "refuses to change 2 of their pods, trying again, element 0: ")
	require.Empty(t, sync(), "nobody is asked before the time")
	require.Empty(t, recorder.said)

	time0.SetTime(time0.Now().Add(2 * time.Second))
	require.ElementsMatch(t, []string{"p0", "p2"}, sync())
	require.Len(t, recorder.said, 1, recorder.said)
	require.Contains(t, recorder.said[0], "Warning PatchRefused the API server refuses to change pods of this Job, trying again: ")

	tries := 0
	for range 600 { // ten minutes
		time0.SetTime(time0.Now().Add(time.Second))
		tries += len(sync())
	}
	require.InDelta(t, 2*600/lastRefusal.Seconds(), tries, 8)
	require.Len(t, recorder.said, 1, "it is told once")

	server.holds = func(string) bool { return false }
	time0.SetTime(time0.Now().Add(lastRefusal))
	require.NotEmpty(t, sync())
	sync()
	require.Equal(t, gate.ReasonMet, decided(t, c.store, "load").Reason)
}

// A watch that is answered 503 goes on from where it was: a list does not say how
// those ended that are gone.
func TestAWatchThatIsAnswered503IsNotListedAnew(t *testing.T) {
	t.Parallel()
	var lists, watches int
	arrived := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		query := r.URL.Query()
		switch {
		case query.Get("watch") == "" || query.Get("sendInitialEvents") != "":
			if query.Get("watch") != "" {
				http.Error(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","code":422}`, http.StatusUnprocessableEntity)
				return
			}
			lists++
			fmt.Fprint(w, `{"kind":"JobList","apiVersion":"batch/v1","metadata":{"resourceVersion":"7"},"items":[]}`)
		default:
			if watches++; watches <= 3 {
				http.Error(w, "no backend", http.StatusServiceUnavailable)
				return
			}
			arrived <- query.Get("resourceVersion")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	}))
	t.Cleanup(server.Close)
	client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL})
	require.NoError(t, err)
	c := New(client, Options{CrossNamespace: OpenNamespaces})
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	go c.reflector(klog.Background()).RunWithContext(ctx)
	require.Equal(t, "7", <-arrived)
	cancel()
	require.Equal(t, 1, lists)
}
