package picture

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"depctl.dev/test/browser"
)

// tabOf returns a tab of a headless Chromium; without one the test is skipped.
func tabOf(t *testing.T) context.Context {
	t.Helper()
	tab, stop := context.WithTimeout(browser.New(t, browser.Desktop).Context(), time.Minute)
	t.Cleanup(stop)
	return tab
}

// open writes a page and returns the action that loads it.
func open(t *testing.T, g *Graph) chromedp.Action {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, HTML(&b, g))
	file := filepath.Join(t.TempDir(), "graph.html")
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o644))
	return chromedp.Navigate("file://" + file)
}

// thousand is a graph of 1,000 Jobs in 20 layers.
func thousand() *Graph {
	var jobs []string
	for layer := range 20 {
		for i := range 50 {
			job := fmt.Sprintf("job-%02d-%02d", layer, i)
			if layer > 0 {
				job += fmt.Sprintf(": job-%02d-%02d, job-%02d-%02d", layer-1, i, layer-1, (i+3)%50)
			}
			jobs = append(jobs, job)
		}
	}
	return graphOf(jobs...)
}

func TestPageInABrowser(t *testing.T) {
	tab := tabOf(t)
	g := examples["nets"]().with("b", func(n *Node) { n.Message, n.UID = "</script><b>", "uid" })
	g.Cluster = "prod"
	var title, side, hits, before, after, dim, about, counted, copied string
	var requests, shown, found int
	var closed bool
	var at struct{ X, Y float64 }
	require.NoError(t, chromedp.Run(
		tab, open(t, g),
		chromedp.Evaluate(`(() => { const b = nodes[1].getBoundingClientRect(); return {X: b.x + b.width / 2, Y: b.y + b.height / 2} })()`, &at),
	))
	require.NoError(t, chromedp.Run(
		tab,
		chromedp.Evaluate(`performance.getEntriesByType("resource").length`, &requests),
		chromedp.Evaluate(`document.querySelectorAll(".node").length`, &shown),
		chromedp.Title(&title),
		chromedp.MouseClickXY(at.X, at.Y),
		chromedp.Evaluate(`$("side").innerText`, &side),
		chromedp.Evaluate(`all.getAttribute("class")`, &dim),
		chromedp.KeyEvent(kb.Escape),
		chromedp.Evaluate(`$("side").hidden`, &closed),
		chromedp.SendKeys("#find", "waiting", chromedp.ByQuery),
		chromedp.Evaluate(`$("hits").textContent`, &hits),
		chromedp.Evaluate(`document.querySelectorAll(".node.on").length`, &found),
		chromedp.Evaluate(`all.getAttribute("transform")`, &before),
		chromedp.KeyEvent(kb.Escape),
		chromedp.Evaluate(`$("about").textContent`, &about),
		chromedp.Click("#counts button", chromedp.ByQuery),
		chromedp.Evaluate(`$("counts").children[0].textContent + ": " + $("hits").textContent`, &counted),
		chromedp.Click("#counts button", chromedp.ByQuery),
		chromedp.MouseClickXY(at.X, at.Y),
		chromedp.Evaluate(`document.querySelector("code").textContent`, &copied),
		chromedp.KeyEvent(kb.Escape),
		chromedp.Click("#in", chromedp.ByQuery),
		chromedp.Evaluate(`all.getAttribute("transform")`, &after),
	))
	require.Zero(t, requests, "a page asks nobody")
	require.Equal(t, 7, shown)
	require.Equal(t, "Jobs and what they wait for", title)
	require.Contains(t, side, "</script><b>", "text of others stays text")
	require.Contains(t, side, "is waited for by")
	require.True(t, closed, "Esc closes the details")
	require.Equal(t, "dim", dim, "what has nothing to do with it is dimmed")
	require.Equal(t, "5 found", hits)
	require.Equal(t, 5, found)
	require.Equal(t, "cluster prod, namespace ns, as of 2026-11-23T02:10:00Z", about)
	require.Contains(t, counted, " found", "a count shows those alone")
	require.Equal(t, "depctl logs b -n ns", copied)
	require.NotEqual(t, before, after, "the button zooms")
}

func TestPageWithAThousandJobsAnswers(t *testing.T) {
	tab := tabOf(t)
	var nodes int
	var took float64
	require.NoError(t, chromedp.Run(
		tab, open(t, thousand()),
		chromedp.Evaluate(`document.querySelectorAll(".node").length`, &nodes),
		chromedp.Evaluate(`(() => { const start = performance.now(); pick(500, true); all.getBBox(); return performance.now() - start })()`, &took),
	))
	require.Equal(t, 1000, nodes)
	t.Logf("picking a Job took %.0f ms", took)
	require.Less(t, took, 10_000.0, "also on a busy machine")
}

// TestShots writes pictures to look at, where it is told a folder.
func TestShots(t *testing.T) {
	folder := os.Getenv("DEPCTL_SHOTS")
	if folder == "" {
		t.Skip("DEPCTL_SHOTS names no folder to write pictures to")
	}
	tab := tabOf(t)
	for name, example := range examples {
		file, err := os.Create(filepath.Join(folder, name+".png"))
		require.NoError(t, err)
		require.NoError(t, PNG(file, example().Fold(300)))
		require.NoError(t, file.Close())
	}
	for name, g := range map[string]*Graph{"critical": examples["critical"](), "sets": shards(), "thousand": thousand(), "cycle": examples["cycle"]()} {
		for _, theme := range []string{"light", "dark"} {
			var all, picked []byte
			require.NoError(t, chromedp.Run(
				tab,
				emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}),
				open(t, g.Fold(2000)),
				chromedp.CaptureScreenshot(&all),
				chromedp.Evaluate("pick(2, true)", nil),
				chromedp.CaptureScreenshot(&picked),
			))
			require.NoError(t, os.WriteFile(filepath.Join(folder, strings.Join([]string{"page", name, theme, "all.png"}, "-")), all, 0o644))
			require.NoError(t, os.WriteFile(filepath.Join(folder, strings.Join([]string{"page", name, theme, "picked.png"}, "-")), picked, 0o644))
		}
	}
}
