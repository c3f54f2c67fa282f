package ui

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/ui/frame"
)

func TestAViewThatSomebodyComesBackToGetsAFrame(t *testing.T) {
	t.Parallel()
	f := &feed{added: make(chan struct{}, 1), views: map[string]*view{}}
	f.join("key", frame.View{})
	require.Len(t, f.added, 1, "a new view")
	<-f.added
	f.join("key", frame.View{})
	require.Empty(t, f.added, "who comes second finds frames of the first one")
	require.Equal(t, 1, f.leave("key"))
	require.Zero(t, f.leave("key"))
	f.join("key", frame.View{})
	require.Len(t, f.added, 1, "no frame was made while nobody looked")
}

func TestAViewThatWasForgottenIsNotTakenForTheNewOne(t *testing.T) {
	t.Parallel()
	f := &feed{added: make(chan struct{}, 1), views: map[string]*view{}}
	old := f.join("key", frame.View{})
	f.leave("key")
	require.True(t, f.forget())
	require.NotEqual(t, old.name, f.join("key", frame.View{}).name, "a tab that comes back must not get what is new since another frame of this number")
}
