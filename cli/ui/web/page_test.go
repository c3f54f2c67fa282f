package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"depctl.dev/cli/ui/web"
	"depctl.dev/test/browser"
)

// patience is how long the page may take, and tick how often it is looked at.
const (
	patience = time.Minute
	tick     = 20 * time.Millisecond
)

type object = map[string]any

// fake speaks what cli/ui speaks, of a world that the test makes up.
type fake struct {
	mu      sync.Mutex
	asked   []string
	streams []chan object
	// begin is the snapshot, and sent are the deltas since: a tab that connects anew has both.
	begin object
	sent  []object
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'self'")
	switch r.URL.Path {
	case "/api/about":
		_ = json.NewEncoder(w).Encode(object{
			"cluster": "prod", "user": "kate", "version": "v1", "namespace": "etl", "namespaces": []string{"etl", "ml"}, "mayListAll": true,
			"states": []object{{"name": "running", "sign": "●", "look": "busy"}, {"name": "waiting", "sign": "○", "look": "idle"}, {"name": "failed", "sign": "✗", "look": "bad"}},
		})
	case "/states.css":
		w.Header().Set("Content-Type", "text/css")
		fmt.Fprint(w, ":root{--paper:#fff;--box:#f9fafb;--ink:#1b1f24;--soft:#57606a;--line:#8c959f;--rest:#d8dee4;--good:#009270;--busy:#005a9c;--idle:#57606a;--stopped:#b57a00;--bad:#b3380a;--absent:#57606a}")
	case "/api/stream":
		f.stream(w, r)
	default:
		http.FileServerFS(web.Files()).ServeHTTP(w, r)
	}
}

func (f *fake) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	frames := make(chan object, 9)
	f.mu.Lock()
	f.asked = append(f.asked, r.URL.RawQuery)
	f.streams = append(f.streams, frames)
	frames <- f.begin
	for _, delta := range f.sent {
		frames <- delta
	}
	f.mu.Unlock()
	for kind := "snapshot"; ; kind = "delta" {
		select {
		case <-r.Context().Done():
			return
		case frame := <-frames:
			text, _ := json.Marshal(frame)
			fmt.Fprintf(w, "event: %s\nid: %v\ndata: %s\n\n", kind, frame["seq"], text)
			w.(http.Flusher).Flush()
		}
	}
}

// send sends a delta to the tab that looks.
func (f *fake) send(delta object) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = append(f.sent, delta)
	f.streams[len(f.streams)-1] <- delta
}

func (f *fake) lastAsked() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[len(f.asked)-1]
}

func row(ns string, i int, state string) object {
	name := fmt.Sprintf("job-%05d", i)
	return object{"id": ns + "/" + name, "ns": ns, "name": name, "kind": "Job", "state": state, "created": 1}
}

// many is a world with a graph of 10,000 nodes in a line of columns.
func many(n int) object {
	rows, nodes, edges, states, looks := []object{}, []object{}, []object{}, []object{}, []int{}
	for i := range n {
		x, y := i/100*260+24, i%100*62+24
		rows = append(rows, row("etl", i, "waiting"))
		nodes = append(nodes, object{"id": rows[i]["id"], "kind": "job", "label": rows[i]["name"], "ns": "etl", "x": x, "y": y, "w": 172, "h": 44})
		states = append(states, object{"s": "waiting", "look": "idle", "sign": "○", "text": "waiting"})
		if i >= 100 {
			edges = append(edges, object{"f": i - 100, "t": i, "p": []int{x - 88, y + 22, x, y + 22}})
			looks = append(looks, 0)
		}
	}
	graph := object{"width": n/100*260 + 48, "height": 6300, "nodes": nodes, "edges": edges}
	return object{"seq": 1, "now": 100, "rows": rows, "graph": graph, "states": states, "looks": looks, "counts": object{"waiting": n}, "end": 0, "unknown": 0, "notes": []string{}}
}

func opened(t *testing.T, begin object, at string) (*fake, *browser.Tab) {
	t.Helper()
	f := &fake{begin: begin}
	server := httptest.NewServer(f)
	t.Cleanup(server.CloseClientConnections)
	tab := browser.New(t, browser.Desktop)
	tab.Open(server.URL + "/" + at)
	tab.Until("the snapshot is there", `document.querySelector(".chip b")?.textContent === `+strconv.Quote(strconv.Itoa(len(begin["rows"].([]object)))))
	return f, tab
}

