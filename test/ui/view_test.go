package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/test/browser"
)

func TestTheGraphIsDrawnAndLeadsToWhy(t *testing.T) {
	t.Parallel()
	s := theNight(t)
	tab := s.page(browser.Desktop)
	tab.Shows("failed")
	tab.Until("the graph is drawn", strong+` > 5000`)
	all := browser.Value[int](tab, strong)

	require.Eventually(t, func() bool { // it may be laid out again meanwhile
		hover(tab, drawn(tab, s.id("extract")))
		return browser.Value[bool](tab, fmt.Sprintf(`!!document.querySelector(".tip")?.innerText.includes(%q)`, s.id("extract")))
	}, patience, tick, "the tip says what it is")
	tab.Until("what has nothing to do with it is dimmed", fmt.Sprintf(`%s < %d * 0.9`, strong, all))

	click(tab, drawn(tab, s.id("broken")), 1)
	panelShows(tab, "exit code 3")
	require.Contains(t, browser.Value[string](tab, `location.search`), "id="+s.id("broken"), "what is selected is in the URL")
	tab.Key("Escape")
	tab.Until("the panel is closed", `!document.querySelector(".panel")`)

	goTo(tab, "fold=namespace")
	click(tab, drawn(tab, s.name+"/"), 2)
	tab.Until("it is unfolded, and can be folded again", `document.querySelector('[aria-label^="Fold "].chip')`)
	click(tab, drawn(tab, s.id("clean")), 1)
	panelShows(tab, "clean")
	tab.Until("it is folded again", `(() => { document.querySelector('[aria-label^="Fold "].chip')?.click(); return !location.search.includes("open="); })()`)

	goTo(tab, "")
	tab.Until("the graph is drawn", strong+` > 5000`)
	tab.Key("/")
	tab.Fill("Search by name, namespace, run or label", "held")
	tab.Until("what is not found is faded", fmt.Sprintf(`%s < %d * 0.6`, strong, all))
	tab.Key("Enter")
	panelShows(tab, "the disk is full")
	require.Empty(t, tab.Mistakes())
}

func TestAnEmptyNamespaceSaysSo(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	tab := s.page(browser.Desktop)
	for view, says := range map[string]string{
		"graph": "Nothing here waits for anything", "list": "There are no Jobs here", "runs": "There are no runs here",
		"limits": "There are no limits here", "schedules": "CronJob", "check": "None was found",
	} {
		goTo(tab, "view="+view)
		tab.Until(view+" says "+says, fmt.Sprintf(`document.querySelector("main")?.innerText.includes(%q)`, says))
	}
	require.Empty(t, tab.Mistakes())
}

func TestTheListShowsAllJobsByRun(t *testing.T) {
	t.Parallel()
	s := theNight(t)
	tab := s.page(browser.Size{Width: 1280, Height: 1400})
	tab.Resize(browser.Size{Width: 1280, Height: 1400})
	goTo(tab, "view=list")
	tab.Until("the Jobs are there", rowOf("gather"))
	for _, line := range []struct{ name, says string }{
		{"held", "the disk is full"},
		{"lost", "extrct does not exist"},
		{"array", "0/4"},
		{"report", "invalid"},
		{"never", "skipped"},
		{"queued", "licence"},
		{"gather", "shard-*"},
		{"slow", "running"},
	} {
		tab.Until(line.name+" says "+line.says, fmt.Sprintf(`%s?.innerText.includes(%q)`, rowOf(line.name), line.says))
	}
	tab.Until("each run is a group", rowOf("▾ run 2026-11-30"))
	tab.Until("the run's Jobs are below it", `[...document.querySelectorAll('.rows .row[aria-level="2"]')].length === 6`)

	tab.Until("it is closed", `(() => { if (document.querySelectorAll('.rows .row[aria-level="2"]').length === 6) `+rowOf("▾ run 2026-11-30")+`.click(); return document.querySelectorAll('.rows .row[aria-level="2"]').length === 3; })()`)
	tab.Press("grouped")
	tab.Until("there are no groups, and all Jobs", `document.querySelectorAll(".rows .row.group").length === 0 && document.querySelectorAll(".rows .row").length >= 25`)
	require.Contains(t, browser.Value[string](tab, `location.search`), "flat=1")
	require.Empty(t, tab.Mistakes())
}

func TestTheListIsFilteredAndSorted(t *testing.T) {
	t.Parallel()
	s := theNight(t)
	tab := s.page(browser.Desktop)
	goTo(tab, "view=list&flat=1")
	tab.Until("the Jobs are there", rowOf("gather"))
	tab.Until("only what is held", `(() => { const chip = [...document.querySelectorAll(".chip")].find(c => c.innerText.includes("held")); if (chip?.ariaPressed === "false") chip.click(); return document.querySelectorAll(".rows .row").length === 1; })()`)
	require.Equal(t, []string{"held"}, rows(tab))
	tab.Shows("1 found")
	goTo(tab, "view=list&flat=1")
	tab.Until("the Jobs are there", rowOf("gather"))
	tab.Fill("Search by name, namespace, run or label", "shard-")
	tab.Until("five are found", `document.querySelectorAll(".rows .row").length === 5`)
	tab.Fill("Search by name, namespace, run or label", "depctl.dev/run=2026-11-30")
	tab.Until("a label finds the steps of a run", `document.querySelectorAll(".rows .row").length === 3`)
	tab.Fill("Search by name, namespace, run or label", "no such thing")
	tab.Shows("The filter leaves no Job.")
	tab.Fill("Search by name, namespace, run or label", "")
	tab.Press("State")
	tab.Until("sorted by state, the first is one that succeeded", `document.querySelector(".rows .row .c-state")?.innerText.includes("succeeded")`)
	tab.Press("State ↑")
	tab.Until("and the other way round, the last", `[...document.querySelectorAll(".rows .row .c-state")].length > 5 && !document.querySelector(".rows .row .c-state").innerText.includes("succeeded")`)
	require.Empty(t, tab.Mistakes())
}

