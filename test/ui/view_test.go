package ui

import (
	"testing"

	"depctl.dev/test/browser"
)

func TestTheGraphAndTheListShowTheNight(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.night()
	tab := s.page(browser.Desktop)
	tab.Shows("load")
	tab.Picture(*pictures, "graph")
}
