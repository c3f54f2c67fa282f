package snapshot

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
)

// A right that was granted after the gate's last word is being asked for.
func TestARightGrantedLaterIsNotCalledMissing(t *testing.T) {
	q := gate.Question{Namespace: "rep", Account: "default", Verb: "get", Target: "etl", Name: "job1"}
	h := &Hearsay{heard: gate.Answers{q: gate.Denied}, Asked: gate.Answers{q: gate.Allowed}}
	require.Equal(t, gate.Unasked, h.Answer(q))
	h.heard[q] = gate.Disabled
	require.Equal(t, gate.Disabled, h.Answer(q), "no right helps where the gate honours none")
	h.heard, h.Asked[q] = gate.Answers{}, gate.Denied
	require.Equal(t, gate.Denied, h.Answer(q))
	require.Equal(t, gate.Allowed, Hopeful{&Hearsay{}}.Answer(q))
}
