package web_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"depctl.dev/cli/picture"
	"depctl.dev/cli/ui/call"
	"depctl.dev/cli/ui/web"
	"depctl.dev/test/browser"
)

// fakeDepctl answers as depctl does on a small cluster, and notes what it was asked.
type fakeDepctl struct {
	mu    sync.Mutex
	lines []string
	// more is written to a log that is followed.
	more chan string
}

func (f *fakeDepctl) run(ctx context.Context, args []string, out, errOut io.Writer) int {
	line := strings.Join(args, " ")
	f.mu.Lock()
	f.lines = append(f.lines, line)
	f.mu.Unlock()
	for begins, file := range map[string]string{
		"explain load": "explain.json", "explain cronjob/*": "cronjobs.json", "get --namespace": "jobs.json", "get load --namespace=etl --raw --output=yaml": "load.yaml",
		"get load --namespace=etl --raw --pods": "pods.json", "runs": "runs.json", "limits": "limits.json", "check": "check.json", "lint": "lint.json", "plan": "plan.json",
	} {
		if strings.HasPrefix(line, begins) {
			text, err := os.ReadFile("testdata/" + file)
			if err != nil {
				fmt.Fprintln(errOut, err)
				return 1
			}
			_, _ = out.Write(text)
			return 0
		}
	}
	switch args[0] {
	case "parse":
		if strings.Contains(line, "suceeded") {
			fmt.Fprint(errOut, "expression:1:1: error: unknown status \"suceeded\"\n  suceeded(x)\n  ^~~~~~~~\n")
			return 1
		}
		fmt.Fprintf(out, `{"text": %q, "names": [{"kind": "job", "name": "extract", "check": "extract", "set": false}]}`, args[len(args)-1])
	case "logs":
		fmt.Fprint(out, "first line\n\x1b[31mred\x1b[0m line\n")
		for {
			select {
			case text := <-f.more:
				fmt.Fprint(out, text)
			case <-ctx.Done():
				return 130
			}
		}
	case "hold":
		fmt.Fprintf(out, "job.batch/load held%s\n", map[bool]string{true: " (server dry run)"}[strings.Contains(line, "--dry-run")])
	default:
		fmt.Fprintln(errOut, "error: depctl "+line+" is not faked")
		return 1
	}
	return 0
}

func (f *fakeDepctl) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string{}, f.lines...)
}

// serve returns the address of a page whose answers are a fake's.
func serve(t *testing.T, f *fakeDepctl, readOnly bool) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(fs.FS(web.Files())))
	mux.HandleFunc("GET /states.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		fmt.Fprint(w, picture.Palette())
	})
	mux.HandleFunc("GET /api/about", func(w http.ResponseWriter, _ *http.Request) {
		var states []string
		for _, s := range picture.States {
			states = append(states, fmt.Sprintf(`{"name": %q, "sign": %q, "look": %q}`, s, picture.Unicode().Symbols[s], picture.Look(s)))
		}
		fmt.Fprintf(w, `{"cluster": "prod", "user": "kate", "version": "v1", "namespace": "etl", "namespaces": ["etl"], "mayListAll": true, "readOnly": %t,
			"states": [%s], "several": "▣", "critical": "◆"}`, readOnly, strings.Join(states, ", "))
	})
	mux.HandleFunc("GET /api/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, `event: snapshot`+"\n"+`data: {"seq": 1, "now": 1796069580, "rows": [{"id": "etl/load", "ns": "etl", "name": "load", "kind": "Job", "state": "waiting", "done": 0, "size": 1, "created": 1796068580}],`+
			` "graph": null, "states": [], "looks": [], "counts": {"waiting": 1}, "end": 0, "unknown": 0, "notes": []}`+"\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	call.New(f.run, call.Options{ReadOnly: readOnly}).Mount(mux)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'")
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL
}

// press presses the button of a text, in the dialog if one is open.
func press(tab *browser.Tab, text string) {
	tab.Until("there is a button "+text, fmt.Sprintf(`(() => {
		const all = [...(document.querySelector("dialog[open]") ?? document).querySelectorAll("button, a.button")];
		const button = all.find((b) => b.textContent === %q && !b.disabled);
		button?.click();
		return !!button;
	})()`, text))
}

