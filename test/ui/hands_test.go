package ui

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"depctl.dev/test/browser"
)

// goTo opens another state of the page: its URL says all.
func goTo(tab *browser.Tab, query string) {
	tab.Open(browser.Value[string](tab, `location.href.split("?")[0]`) + "?" + query)
}

// rowOf is a script for the row of a Job in the list.
func rowOf(name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".rows .row")].find(r => r.querySelector(".c-name").innerText.trim() === %q)`, name)
}

// rows returns what stands in the lines of the list.
func rows(tab *browser.Tab) []string {
	return browser.Value[[]string](tab, `[...document.querySelectorAll(".rows .row .c-name")].map(c => c.innerText.trim())`)
}

// panelShows waits until the panel shows a text.
func panelShows(tab *browser.Tab, text string) {
	tab.Until(fmt.Sprintf("the panel shows %q", text), fmt.Sprintf(`document.querySelector(".panel")?.innerText.includes(%q)`, text))
}

// dialogShows waits until the form shows a text.
func dialogShows(tab *browser.Tab, text string) {
	tab.Until(fmt.Sprintf("the form shows %q", text), fmt.Sprintf(`document.querySelector("dialog.act[open]")?.innerText.includes(%q)`, text))
}

// spot is where a node is on the canvas.
type spot struct{ X, Y float64 }

// drawn returns where the middle of a node is when all of the graph is shown; the page has the layout from
// the same stream.
func drawn(tab *browser.Tab, id string) spot {
	tab.Press("Fit")
	return browser.Value[spot](tab, fmt.Sprintf(`new Promise((done, fail) => {
		const at = new URLSearchParams(location.search), query = new URLSearchParams({namespace: document.querySelector("[aria-label=Namespace]").value, fold: at.get("fold") ?? "auto"});
		if (at.get("all")) query.set("all", "1");
		for (const one of at.getAll("open")) query.append("open", one);
		const source = new EventSource("api/stream?" + query);
		source.addEventListener("snapshot", e => {
			source.close();
			const graph = JSON.parse(e.data).graph, node = graph.nodes.find(n => n.id === %q), box = document.querySelector("canvas.plane").getBoundingClientRect();
			if (!node) return fail(new Error("not among " + graph.nodes.map(n => n.id)));
			const top = box.width < 600 ? 80 : 40, scale = Math.min(box.width / graph.width, (box.height - top) / graph.height, 1);
			const x = (graph.width - box.width / scale) / 2, y = (graph.height - (box.height + top) / scale) / 2;
			done({X: box.x + (node.x + node.w / 2 - x) * scale, Y: box.y + (node.y + node.h / 2 - y) * scale});
		});
	})`, id))
}

// click presses the mouse at a place, so many times.
func click(tab *browser.Tab, at spot, times int) {
	for i := range times {
		for _, kind := range []input.MouseType{input.MousePressed, input.MouseReleased} {
			tab.Run(input.DispatchMouseEvent(kind, at.X, at.Y).WithButton(input.Left).WithClickCount(int64(i + 1)))
		}
	}
}

// hover moves the mouse to a place.
func hover(tab *browser.Tab, at spot) {
	tab.Run(chromedp.ActionFunc(input.DispatchMouseEvent(input.MouseMoved, at.X, at.Y).Do))
}

// strong is a script for how many pixels of the graph are far from the paper: what is drawn strongly.
const strong = `(() => {
	const canvas = document.querySelector("canvas.plane"), all = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
	let many = 0;
	for (let i = 0; i < all.length; i += 4) if (Math.abs(all[i] - all[0]) + Math.abs(all[i + 1] - all[1]) + Math.abs(all[i + 2] - all[2]) > 200) many++;
	return many;
})()`

// id returns the id of a Job of the namespace.
func (s *space) id(name string) string { return s.name + "/" + strings.TrimPrefix(name, s.name+"/") }

// front brings a tab before the others of its browser.
func front(tab *browser.Tab) { tab.Run(page.BringToFront()) }
