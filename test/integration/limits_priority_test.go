package integration

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
)

// class makes a PriorityClass, in place of the one that is there: its value cannot be changed.
func (s *space) class(name string, value int32) {
	s.t.Helper()
	classes := s.client.SchedulingV1().PriorityClasses()
	_ = classes.Delete(s.t.Context(), name, metav1.DeleteOptions{})
	_, err := classes.Create(s.t.Context(), &schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Value: value}, metav1.CreateOptions{})
	require.NoError(s.t, err)
}

func aPriorityClassDecides(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	ofClass := func(name string) change {
		return func(j *batchv1.Job) { j.Spec.Template.Spec.PriorityClassName = s.name + name }
	}
	s.limits(map[string]string{"licence": "1"})
	s.class(s.name+"-a", 10)
	s.class(s.name+"-b", 20)
	s.make("user", "", uses("licence"), untilTold)
	s.runs("user")
	s.make("one", "", uses("licence"), ofClass("-a"), untilTold)
	s.make("two", "", uses("licence"), ofClass("-b"), untilTold)
	s.make("says", "", uses("licence"), ofClass("-b"), annotate(gate.PriorityAnnotation, "15"))
	for _, name := range []string{"one", "two", "says"} {
		s.saysOf(name, "waiting for tokens")
	}
	_, jobs := s.line("licence")
	require.Equal(t, []string{s.name + "/two", s.name + "/says", s.name + "/one"}, jobs)
	s.class(s.name+"-a", 30)
	_, jobs = s.line("licence")
	require.Equal(t, []string{s.name + "/one", s.name + "/two", s.name + "/says"}, jobs)
	s.settle() // Jobs go all the way through the gate, in which time it hears of a class
	s.tell("user")
	s.runs("one")
	restart() // which reads the classes before it gives anything
	s.class(s.name+"-b", 12)
	s.settle()
	s.tell("one")
	s.completes("says") // two would run until it is told to end
	s.tell("two")
	s.completes("two")
	require.Equal(t, int64(1), s.most())
}

func theRankDecides(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	s.limits(map[string]string{"licence": "1"})
	s.make("slow-1", "", runsFor("4s"))
	s.completes("slow-1")
	s.make("user", "", uses("licence"), untilTold)
	s.runs("user")
	s.make("after-one", "one", annotate("depctl.dev/expected-duration", "2s"))
	s.make("slow-2", "two") // whose like took longer
	s.make("one", "", uses("licence"))
	s.saysOf("one", "waiting for tokens")
	s.make("two", "", uses("licence"))
	s.saysOf("two", "waiting for tokens")
	_, jobs := s.line("licence")
	require.Equal(t, []string{s.name + "/two", s.name + "/one"}, jobs)
	s.tell("user")
	s.completes("two", "one")
	require.False(t, s.get("one").Status.StartTime.Before(s.get("two").Status.CompletionTime))
	require.Equal(t, "3", s.get("one").Annotations[gate.RankAnnotation])
	two, err := strconv.Atoi(s.get("two").Annotations[gate.RankAnnotation])
	require.NoError(t, err)
	require.GreaterOrEqual(t, two, 1+4)
}
