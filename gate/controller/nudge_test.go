package controller

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
)

func TestAJobIsNudgedAgainOnlyIfThatDidNotHelp(t *testing.T) {
	t.Parallel()
	at := time.Unix(100, 0)
	first := gate.Job{UID: "a"}
	again := gate.Job{UID: "a", Nudging: gate.Nudging{Again: true}}
	n := &nudged{}
	require.True(t, n.isDue(first, true, at), "a first nudge is always due")
	require.False(t, n.isDue(again, true, at), "a gate that has just started knows of no first one")
	n.add(first, at)
	require.False(t, n.isDue(again, true, at.Add(gate.SecondNudge-1)), "it may have helped")
	require.True(t, n.isDue(again, true, at.Add(gate.SecondNudge)))
	require.False(t, n.isDue(again, true, at.Add(time.Hour)), "there is no third")
	n.add(first, at)
	require.False(t, n.isDue(again, false, at), "it is over")
	require.Empty(t, n.at, "nothing is kept of it")
}
