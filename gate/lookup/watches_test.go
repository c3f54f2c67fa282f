package lookup

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/metadata"
	metadatafake "k8s.io/client-go/metadata/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// client-go slows errors down by a sleep until a time of the real clock, which never comes where
// time is that of a test.
func TestMain(m *testing.M) {
	utilruntime.ErrorHandlers = utilruntime.ErrorHandlers[:1]
	os.Exit(m.Run())
}

// notes is a board that remembers.
type notes struct {
	mu      sync.Mutex
	there   map[lang.Ref]*lang.Object
	gone    []string
	retold  map[string]bool
	objects int
}

func (n *notes) Apply(do func(Board)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	do(n)
}

func (n *notes) Set(ref lang.Ref, o *lang.Object, _ map[string]string) {
	n.there[ref] = o
	n.objects++
}

func (n *notes) Remove(ref lang.Ref, gone bool) {
	delete(n.there, ref)
	if gone {
		n.gone = append(n.gone, ref.String())
	}
}

func (n *notes) Retell(job lang.Ref) { n.retold[job.Name] = true }

// state says which objects are on the board, in words.
func (n *notes) state() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []string
	for ref, o := range n.there {
		words := ref.String()
		switch {
		case o.Outcome == lang.Succeeded:
			words += " succeeded"
		case o.Ready:
			words += " ready"
		}
		all = append(all, words)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// field is a cluster of fakes with Watches on it.
type field struct {
	*Watches
	*notes
	dynamic  *dynamicfake.FakeDynamicClient
	metadata *metadatafake.FakeMetadataClient
	// groups are the API groups that the cluster has beside those of Kubernetes.
	groups map[string]*metav1.APIResourceList
}

var (
	pods        = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	slicesOf    = schema.GroupVersionResource{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"}
	widgets     = schema.GroupVersionResource{Group: "example.com", Version: "v2", Resource: "widgets"}
	widgetGroup = &metav1.APIResourceList{GroupVersion: "example.com/v2", APIResources: []metav1.APIResource{
		{Name: "widgets", SingularName: "widget", Namespaced: true}, {Name: "worlds", SingularName: "world"},
	}}
)

// newField runs Watches until the test ends.
func newField(t *testing.T) *field {
	t.Helper()
	scheme := runtime.NewScheme()
	metav1.AddMetaToScheme(scheme)
	f := &field{
		notes: &notes{there: map[lang.Ref]*lang.Object{}, retold: map[string]bool{}},
		dynamic: dynamicfake.NewSimpleDynamicClientWithCustomListKinds(scheme, map[schema.GroupVersionResource]string{
			pods: "PodList", slicesOf: "EndpointSliceList", widgets: "WidgetList",
		}),
		metadata: metadatafake.NewSimpleMetadataClient(scheme),
		groups:   map[string]*metav1.APIResourceList{},
	}
	f.Watches = New(Clients{Dynamic: f.dynamic, Metadata: metadata.Interface(f.metadata), Resources: func(_ context.Context, group string) (*metav1.APIResourceList, error) {
		f.notes.mu.Lock()
		defer f.notes.mu.Unlock()
		if list := f.groups[group]; list != nil {
			return list, nil
		}
		return nil, apierrors.NewNotFound(schema.GroupResource{Resource: group}, "")
	}}, f.notes, clock.RealClock{})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.Run(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	return f
}

func ref(text string) lang.Ref {
	kind, name, _ := strings.Cut(text, ":")
	return lang.Ref{Kind: kind, Namespace: "n", Name: name}
}

func refs(texts ...string) []lang.Ref {
	list := make([]lang.Ref, len(texts))
	for i, text := range texts {
		list[i] = ref(text)
	}
	return list
}

func object(kind, version, name string, status map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": version, "kind": kind, "status": status,
		"metadata": map[string]any{"namespace": "n", "name": name, "uid": "uid-" + name},
	}}
}

func pod(name, phase string) *unstructured.Unstructured {
	return object("Pod", "v1", name, map[string]any{"phase": phase})
}

func (f *field) create(t *testing.T, at schema.GroupVersionResource, o *unstructured.Unstructured) {
	t.Helper()
	_, err := f.dynamic.Resource(at).Namespace("n").Create(t.Context(), o, metav1.CreateOptions{})
	require.NoError(t, err)
}

func problem(w *Watches, text string) string {
	if p := w.Problem(ref(text)); p != nil {
		return string(p.Code) + ": " + p.Message
	}
	return ""
}

func TestOnlyWhatIsNamedIsWatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newField(t)
		f.create(t, pods, pod("a", "Succeeded"))
		f.create(t, pods, pod("b", "Running"))
		synctest.Wait()
		require.Empty(t, f.Open())
		require.Contains(t, problem(f.Watches, "pod:a"), "unasked: asking the API server for pod a")

		f.Want(lang.Job("n", "one"), refs("pod:a"))
		synctest.Wait()
		require.Equal(t, map[string]int{"pod": 1}, f.Open())
		require.Empty(t, problem(f.Watches, "pod:a"))
		require.NotEmpty(t, problem(f.Watches, "pod:b"))
		require.True(t, f.retold["one"])
		require.Contains(t, f.state(), "pod:n/a succeeded")

		f.Want(lang.Job("n", "two"), refs("pod:*"))
		synctest.Wait()
		require.Equal(t, map[string]int{"pod": 1}, f.Open(), "one watch for all")
		require.Empty(t, problem(f.Watches, "pod:b"))
		require.Equal(t, "pod:n/a succeeded, pod:n/b", f.state())
		require.Empty(t, f.gone)

		require.NoError(t, f.dynamic.Resource(pods).Namespace("n").Delete(t.Context(), "b", metav1.DeleteOptions{}))
		synctest.Wait()
		require.Equal(t, []string{"pod:n/b"}, f.gone)

		f.Forget(lang.Job("n", "one"), refs("pod:a"))
		f.Forget(lang.Job("n", "two"), refs("pod:*"))
		time.Sleep(idleTime - time.Second)
		synctest.Wait()
		require.Equal(t, map[string]int{"pod": 1}, f.Open(), "it stays for a minute")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Empty(t, f.Open())
		require.Empty(t, f.state(), "nobody looks at it any more")
		require.Len(t, f.gone, 1, "which is not that it went")
	})
}

func TestManyNamesShareAWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newField(t)
		for i := range mostSingle {
			f.Want(lang.Job("n", "one"), refs(fmt.Sprintf("pod:p%d", i)))
		}
		synctest.Wait()
		require.Equal(t, map[string]int{"pod": mostSingle}, f.Open())
		f.Want(lang.Job("n", "one"), refs("pod:another"))
		synctest.Wait()
		require.Equal(t, map[string]int{"pod": 1}, f.Open())
		f.create(t, pods, pod("p3", "Succeeded"))
		synctest.Wait()
		require.Equal(t, "pod:n/p3 succeeded", f.state())
	})
}

// A name that nobody names any more loses its watch after a minute, and another keeps its own.
func TestANameThatIsForgottenLosesItsWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newField(t)
		f.create(t, pods, pod("a", "Running"))
		f.create(t, pods, pod("b", "Running"))
		f.Want(lang.Job("n", "one"), refs("pod:a", "pod:b"))
		synctest.Wait()
		f.Forget(lang.Job("n", "one"), refs("pod:a"))
		time.Sleep(idleTime + time.Second)
		synctest.Wait()
		require.Equal(t, map[string]int{"pod": 1}, f.Open())
		require.Equal(t, "pod:n/b", f.state())
		f.Want(lang.Job("n", "two"), refs("pod:a"))
		synctest.Wait()
		require.Equal(t, "pod:n/a, pod:n/b", f.state())
	})
}

func TestAServiceIsReadyByItsEndpoints(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newField(t)
		f.Want(lang.Job("n", "one"), refs("service:db"))
		synctest.Wait()
		service := &metav1.PartialObjectMetadata{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Service"}, ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: "db", UID: "1"},
		}
		services := schema.GroupVersionResource{Version: "v1", Resource: "services"}
		require.NoError(t, f.metadata.Tracker().Create(services, service, "n"))
		synctest.Wait()
		require.Equal(t, "service:n/db", f.state())

		slice := object("EndpointSlice", "discovery.k8s.io/v1", "db-1", nil)
		slice.SetLabels(map[string]string{"kubernetes.io/service-name": "db"})
		slice.Object["endpoints"] = []any{map[string]any{"conditions": map[string]any{"ready": false}}}
		f.create(t, slicesOf, slice)
		synctest.Wait()
		require.Equal(t, "service:n/db", f.state())
		slice.Object["endpoints"] = []any{map[string]any{"addresses": []any{"10.0.0.1"}}}
		_, err := f.dynamic.Resource(slicesOf).Namespace("n").Update(t.Context(), slice, metav1.UpdateOptions{})
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, "service:n/db ready", f.state())
		require.NoError(t, f.dynamic.Resource(slicesOf).Namespace("n").Delete(t.Context(), "db-1", metav1.DeleteOptions{}))
		synctest.Wait()
		require.Equal(t, "service:n/db", f.state())
	})
}

