package integration

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
)

// A text that is long and no list of names is read by a decider, from the API server.
func TestALongTextIsReadAndFollowed(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	text := func(name string) string { return "(never or " + name + ")" + strings.Repeat(" ", 9<<10) }
	s.make("load", text("extract"))
	s.make("wrong", text("extract and and"))
	s.warning("wrong", gate.ReasonInvalidExpression)
	s.held("load")
	s.make("extract", "")
	s.completes("extract", "load")

	s.patch("wrong", fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, gate.DependsOnAnnotation, text("load")))
	s.completes("wrong")
}

// A Job that has no room in what the gate keeps for its namespace is held and says so,
// and runs when others make room.
func TestAJobWithoutRoomRunsWhenThereIsSome(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	sets := func(prefix string) string {
		all := make([]string, 700)
		for i := range all {
			all[i] = fmt.Sprintf("%s%d-* >= 1", prefix, i)
		}
		return "extract or (" + strings.Join(all, " and ") + ")"
	}
	s.make("one", sets("a"))
	s.held("one")
	s.make("two", sets("b"))
	require.Contains(t, s.warning("two", gate.ReasonProblem).Note, "--namespace-memory")
	s.remove("one")
	s.make("extract", "")
	s.completes("extract", "two")
}
