package ui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
	"depctl.dev/test/browser"
)

// nasty is what Kubernetes lets stand in an annotation: whatever one writes.
var nasty = []string{
	`<script>document.body.innerHTML = ""</script>`,
	`</script><img src=x onerror="document.title = 'owned'">`,
	`"quoted" 'quoted' & &amp; &lt; \ ${x} %s {{x}} javascript:alert(1)`,
	"\u202egnirts a\u202c \u05d0\u05d1\u05d2 \u0627\u0644\u0639 \U0001F680 \U0001F468\u200d\U0001F469\u200d\U0001F467 e\u0301\u0301\u0301 \u2028 end",
	"line one\nline two\ttab\r\x1b[31mred\x1b[0m",
}

func TestWhatAnybodyWritesIsShownAsText(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("slow", "", long)
	for i, text := range nasty {
		s.make(fmt.Sprintf("held-%d", i), "slow", nil, func(job *batchv1.Job) { job.Annotations[gate.HoldAnnotation] = text })
		s.make(fmt.Sprintf("wrong-%d", i), text, nil)
	}
	s.make("a.b-c.0123456789-long-name-that-fills-all-sixty-three-letters-x", "slow", nil, func(job *batchv1.Job) {
		job.Labels = map[string]string{"example.com/A_b.c-d": "V_a.l-1"}
	})
	var large strings.Builder
	for i := 0; large.Len() < 200<<10; i++ {
		fmt.Fprintf(&large, "missing-prerequisite-%d, ", i)
	}
	s.make("large", large.String()+"slow", nil)
	tab := s.page(browser.Desktop)
	goTo(tab, "view=list")
	tab.Until("all Jobs are there", `document.querySelectorAll(".rows .row").length === 13`)
	for i, text := range nasty {
		shown := strings.Join(strings.Fields(text), "")
		tab.Until("it is shown as text", fmt.Sprintf(`%s?.innerText.replace(/\s/g, "").includes(%q)`, rowOf(fmt.Sprintf("held-%d", i)), shown))
	}
	for i := range nasty {
		for _, name := range []string{"held", "wrong"} {
			for _, what := range []string{"", "&tab=yaml", "&tab=pods"} {
				goTo(tab, fmt.Sprintf("view=list&id=%s-%d%s", s.id(name), i, what))
				tab.Until("the panel is there", `document.querySelector(".panel .command") && !document.querySelector(".panel .wait")`)
			}
		}
	}
	for _, view := range []string{"graph", "check", "list&id=" + s.id("large"), "graph&fold=none&all=1&id=" + s.id("large"), "list&q=example.com/A_b.c-d=v_a"} {
		goTo(tab, "view="+view)
		tab.Until("it is there", `document.querySelector("main") && !document.querySelector("main .wait, .panel .wait")`)
		require.LessOrEqual(t, browser.Value[int](tab, `document.documentElement.scrollWidth - innerWidth`), 0, "the page is not wider than the screen")
		tab.Picture(*pictures, "name "+strings.NewReplacer("/", "-", "&", " ").Replace(view))
	}
	tab.Until("a label is found, whatever its case", `document.querySelectorAll(".rows .row").length === 1`)
	require.Zero(t, browser.Value[int](tab, `document.querySelectorAll("img, script:not([src])").length`))
	require.NotContains(t, browser.Value[string](tab, `document.title`), "owned")
	require.Empty(t, tab.Mistakes())
}
