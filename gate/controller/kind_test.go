package controller

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// widget is a kind that only this test knows.
func widget() gate.Kind {
	return gate.Kind{
		Name: "widget", Resource: schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "widgets"},
		Observe: func(o *unstructured.Unstructured) (*lang.Object, error) {
			up, _, err := unstructured.NestedBool(o.Object, "status", "up")
			return &lang.Object{Started: true, Ready: up}, err
		},
	}
}

func aWidget(name string, up bool, labels map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"metadata": map[string]any{"namespace": "n", "name": name, "uid": "uid-" + name, "labels": labels},
		"status":   map[string]any{"up": up},
	}}
}

func TestAJobWaitsForAnObjectOfAKindThatIsPassedIn(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	s.watchKinds(gate.Kinds{widget()})
	widgets := newKindStore(s, s.kinds[0])
	require.NoError(t, s.Replace([]any{
		job("one", "1", "ready(widget:db)"), job("set", "2", "ready(widget:{app=x})"), job("none", "3", "exists(widget:db)"), job("other", "4", "ready(gadget:db)"),
	}, "4"))
	for _, name := range []string{"one", "none"} {
		d := decided(t, s, name)
		require.Equal(t, gate.Waiting, d.Action, "what exists is not known yet")
		require.Contains(t, d.Message, `asking the API server for the objects of kind "widget"`)
	}
	require.Contains(t, decided(t, s, "other").Message, `kind "gadget", only job, widget`)
	asked()

	require.NoError(t, widgets.Replace([]any{aWidget("db", false, nil)}, "1"))
	require.Equal(t, "none one other set", asked())
	require.Equal(t, gate.Waiting, decided(t, s, "one").Action)
	require.NoError(t, widgets.Update(aWidget("db", true, nil)))
	require.Equal(t, gate.Releasing, decided(t, s, "one").Action)
	require.Equal(t, gate.Waiting, decided(t, s, "set").Action)

	require.NoError(t, widgets.Add(aWidget("web", true, map[string]any{"app": "x"})))
	require.Equal(t, gate.Releasing, decided(t, s, "set").Action)
	require.NoError(t, widgets.Delete(aWidget("db", true, nil)))
	require.Equal(t, gate.Waiting, decided(t, s, "one").Action)
	require.NoError(t, widgets.Replace(nil, "2"))
	require.Equal(t, gate.Waiting, decided(t, s, "set").Action, "it went while the watch was lost")
	require.Error(t, widgets.Add(job("one", "1", "")), "what the watch sends must be of the kind")
}

// The right to look at an object of another namespace is that to its own resource.
func TestTheRightsOfAKindAreItsOwn(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	s.watchKinds(gate.Kinds{widget()})
	e := s.parse(gate.Observe(job("load", "1", "widget:own/db, own/db, ready(gadget:own/db)")))
	require.Len(t, e.questions, 2, "nobody asks about a kind that nobody knows")
	jobs, widgets := e.questions[0], e.questions[1]
	require.Equal(t, "jobs", jobs.Review().Spec.ResourceAttributes.Resource)
	require.Equal(t, "widgets", widgets.Review().Spec.ResourceAttributes.Resource)
	require.Equal(t, "example.com", widgets.Review().Spec.ResourceAttributes.Group)
	require.Contains(t, widgets.Grant(), "--resource=widgets.example.com --resource-name=db")
	require.NotEqual(t, jobs.Grant(), widgets.Grant())
	require.Equal(t, []gate.Question{widgets}, gate.About(e.questions, lang.Ref{Kind: "widget", Namespace: "own", Name: "db"}))
}
