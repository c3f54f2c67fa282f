package integration

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"depctl.dev/gate"
	"depctl.dev/gate/controller"
	"depctl.dev/lang"
	"depctl.dev/test/sandbox"
)

// marker is a kind that only this test knows: a ConfigMap that says how it stands.
var marker = gate.Kind{
	Name: "marker", Resource: corev1.SchemeGroupVersion.WithResource("configmaps"),
	Observe: func(o *unstructured.Unstructured) (*lang.Object, error) {
		state, _, err := unstructured.NestedString(o.Object, "data", "state")
		return &lang.Object{Started: true, Ready: state == "up"}, err
	},
}

// A kind is one entry that is passed in: the gate waits for it as for Jobs.
func TestAGateWaitsForAKindThatIsPassedIn(t *testing.T) {
	t.Parallel()
	c, err := startCluster(t.Context(), sandbox.Base)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Stop()) })
	objects, err := dynamic.NewForConfig(c.Config())
	require.NoError(t, err)
	own := controller.New(c.client, controller.Options{Kinds: gate.Kinds{marker}, Dynamic: objects})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{}, 2)
	go func() { own.Watch(ctx); done <- struct{}{} }()
	go func() { own.Lead(ctx); done <- struct{}{} }()
	t.Cleanup(func() {
		stop()
		<-done
		<-done
	})

	s := c.namespace(t)
	maps := c.client.CoreV1().ConfigMaps(s.name)
	s.make("load", "ready(marker:db)")
	s.held("load")
	made, err := maps.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "db"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	s.held("load")
	made.Data = map[string]string{"state": "up"}
	_, err = maps.Update(t.Context(), made, metav1.UpdateOptions{})
	require.NoError(t, err)
	s.completes("load")
	require.NoError(t, maps.Delete(t.Context(), "db", metav1.DeleteOptions{}))
	s.make("late", "ready(marker:db)")
	s.held("late")
}
