package ui

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/test/browser"
	"depctl.dev/test/sandbox"
)

// shows waits until the list shows a Job in a state.
func shows(tab *browser.Tab, name, state string) {
	tab.Until(name+" is "+state, fmt.Sprintf(`%s?.querySelector(".c-state")?.innerText.includes(%q)`, rowOf(name), state))
}

func TestAChangeReachesThePageWithoutLoadingItAgain(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "", map[string]string{"until-told": "true"})
	s.make("load", "extract", long)
	tab := s.page(browser.Desktop)
	goTo(tab, "view=list")
	browser.Value[bool](tab, `window.loadedOnce = true`)
	shows(tab, "extract", "running")
	shows(tab, "load", "waiting")
	require.NoError(t, sandbox.Tell(t.Context(), s.client, s.name, "extract"))
	shows(tab, "extract", "succeeded")
	shows(tab, "load", "running")
	s.make("late", "load", nil)
	shows(tab, "late", "waiting")
	require.True(t, browser.Value[bool](tab, `window.loadedOnce`))
	require.Empty(t, tab.Mistakes())
}
