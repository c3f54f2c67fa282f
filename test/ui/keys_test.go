package ui

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
	"depctl.dev/test/browser"
)

// focused is a script for what has the focus, by its name.
const focused = `(e => (e.getAttribute("aria-label") ?? e.labels?.[0]?.innerText ?? e.querySelector(".c-name")?.innerText ?? e.innerText ?? "").trim())(document.activeElement)`

// visibly is a script for whether one sees what has the focus: it has an outline, and nothing covers it.
const visibly = `(e => {
	const style = getComputedStyle(e), box = e.getBoundingClientRect(), hit = document.elementFromPoint(Math.min(innerWidth - 1, box.x + box.width / 2), Math.min(innerHeight - 1, box.y + box.height / 2));
	return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 && box.width > 0 && (e.contains(hit) || !!hit?.contains(e));
})(document.activeElement)`

func TestTheTabKeyGoesThroughAllOfThePage(t *testing.T) {
	t.Parallel()
	s := theNight(t)
	tab := s.page(browser.Desktop)
	for _, query := range []string{"view=graph&id=" + s.id("broken"), "view=list&id=" + s.id("broken"), "view=runs&run=2026-11-30", "view=schedules", "view=check&expr=slow"} {
		t.Run(query, func(t *testing.T) {
			tab := tab.For(t)
			goTo(tab, query)
			tab.Until("all is there", `document.querySelector("main") && !document.querySelector("main .wait, .panel .wait")`)
			browser.Value[bool](tab, `document.activeElement.blur() ?? true`)
			seen := []string{}
			for range 80 {
				tab.Key("Tab")
				if browser.Value[bool](tab, `document.activeElement === document.body`) {
					break
				}
				name := browser.Value[string](tab, focused)
				require.NotEmpty(t, name, browser.Value[string](tab, `document.activeElement.outerHTML.slice(0, 300)`))
				require.True(t, browser.Value[bool](tab, visibly), "%q has the focus, and nobody sees it: %s", name, browser.Value[string](tab, `document.activeElement.outerHTML.slice(0, 300)`))
				seen = append(seen, name)
			}
			require.Equal(t, "Skip to the content", seen[0])
			require.Subset(t, seen, []string{"Graph", "List", "Runs", "Limits", "Schedules", "Check", "Namespace", "Theme", "Keys"})
			require.Greater(t, len(seen), 12)
		})
	}
}

func TestKeysOpenViewsAndHelp(t *testing.T) {
	t.Parallel()
	s := theNight(t)
	tab := s.page(browser.Desktop)
	tab.Shows("failed")
	for _, c := range []struct{ key, view string }{{"l", "List"}, {"r", "Runs"}, {"i", "Limits"}, {"s", "Schedules"}, {"c", "Check"}, {"g", "Graph"}} {
		tab.Key(c.key)
		tab.Until(c.view+" is open", fmt.Sprintf(`document.querySelector('[aria-label=Views] [aria-current=page]')?.innerText === %q && document.title.startsWith(%[1]q)`, c.view))
	}
	tab.Key("?")
	tab.Until("the help is open", `document.querySelector("dialog.help").open`)
	tab.Key("Escape")
	tab.Until("the help is closed", `!document.querySelector("dialog.help").open`)
	tab.Key("/")
	tab.Until("the search has the focus", `document.activeElement.id === "search"`)
	tab.Key("c", "l")
	tab.Until("letters are text there", `document.activeElement.value === "cl" && document.querySelector('[aria-current=page]').innerText === "Graph"`)
	browser.Value[bool](tab, `(window.before = `+strong+`) > 0`)
	tab.Key("Escape", "+")
	tab.Until("the graph is larger", strong+` !== window.before`)
	require.Empty(t, tab.Mistakes())
}

func TestAJobIsHeldByKeysAlone(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("slow", "", long)
	s.make("load", "slow", nil)
	s.make("mail", "load", nil)
	tab := s.page(browser.Desktop)
	tab.Key("l")
	shows(tab, "mail", "waiting")
	tab.Until("the list can be gone through", `document.querySelectorAll('[role=row][tabindex="0"]').length === 1`)
	tab.Key("j")
	tab.Until("the first row has the focus", focused+` === "load"`)
	tab.Key("j", "j", "k")
	tab.Until("the second row has the focus", focused+` === "mail"`)
	tab.Key("Home", "Enter")
	tab.Until("the panel has the focus", `document.activeElement.matches(".panel")`)
	panelShows(tab, "slow")
	for range 6 {
		tab.Key("Tab")
		if browser.Value[string](tab, focused) == "Hold…" {
			break
		}
	}
	tab.Key("Enter")
	dialogShows(tab, "Hold load")
	tab.Until("the first field has the focus", focused+` === "Why"`)
	tab.Key("n", "o", "w")
	dialogShows(tab, "--reason=now")
	tab.Key("Enter")
	tab.Until("Enter in a field does what the form says", `document.querySelector("dialog.act")?.innerText.includes("What was done")`)
	require.Eventually(t, func() bool { return s.job("load").Annotations[gate.HoldAnnotation] == "now" }, patience, tick)
	tab.Key("Escape")
	tab.Until("the form is closed", `!document.querySelector("dialog.act[open]")`)
	tab.Until("the focus is where it was", focused+` === "Hold…"`)
	tab.Key("Escape")
	tab.Until("the panel is closed, and the row has the focus", `!document.querySelector(".panel") && `+focused+` === "load"`)
	require.Empty(t, tab.Mistakes())
}
