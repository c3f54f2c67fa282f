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
	tab.Shows("failed")
	tab.Picture(*pictures, "graph")
	for _, view := range []string{"list", "runs", "limits", "schedules", "check"} {
		tab.Open(browser.Value[string](tab, `location.href.split("?")[0]`) + "?namespace=" + s.name + "&view=" + view)
		tab.Until("", `document.querySelector("main") !== null`)
		browser.Value[bool](tab, `new Promise(done => setTimeout(() => done(true), 1500))`)
		tab.Picture(*pictures, view)
	}
}