func search(tab *browser.Tab) string { return browser.Value[string](tab, "location.search") }

func TestTenThousandRowsAreAWindowOfThem(t *testing.T) {
	t.Parallel()
	f, tab := opened(t, many(10000), "?view=list")
	rows := `document.querySelectorAll('.rows [role=row]').length`
	tab.Until("rows are there", rows+" > 10")
	require.Less(t, browser.Value[int](tab, rows), 60)
	require.Equal(t, "10001", browser.Value[string](tab, `document.querySelector('[role=treegrid]').getAttribute('aria-rowcount')`))

	tab.Run(chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent(kb.End))
	tab.Until("the last one has the focus", `document.activeElement.innerText.includes("job-09999")`)
	tab.Run(chromedp.KeyEvent(kb.Enter))
	require.Equal(t, "?view=list&id=etl/job-09999", search(tab))
	tab.Until("the panel has the focus", `document.activeElement.matches(".panel")`)
	tab.Run(chromedp.KeyEvent(kb.Escape))
	tab.Until("the row has it again", `document.activeElement.innerText.includes("job-09999")`)
	require.Equal(t, "?view=list", search(tab))

	f.send(object{"seq": 2, "now": 101, "rows": []object{row("etl", 9999, "failed")}, "counts": object{"waiting": 9999, "failed": 1}})
	tab.Until("the row turns", `document.activeElement.innerText.includes("failed")`)
	tab.Until("it is said", `document.querySelector('[aria-live]').textContent === "job-09999 failed"`)
	tab.Run(chromedp.Click(`.chip:nth-of-type(2)`))
	tab.Until("one is left", rows+" === 1")
	require.Equal(t, "?view=list&state=failed", search(tab))
	require.Empty(t, tab.Axe())
	require.Empty(t, tab.Mistakes())
}

func TestTheURLIsTheState(t *testing.T) {
	t.Parallel()
	f, tab := opened(t, many(300), "?view=list&ns=ml&q=00012")
	require.Equal(t, "namespace=ml&fold=auto", f.lastAsked())
	tab.Until("the search is what the URL says", `document.querySelector(".hits").textContent === "1 found"`)
	tab.Run(chromedp.KeyEvent("g"))
	require.Equal(t, "?ns=ml&q=00012", search(tab))
	tab.Run(chromedp.Focus("#search"), chromedp.KeyEvent(kb.Enter))
	tab.Until("the hit is selected", `location.search.endsWith("&id=etl/job-00012")`)
	tab.Run(chromedp.NavigateBack())
	tab.Until("the way back goes back", `!location.search.includes("id=")`)
	tab.Run(chromedp.NavigateBack())
	tab.Until("and back", `document.querySelector("nav [aria-current]").textContent === "List"`)
	tab.Run(chromedp.SetValue(`select[aria-label=Namespace]`, "etl"), chromedp.Evaluate(`document.querySelector("select[aria-label=Namespace]").dispatchEvent(new Event("change", {bubbles: true}))`, nil))
	tab.Until("another scope is asked for", `location.search.includes("ns=etl")`)
	require.Eventually(t, func() bool { return f.lastAsked() == "namespace=etl&fold=auto" }, patience, tick)
	require.Empty(t, tab.Mistakes())
}

func TestAFoldedNodeUnfolds(t *testing.T) {
	t.Parallel()
	begin := many(200)
	begin["graph"].(object)["nodes"].([]object)[0]["kind"] = "group"
	f, tab := opened(t, begin, "?id=etl/job-00000")
	tab.Until("the button is there", `[...document.querySelectorAll(".tools button")].some(b => b.textContent === "Unfold")`)
	tab.Run(chromedp.KeyEvent("u"))
	require.Eventually(t, func() bool { return f.lastAsked() == "namespace=etl&fold=auto&open=etl%2Fjob-00000" }, patience, tick)
	tab.Until("it can be folded again", `!!document.querySelector(".tools .chip")`)
	tab.Run(chromedp.Click(".tools .chip"))
	require.Eventually(t, func() bool { return f.lastAsked() == "namespace=etl&fold=auto" }, patience, tick)
	require.Empty(t, tab.Axe())
	require.Empty(t, tab.Mistakes())
}
