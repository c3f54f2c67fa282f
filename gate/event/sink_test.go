package event

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func TestSinkTellsWarningsAtOnceAndDropsTheRest(t *testing.T) {
	t.Parallel()
	warnings, others := fake.NewClientset(), fake.NewClientset()
	s := newSink(warnings.EventsV1(), others.EventsV1(), 1)
	event := func(name, kind string) *eventsv1.Event {
		return &eventsv1.Event{ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: name}, Type: kind}
	}
	send := func(e *eventsv1.Event) {
		_, err := s.Create(t.Context(), e)
		require.NoError(t, err)
	}
	send(event("released", corev1.EventTypeNormal))
	s.places <- struct{}{} // somebody waits
	send(event("dropped", corev1.EventTypeNormal))
	send(event("broken", corev1.EventTypeWarning))
	for range mostWarnings { // of another namespace, still under way
		require.True(t, s.warn("evil", 1))
	}
	flood := event("flood", corev1.EventTypeWarning)
	flood.Namespace = "evil"
	send(flood)
	names := func(c *fake.Clientset) (all []string) {
		list, err := c.EventsV1().Events("n").List(t.Context(), metav1.ListOptions{})
		require.NoError(t, err)
		for _, e := range list.Items {
			all = append(all, e.Name)
		}
		return all
	}
	require.Equal(t, []string{"released"}, names(others))
	require.Equal(t, []string{"broken"}, names(warnings))
	list, err := warnings.EventsV1().Events("evil").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Empty(t, list.Items, "a namespace with very many warnings")
}