func TestWhySaysWhatIsWrongAndWhatToDo(t *testing.T) {
	t.Parallel()
	s := theNight(t)
	tab := s.page(browser.Desktop)
	tab.Shows("failed")
	for _, c := range []struct{ id, tab, says string }{
		{"broken", "", "exit code 3"},
		{"broken", "", "depctl retry broken"},
		{"load", "", "slow"},
		{"lost", "", "extrct"},
		{"held", "", "depctl release held"},
		{"never", "", "broken"},
		{"report", "", "depctl set"},
		{"array", "", "4 elements"},
		{"queued", "", "licence"},
		{"broken", "yaml", "kind: Job"},
		{"broken", "pods", "Failed"},
		{"broken", "logs", "depctl logs"},
		{"fetch@2026-11-30", "history", "2026-11-29"},
	} {
		query := "view=list&id=" + s.id(c.id)
		if c.tab != "" {
			query += "&tab=" + c.tab
		}
		goTo(tab, query)
		panelShows(tab, c.says)
		tab.Picture(*pictures, "why-"+c.id+"-"+c.tab)
	}
	require.Empty(t, tab.Mistakes())
}

func TestRunsAreAGridAndARunHasItsTimes(t *testing.T) {
	t.Parallel()
	s := theNight(t)
	tab := s.page(browser.Desktop)
	goTo(tab, "view=runs")
	tab.Shows("Runs in " + s.name)
	tab.Until("three steps of two runs", `document.querySelectorAll(".grid tbody tr").length >= 3 && document.querySelectorAll(".grid tbody td a").length >= 6`)
	tab.Until("a run is chosen", `(() => { document.querySelector('.grid thead a[title^="2026-11-30"]')?.click(); return location.search.includes("run=2026-11-30"); })()`)
	tab.Until("its steps have bars", `document.querySelectorAll(".gantt-bar").length >= 2`)
	tab.Until("another run is beside it", `(() => { const s = document.querySelector(".gantt select"); s.value = "2026-11-29"; s.dispatchEvent(new Event("change", {bubbles: true})); return document.querySelectorAll(".gantt-bar.second").length >= 2; })()`)
	tab.Picture(*pictures, "runs-compared")
	require.Empty(t, tab.Mistakes())
}

func TestLimitsSchedulesAndCheckSayWhatIs(t *testing.T) {
	t.Parallel()
	s := theNight(t)
	tab := s.page(browser.Desktop)
	for view, says := range map[string][]string{
		"limits":    {s.name + "/licence", "1 of 1 in use, 1 waiting", s.id("user"), s.id("queued")},
		"schedules": {"nightly", "0 2 * * *", "paused", "suspended", "Run now…", "Suspend…", "Resume…"},
		"check":     {"there is no Job extrct", "stand side by side", "MutatingAdmissionPolicy"},
	} {
		goTo(tab, "view="+view)
		for _, text := range says {
			tab.Until(view+" says "+text, fmt.Sprintf(`document.querySelector("main")?.innerText.includes(%q)`, text))
		}
	}
	require.Empty(t, tab.Mistakes())
}

func TestThePlaygroundReadsWhatIsTyped(t *testing.T) {
	t.Parallel()
	s := theNight(t)
	tab := s.page(browser.Desktop)
	goTo(tab, "view=check")
	tab.Fill("Expression", "slow, (extract or")
	tab.Until("the mistake has a caret", `/\n\s*\^/.test(document.querySelector(".playground .said")?.innerText)`)
	tab.Fill("Expression", "slow and failed(broken)")
	tab.Shows("It means:")
	tab.Until("its names are links", `[...document.querySelectorAll(".playground .names a")].map(a => a.innerText).join() === "slow,failed(broken)"`)
	tab.Fill("For the Job", "held")
	tab.Until("what it would mean for the Job", `document.querySelector(".playground .reasons")?.innerText.includes("failed(broken)")`)
	tab.Until("the verdict", `document.querySelector(".playground .verdict")?.innerText.length > 3`)

	goTo(tab, "view=check")
	var long strings.Builder
	for i := 0; long.Len() < 192<<10-40; i++ {
		fmt.Fprintf(&long, "job-with-a-long-name-%d, ", i)
	}
	long.WriteString("last")
	require.Greater(t, long.Len(), 190<<10)
	began := time.Now()
	tab.Fill("Expression", long.String())
	tab.Until("192 KiB are read", `document.querySelectorAll(".playground .names a").length > 1000`)
	t.Logf("192 KiB read after %v", time.Since(began))
	require.Empty(t, tab.Mistakes())
}