func TestWhatCannotBeLookedUpIsSaidAndTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newField(t)
		barred := true
		f.dynamic.PrependReactor("list", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
			return barred, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "", fmt.Errorf("no right"))
		})
		f.Want(lang.Job("n", "one"), refs("pod:a", "widget.example.com:w"))
		synctest.Wait()
		require.Contains(t, problem(f.Watches, "pod:a"), `unwatched: this gate may not list and watch pods: give it the right by a ClusterRole with the label depctl.dev/aggregate-to-gate: "true"`)
		require.Equal(t, "unwatched: this cluster has no kind widget.example.com: it has no API group example.com; install what brings it", problem(f.Watches, "widget.example.com:w"))
		require.Equal(t, `unknown-kind: there is no kind "poda"; did you mean "pod"?`, problem(f.Watches, "poda:a"))
		require.True(t, f.retold["one"])

		clear(f.retold)
		barred = false
		f.notes.mu.Lock()
		f.groups["example.com"] = widgetGroup
		f.notes.mu.Unlock()
		f.create(t, widgets, object("Widget", "example.com/v2", "w", map[string]any{"conditions": []any{map[string]any{"type": "Ready", "status": "True"}}}))
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Empty(t, problem(f.Watches, "pod:a"))
		require.Empty(t, problem(f.Watches, "widget.example.com:w"))
		require.True(t, f.retold["one"])
		require.Equal(t, "widget.example.com:n/w ready", f.state())
		at, known := f.Resource("widget.example.com")
		require.True(t, known)
		require.Equal(t, widgets, at)

		f.Want(lang.Job("n", "one"), refs("world.example.com:w", "gadget.example.com:w"))
		synctest.Wait()
		require.Contains(t, problem(f.Watches, "world.example.com:w"), "objects of kind world.example.com are in no namespace")
		require.Contains(t, problem(f.Watches, "gadget.example.com:w"), "this cluster has no kind gadget.example.com: example.com/v2 has no resource gadget")
	})
}

// A person has no rights in all namespaces, and other words for those that are missing.
func TestSetsOfAPersonAreLookedUpInOneNamespace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newField(t)
		f.clients.Namespace = "n"
		f.clients.Forbidden = func(_ context.Context, at schema.GroupResource) string { return "you may not see " + at.String() }
		var heard []string
		f.clients.Heard = func(request string, err error) {
			f.notes.mu.Lock()
			defer f.notes.mu.Unlock()
			heard = append(heard, fmt.Sprint(request, " ", err))
		}
		answers := map[string]error{"widgets": apierrors.NewForbidden(schema.GroupResource{Resource: "widgets"}, "", nil)}
		f.groups["example.com"] = widgetGroup
		f.dynamic.PrependReactor("list", "*", func(a clienttesting.Action) (bool, runtime.Object, error) {
			require.Equal(t, "n", a.GetNamespace())
			err := answers[a.GetResource().Resource]
			return err != nil, nil, err
		})
		answers["pods"] = apierrors.NewServiceUnavailable("later")
		f.create(t, pods, pod("a", "Succeeded"))
		f.Want(lang.Job("n", "one"), refs("pod:*"))
		synctest.Wait()
		require.Equal(t, "pods n/ later", heard[len(heard)-1])
		require.Contains(t, problem(f.Watches, "pod:*"), "unasked")

		delete(answers, "pods")
		f.Want(lang.Job("n", "one"), refs("widget.example.com:w"))
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, "pod:n/a succeeded", f.state())
		require.Contains(t, heard, "pods n/ <nil>")
		require.Contains(t, heard, "widgets n/w <nil>", "a refusal is an answer")
		require.Equal(t, "unwatched: you may not see widgets.example.com", problem(f.Watches, "widget.example.com:w"))
	})
}

func TestADeploymentThatTheGateHasGivenUpCountsAsSkipped(t *testing.T) {
	t.Parallel()
	k, _ := kind.Of(kind.Deployment)
	web := func(label, reason string) *lang.Object {
		o := object("Deployment", "apps/v1", "web", map[string]any{"conditions": []any{
			map[string]any{"type": string(gate.ConditionType), "status": "False", "reason": reason, "message": "migrate failed"},
		}})
		o.SetLabels(map[string]string{label: "true"})
		o.SetAnnotations(map[string]string{gate.DependsOnAnnotation: "migrate"})
		o.Object["spec"] = map[string]any{"paused": true}
		return Observe(k, o)
	}
	require.Equal(t, lang.Skipped, web(gate.HeldLabel, gate.ReasonDependencyFailed).Outcome)
	require.Equal(t, lang.Undecided, web(gate.HeldLabel, gate.ReasonWaiting).Outcome)
	require.Equal(t, lang.Undecided, web("app", gate.ReasonDependencyFailed).Outcome, "the gate does not hold it")
}
