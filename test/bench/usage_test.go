package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBusyIsAllButIdle(t *testing.T) {
	t.Parallel()
	require.Equal(t, 340*time.Millisecond, busy("cpu  10 1 20 1000 500 0 3 0 7 0\ncpu0 1 1 1 1 1\n"))
	require.Zero(t, busy(""))
}
