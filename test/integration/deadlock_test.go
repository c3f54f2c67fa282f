package integration

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
)

func TestADeadlockIsReportedOnEveryJobInIt(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("a", "b")
	s.make("b", "c, x")
	s.make("c", "a")
	s.make("behind", "c")
	for _, name := range []string{"a", "b", "c"} {
		require.Equal(t, "held in a deadlock: "+s.name+"/a waits for "+s.name+"/b, which waits for "+s.name+"/c, which waits for "+s.name+"/a; "+
			"edit one of the annotations", s.warning(name, gate.ReasonDependencyCycle).Note)
	}
	s.make("x", "")
	s.completes("x")
	s.held("a")
	s.held("behind")
	s.patch("b", `{"metadata":{"annotations":{"depctl.dev/depends-on":"x"}}}`)
	s.completes("a", "b", "c", "behind")
}

func TestAWayAroundACycleIsNoDeadlock(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("a", "b or free")
	s.make("b", "a")
	s.held("a")
	s.make("free", "")
	s.completes("a", "b")
}
