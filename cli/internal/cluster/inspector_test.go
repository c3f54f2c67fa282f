package cluster

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/checkup"
	"depctl.dev/gate"
)

func TestTheRightsThatTheGateNeedsHangOnItsFlags(t *testing.T) {
	t.Parallel()
	limits, classes := right{resource: "configmaps", name: gate.LimitsName}, right{group: "scheduling.k8s.io", resource: "priorityclasses"}
	status := right{resource: "pods", subresource: "status"}
	plain, full := rightsOf(checkup.Facts{}), rightsOf(checkup.Facts{Arrays: true, Limits: true})
	for _, r := range []right{limits, classes, status} {
		require.NotContains(t, plain, r)
	}
	require.Equal(t, []string{"list", "watch"}, full[limits])
	require.Equal(t, []string{"list", "watch"}, full[classes])
	require.Equal(t, []string{"patch"}, full[status])
	require.Contains(t, full[right{resource: "pods"}], "patch")
	require.NotContains(t, plain[right{resource: "pods"}], "patch")
}
