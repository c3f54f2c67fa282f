package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/rest"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// A kind that is passed in is drawn, and no other package knows it.
func TestAKindThatIsPassedInIsDrawn(t *testing.T) {
	widgets := schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "widgets"}
	widget := func(namespace, name string, up bool) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "example.com/v1", "kind": "Widget", "status": map[string]any{"up": up},
			"metadata": map[string]any{"namespace": namespace, "name": name, "uid": "uid-" + name},
		}}
	}
	objects := dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(),
		map[schema.GroupVersionResource]string{widgets: "WidgetList"}, widget("etl", "db", true), widget("etl", "cache", false))
	f := clusterFactory(t, nightCluster([]runtime.Object{
		fakeJob("load", "ready(widget:db)"), fakeJob("wait", "ready(widget:cache), ready(widget:none), gadget:x"),
	}, true), command.Terminal{Width: 100})
	f.NewObjects = func(*rest.Config) (dynamic.Interface, error) { return objects, nil }
	f.Kinds = gate.Kinds{{
		Name: "widget", Resource: widgets,
		Observe: func(o *unstructured.Unstructured) (*lang.Object, error) {
			up, _, err := unstructured.NestedBool(o.Object, "status", "up")
			return &lang.Object{Started: true, Ready: up}, err
		},
	}}

	stdout, stderr, code := runDepctl(f, "", "graph", "-n", "etl", "-o", "tree")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "widget:db")
	require.Regexp(t, `widget:db +\S* *running`, stdout)
	require.Regexp(t, `widget:cache +\S* *pending`, stdout)
	require.Regexp(t, `widget:none +\S* *missing`, stdout)
	require.Regexp(t, `gadget:x +\S* *unknown`, stdout)
}
