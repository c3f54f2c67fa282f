package sandbox_test

import (
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/test/sandbox"
)

func TestNothingOutlivesStop(t *testing.T) {
	t.Parallel()
	s, err := sandbox.Start(t.Context(), sandbox.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop()) })
	parts := s.Parts()
	require.Len(t, parts, 5)

	require.NoError(t, s.Stop())
	require.NoError(t, s.Stop(), "stopping twice")
	require.Empty(t, s.Parts())
	for _, part := range parts {
		require.ErrorIs(t, syscall.Kill(part.PID, 0), syscall.ESRCH, "%s", part.Name)
		_, err := net.Dial("tcp", part.Address)
		require.ErrorIs(t, err, syscall.ECONNREFUSED, "%s", part.Name)
	}
	require.NoDirExists(t, s.Dir())
	require.Error(t, s.Restart(t.Context(), sandbox.Etcd))
	_, err = s.Kubectl(t.Context(), nil, "version")
	require.Error(t, err)
}
