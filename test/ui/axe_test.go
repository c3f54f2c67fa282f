package ui

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"depctl.dev/test/browser"
)

// looks are the ways in which a page is looked at.
var looks = []struct {
	name string
	size browser.Size
	dark bool
}{
	{"wide-light", browser.Desktop, false},
	{"wide-dark", browser.Desktop, true},
	{"narrow-light", browser.Phone, false},
	{"narrow-dark", browser.Phone, true},
}

// A page says nothing wrong to who hears it, and can be read, in each view, in light and dark, on a screen
// and on a phone. With -pictures, all of them can be looked at.
func TestEachViewIsAccessible(t *testing.T) {
	t.Parallel()
	for _, look := range looks {
		t.Run(look.name, func(t *testing.T) {
			t.Parallel()
			s := theNight(t)
			tab := s.page(look.size)
			tab.Resize(look.size)
			tab.Scheme(look.dark)
			for _, c := range []struct{ name, query, shows, form string }{
				{"graph", "", "failed", ""},
				{"graph with all Jobs and one selected", "all=1&fold=none&id=" + s.id("broken"), "exit code 3", ""},
				{"list", "view=list", "the disk is full", ""},
				{"list filtered", "view=list&state=held,waiting&q=l", "found", ""},
				{"runs", "view=runs", "Runs in", ""},
				{"one run beside another", "view=runs&run=2026-11-30&against=2026-11-29", "Retry what failed", ""},
				{"limits", "view=limits", "1 of 1 in use", ""},
				{"schedules", "view=schedules", "0 2 * * *", ""},
				{"check", "view=check&expr=slow, (x or&try=load", "MutatingAdmissionPolicy", ""},
				{"a verdict", "view=check&expr=slow, failed(broken)&try=load", "What it would mean", ""},
				{"why it failed", "view=list&id=" + s.id("broken"), "exit code 3", ""},
				{"why it waits", "view=list&id=" + s.id("gather"), "What blocks it in the end", ""},
				{"why an array", "view=list&id=" + s.id("array"), "4 elements", ""},
				{"why invalid", "view=list&id=" + s.id("report"), "depctl set", ""},
				{"why a CronJob", "view=schedules&id=cronjob:" + s.id("nightly"), "Several at once", ""},
				{"logs", "view=list&tab=logs&id=" + s.id("broken"), "Last lines", ""},
				{"pods", "view=list&tab=pods&id=" + s.id("broken"), "exit code 3", ""},
				{"manifest", "view=list&tab=yaml&id=" + s.id("broken"), "kind: Job", ""},
				{"history", "view=list&tab=history&id=" + s.id("fetch@2026-11-30"), "2026-11-29", ""},
				{"a form", "view=list&id=" + s.id("load"), "What you can do", "Hold…"},
				{"a long form", "view=list&id=" + s.id("load"), "What you can do", "Set…"},
				{"help", "view=list", "the disk is full", "Keys"},
			} {
				t.Run(c.name, func(t *testing.T) {
					tab := tab.For(t)
					goTo(tab, c.query)
					tab.Shows(c.shows)
					if c.form != "" {
						tab.Press(c.form)
						tab.Until("the form is open", `document.querySelector("dialog[open]") && !document.querySelector("dialog[open]").innerText.includes("Trying…")`)
					}
					tab.Until("all is there and still", `!document.querySelector("main .wait, .panel .wait") && !document.getAnimations().length`)
					tab.Picture(*pictures, fmt.Sprintf("%s %s", c.name, look.name))
					for _, found := range tab.Axe() {
						assert.Fail(t, found)
					}
					require.LessOrEqual(t, browser.Value[int](tab, `document.documentElement.scrollWidth - innerWidth`), 0, "the page is not wider than the screen")
					require.Empty(t, tab.Mistakes())
				})
			}
		})
	}
}