// TestViews opens each view, looks for what it must show, and has axe-core look at it, light and
// dark, on a desk and on a phone. With DEPCTL_PICTURES it leaves pictures there.
func TestViews(t *testing.T) {
	for name, test := range map[string]struct {
		query string
		shows []string
	}{
		"why":       {"view=list&id=etl/load", []string{"has not finished: running for 3m", "What blocks it in the end", "depctl release --force load -n etl", "etl/extract runs: watch it"}},
		"pods":      {"view=list&id=etl/load&tab=pods", []string{"load-x7k2p", "exit code 3", "BackoffLimitExceeded"}},
		"yaml":      {"view=list&id=etl/load&tab=yaml", []string{"kind: Job", "depctl get load --namespace=etl --raw --output=yaml"}},
		"history":   {"view=list&id=etl/load&tab=history", []string{"This Job is of no run"}},
		"runs":      {"view=runs", []string{"Runs in etl", "CronJobs in etl", "publish"}},
		"gantt":     {"view=runs&run=tue&against=mon", []string{"Run tue", "Against mon", "depctl plan --namespace=etl --run=tue --output=json"}},
		"limits":    {"view=limits", []string{"etl/licence", "4 of 4 in use, 1 waiting", "it takes 3 of etl/licence, and none is free"}},
		"schedules": {"view=schedules", []string{"0 2 * * *", "Suspend…", "cronjob:load"}},
		"check":     {"view=check&expr=extract&try=etl/load", []string{"missing-prerequisite", "an annotated Job would be held", "What it would mean for etl/load"}},
	} {
		t.Run(name, func(t *testing.T) {
			tab := browser.New(t, browser.Desktop)
			tab.Open(serve(t, &fakeDepctl{}, false) + "/?" + test.query)
			for _, text := range test.shows {
				tab.Shows(text)
			}
			for _, size := range []browser.Size{browser.Desktop, browser.Phone} {
				tab.Resize(size)
				for _, dark := range []bool{false, true} {
					tab.Scheme(dark)
					require.Empty(t, tab.Axe(), "dark: %t, %v", dark, size)
					if to := os.Getenv("DEPCTL_PICTURES"); to != "" {
						tab.Picture(to, fmt.Sprintf("%s-%d-%t", name, size.Width, dark))
					}
				}
			}
			require.Empty(t, tab.Mistakes())
		})
	}
}

// A change is tried while one types, and made when that is confirmed: not before, and once.
func TestAChangeIsTriedAndThenConfirmed(t *testing.T) {
	f := &fakeDepctl{}
	tab := browser.New(t, browser.Desktop)
	tab.Open(serve(t, f, false) + "/?view=list&id=etl/load")
	press(tab, "Hold…")
	tab.Shows("job.batch/load held (server dry run)")
	tab.Run(chromedp.SendKeys("dialog input", "it's full", chromedp.ByQuery))
	tab.Shows(`depctl hold load --namespace=etl --reason='it'\''s full' --yes`)
	require.Empty(t, tab.Axe())
	for _, line := range f.asked() {
		require.False(t, strings.HasPrefix(line, "hold") && !strings.Contains(line, "--dry-run=server"), line)
	}
	press(tab, "Hold it")
	tab.Shows("What was done")
	require.Contains(t, f.asked(), "hold load --namespace=etl --reason=it's full --yes")
	press(tab, "Close")
	tab.Until("the form is closed", `!document.querySelector("dialog[open].act")`)
}

func TestAPageThatOnlyShowsHasNoButtonsThatChange(t *testing.T) {
	tab := browser.New(t, browser.Desktop)
	tab.Open(serve(t, &fakeDepctl{}, true) + "/?view=schedules&id=etl/load")
	tab.Shows("0 2 * * *")
	tab.Shows("What blocks it in the end")
	require.Empty(t, browser.Value[[]string](tab, `[...document.querySelectorAll("button")].map((b) => b.textContent).filter((b) => b.endsWith("…"))`))
}

// A log comes as it is printed, without what drives a terminal.
func TestALogIsFollowed(t *testing.T) {
	f := &fakeDepctl{more: make(chan string)}
	tab := browser.New(t, browser.Desktop)
	tab.Open(serve(t, f, false) + "/?view=list&id=etl/load&tab=logs")
	tab.Shows("first line\nred line")
	f.more <- "third line\n"
	tab.Shows("red line\nthird line")
	require.Contains(t, f.asked(), "logs load --namespace=etl --tail=1000 --follow")
}

func TestAnExpressionIsReadAsItIsTyped(t *testing.T) {
	f := &fakeDepctl{}
	tab := browser.New(t, browser.Desktop)
	tab.Open(serve(t, f, false) + "/?view=check")
	tab.Run(chromedp.SendKeys(".playground textarea", "suceeded(x)", chromedp.ByQuery))
	tab.Shows("^~~~~~~~")
	tab.Run(chromedp.Evaluate(`document.querySelector(".playground textarea").select()`, nil), chromedp.SendKeys(".playground textarea", "extract", chromedp.ByQuery))
	tab.Shows("It means: extract")
	tab.Run(chromedp.SendKeys(".playground input", "load", chromedp.ByQuery))
	tab.Shows("depctl explain load --namespace=etl --expr=extract --recursive --output=json") // once it is answered
}
