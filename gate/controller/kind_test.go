package controller

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	metadatafake "k8s.io/client-go/metadata/fake"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/gate/lookup"
	"depctl.dev/lang"
)

var widgetResource = schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "widgets"}

func aWidget(name string, up bool, labels map[string]any) *unstructured.Unstructured {
	ready := "False"
	if up {
		ready = "True"
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Widget",
		"metadata": map[string]any{"namespace": "n", "name": name, "uid": "uid-" + name, "labels": labels},
		"status":   map[string]any{"conditions": []any{map[string]any{"type": "Ready", "status": ready}}},
	}}
}

// widgets has a store look up widgets of a cluster of fakes, which is returned, from when run is
// called until the test ends.
func widgets(t *testing.T, s *store) (objects *dynamicfake.FakeDynamicClient, run func()) {
	t.Helper()
	scheme := runtime.NewScheme()
	metav1.AddMetaToScheme(scheme)
	objects = dynamicfake.NewSimpleDynamicClientWithCustomListKinds(scheme, map[schema.GroupVersionResource]string{
		widgetResource: "WidgetList", {Group: "apps", Version: "v1", Resource: "deployments"}: "DeploymentList",
	})
	s.kinds.others = lookup.New(lookup.Clients{
		Dynamic: objects, Metadata: metadatafake.NewSimpleMetadataClient(scheme),
		Resources: func(context.Context, string) (*metav1.APIResourceList, error) {
			return &metav1.APIResourceList{
				GroupVersion: "example.com/v1", APIResources: []metav1.APIResource{{Name: "widgets", SingularName: "widget", Namespaced: true}},
			}, nil
		},
	}, s, clock.RealClock{})
	return objects, func() {
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.kinds.others.Run(ctx)
		}()
		t.Cleanup(func() {
			stop()
			<-done
		})
	}
}

func TestAJobWaitsForAnObjectOfAnotherKind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, asked := recordingStore()
		client, run := widgets(t, s)
		objects := client.Resource(widgetResource).Namespace("n")
		require.NoError(t, s.Replace([]any{
			job("one", "1", "widget.example.com:db"), job("set", "2", "widget.example.com:{app=x}"), job("none", "3", "exists(widget.example.com:db)"), job("other", "4", "ready(gadget:db) or never"),
		}, "4"))
		require.Contains(t, decided(t, s, "one").Message, "asking the API server for widget.example.com db", "what exists is not known yet")
		require.Contains(t, decided(t, s, "other").Message, `there is no kind "gadget"`)
		asked()

		run()
		synctest.Wait()
		require.Equal(t, "none one set", asked(), "now it is known that there is none")
		require.Contains(t, decided(t, s, "one").Message, "widget.example.com:n/db does not exist")
		made, err := objects.Create(t.Context(), aWidget("db", false, nil), metav1.CreateOptions{})
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, gate.Waiting, decided(t, s, "one").Action)
		require.Equal(t, gate.Releasing, decided(t, s, "none").Action)
		made.Object["status"] = aWidget("db", true, nil).Object["status"]
		_, err = objects.Update(t.Context(), made, metav1.UpdateOptions{})
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, gate.Releasing, decided(t, s, "one").Action)
		require.Equal(t, gate.Waiting, decided(t, s, "set").Action)

		_, err = objects.Create(t.Context(), aWidget("web", true, map[string]any{"app": "x"}), metav1.CreateOptions{})
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, gate.Releasing, decided(t, s, "set").Action)
		require.NoError(t, objects.Delete(t.Context(), "db", metav1.DeleteOptions{}))
		synctest.Wait()
		require.Equal(t, gate.Waiting, decided(t, s, "one").Action)

		// Where the last Job that names it goes, so does the watch.
		require.NoError(t, s.Replace(nil, "5"))
		synctest.Wait()
		require.Len(t, s.kinds.others.Open(), 1)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		require.Empty(t, s.kinds.others.Open())
		require.Zero(t, s.graph.Len())
	})
}

// The right to look at an object of another namespace is that to its own resource.
func TestTheRightsOfAKindAreItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := recordingStore()
		_, run := widgets(t, s)
		run()
		load := job("load", "1", "widget.example.com:own/db, own/db, deploy:own/db, namespace:own, (ready(gadget:own/db) or never)")
		e := s.parse(gate.Observe(load))
		require.Len(t, e.questions, 3, "where widgets are is not known yet, and nobody asks about a kind that nobody knows")
		require.NoError(t, s.Replace([]any{load}, "1"))
		synctest.Wait()
		e = s.entries[lang.Job("n", "load")]
		require.Len(t, e.questions, 4)
		found := gate.About(e.questions, lang.Ref{Kind: "widget.example.com", Namespace: "own", Name: "db"})
		require.Len(t, found, 1)
		require.Equal(t, "widgets", found[0].Review().Spec.ResourceAttributes.Resource)
		require.Equal(t, "example.com", found[0].Review().Spec.ResourceAttributes.Group)
		require.Contains(t, found[0].Grant(), "--resource=widgets.example.com --resource-name=db")
		found = gate.About(e.questions, lang.Ref{Kind: "namespace", Name: "own"})
		require.Len(t, found, 1)
		require.Empty(t, found[0].Review().Spec.ResourceAttributes.Namespace)
		require.Contains(t, found[0].Grant(), "kubectl create clusterrole n:default:get:own:namespace --verb=get --resource=namespaces --resource-name=own && kubectl create clusterrolebinding")
	})
}

// What ended without saying when ended when that was first seen, and never since before that.
func TestADelayCountsFromWhenAnEndWasSeen(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	ref := lang.Ref{Kind: "workflow", Namespace: "n", Name: "w"}
	put := func(o *lang.Object) {
		s.Apply(func(b lookup.Board) { b.Set(ref, o, nil) })
	}
	put(&lang.Object{UID: "1", Outcome: lang.Succeeded})
	require.Equal(t, time.Unix(100, 0), s.graph.Object(ref).Finished)
	said := time.Unix(50, 0)
	put(&lang.Object{UID: "2", Outcome: lang.Succeeded, Finished: said})
	require.Equal(t, said, s.graph.Object(ref).Finished)
	put(&lang.Object{UID: "2", Outcome: lang.Succeeded})
	require.Equal(t, said, s.graph.Object(ref).Finished)
}
