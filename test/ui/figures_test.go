package ui

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/gate"
	"depctl.dev/test/browser"
)

var figures = flag.Int("figures", 0, "measure the page with a graph of so many `Jobs`, and print what was found; nothing else busy must run")

// TestFigures measures what docs/design/ui.md says of the page:
//
//	go test -c -o /tmp/ui.test ./test/ui && cd test/ui && /tmp/ui.test -test.v -test.timeout 30m -test.run TestFigures -figures 10000
func TestFigures(t *testing.T) {
	if *figures == 0 {
		t.Skip("it measures, with -figures 10000")
	}
	s := shared.namespace(t)
	s.many(*figures)
	entrance, process := s.started(t, "-n", s.name)
	for _, view := range []string{"graph", "list"} {
		tab := browser.New(t, browser.Desktop)
		tab.Run(chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := page.AddScriptToEvaluateOnNewDocument(noticing).Do(ctx)
			return err
		}))
		tab.Open(entrance + "&fold=none&view=" + view)
		tab.Until("there is a picture", `window.seen`)
		t.Logf("%s: first picture %.0f ms after the navigation", view, browser.Value[float64](tab, `window.seen`))
		if view == "graph" {
			tab.Picture(*pictures, "figures")
			t.Logf("panning: frames of p50 %[1]s, p95 %[2]s, p99 %[3]s", percentiles(browser.Value[[]float64](tab, panning))...)
			require.Empty(t, tab.Mistakes())
		}
	}
	for range 10 {
		go func() { _, _ = s.reads(entrance, 1<<40) }()
	}
	bytes, _ := s.reads(entrance, 1)
	t.Logf("first load on the wire, compressed: %d KiB", bytes>>10)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	require.NoError(t, err)
	t.Logf("memory of depctl ui with 10 tabs more: %s", regexp.MustCompile(`VmHWM:.*`).Find(status))
}

// TestFiguresOfEvents measures how long it takes from an event to what is shown of it.
func TestFiguresOfEvents(t *testing.T) {
	if *figures == 0 {
		t.Skip("it measures, with -figures 10000")
	}
	s := shared.namespace(t)
	s.many(200)
	entrance := s.served(t, "-n", s.name)
	tab := browser.New(t, browser.Size{Width: 1280, Height: 8000})
	tab.Open(entrance + "&view=list")
	tab.Shows("job-00-01")
	browser.Value[bool](tab, `(() => { window.shown = {}; new MutationObserver(() => {
		for (const row of document.querySelectorAll('[role="row"]')) { const m = row.innerText.match(/mark-(\d+)/); if (m && !window.shown[m[1]]) window.shown[m[1]] = Date.now() }
	}).observe(document.body, {subtree: true, childList: true, characterData: true}); return true })()`)
	const events = 1000
	made := make([]time.Time, events)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var all sync.WaitGroup
	for i := range events {
		<-tick.C
		all.Go(func() {
			name := fmt.Sprintf("job-%02d-%02d", i%2, i%100)
			_, err := s.client.BatchV1().Jobs(s.name).Patch(t.Context(), name, types.MergePatchType,
				fmt.Appendf(nil, `{"metadata":{"annotations":{%q:"mark-%d"}}}`, gate.HoldAnnotation, i), metav1.PatchOptions{})
			made[i] = time.Now()
			require.NoError(t, err)
		})
	}
	all.Wait()
	tab.Until("the last is shown", fmt.Sprintf(`window.shown[%d] || window.shown[%d]`, events-1, events-2))
	var took []float64
	for i, at := range browser.Value[map[int]float64](tab, `window.shown`) {
		took = append(took, at-float64(made[i].UnixMicro())/1000)
	}
	// Of two changes of a Job between two frames the first is never shown.
	t.Logf("%d of %d events at 100 a second are shown: after p50 %s, p95 %s, p99 %s", append([]any{len(took), events}, percentiles(took)...)...)
}

// many makes Jobs in layers of a hundred, each of which waits for three of the layer before it. The first are held.
func (s *space) many(n int) {
	s.t.Helper()
	config := *s.Config()
	config.QPS, config.Burst = -1, 0
	client, err := kubernetes.NewForConfig(&config)
	require.NoError(s.t, err)
	numbers := make(chan int)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for i := range numbers {
				layer, k := i/100, i%100
				job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("job-%02d-%02d", layer, k), Annotations: map[string]string{}}}
				job.Spec.Template.Spec = podSpec
				job.Annotations[gate.HoldAnnotation] = "it is measured"
				job.Annotations[gate.DependsOnAnnotation] = "nobody"
				if layer > 0 {
					var names []string
					for d := range 3 {
						names = append(names, fmt.Sprintf("job-%02d-%02d", layer-1, (k+d)%100))
					}
					job.Annotations[gate.DependsOnAnnotation] = strings.Join(names, ", ")
				}
				_, err := client.BatchV1().Jobs(s.name).Create(s.t.Context(), job, metav1.CreateOptions{})
				require.NoError(s.t, err)
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	all.Wait()
}

// reads loads the page and its stream up to a number of events, and returns how many bytes came over the wire.
func (s *space) reads(entrance string, events int) (total int, err error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return 0, err
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{DisableCompression: true}}
	first, err := client.Get(entrance)
	if err != nil {
		return 0, err
	}
	_ = first.Body.Close()
	base := first.Request.URL
	for _, path := range []string{"", "app.js", "app.css", "states.css", "api/about", "api/stream?fold=none&namespace=" + s.name} {
		at, err := url.Parse(path)
		if err != nil {
			return 0, err
		}
		r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, base.ResolveReference(at).String(), nil)
		if err != nil {
			return 0, err
		}
		r.Header.Set("Accept-Encoding", "gzip")
		answer, err := client.Do(r)
		if err != nil {
			return 0, err
		}
		counted := &counting{inner: answer.Body}
		if strings.HasPrefix(path, "api/stream") {
			unpacked, err := gzip.NewReader(counted)
			if err != nil {
				return 0, err
			}
			lines := bufio.NewReader(unpacked)
			for seen := 0; seen < events; {
				line, err := lines.ReadBytes('\n')
				if err != nil {
					return 0, err
				}
				if bytes.HasPrefix(line, []byte("data: ")) {
					seen++
				}
			}
		} else if _, err := io.Copy(io.Discard, counted); err != nil {
			return 0, err
		}
		_ = answer.Body.Close()
		total += counted.n
	}
	return total, nil
}

type counting struct {
	inner io.Reader
	n     int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.inner.Read(p)
	c.n += n
	return n, err
}

func percentiles(took []float64) []any {
	slices.Sort(took)
	at := func(p float64) string {
		return fmt.Sprintf("%.1f ms", took[min(len(took)-1, int(p*float64(len(took))))])
	}
	return []any{at(0.5), at(0.95), at(0.99)}
}

// noticing notes when there is first something on the canvas, or a row in the list.
const noticing = `(() => {
	const look = () => {
		const canvas = document.querySelector("canvas"), row = document.querySelector('[role="gridcell"]');
		let there = !!row;
		if (canvas && canvas.width && canvas.height) {
			const w = Math.min(canvas.width, 400), h = Math.min(canvas.height, 300);
			const data = canvas.getContext("2d").getImageData((canvas.width - w) / 2, (canvas.height - h) / 2, w, h).data;
			const first = data.slice(0, 4).join();
			for (let i = 4; i < data.length && !there; i += 4) there = data.slice(i, i + 4).join() !== first;
		}
		if (there) window.seen = performance.now(); else requestAnimationFrame(look);
	};
	requestAnimationFrame(look);
})()`

// panning drags the canvas for five seconds, and returns how long each frame took.
const panning = `new Promise(done => {
	const canvas = document.querySelector("canvas"), frames = [];
	const box = canvas.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
	const send = (type, dx) => canvas.dispatchEvent(new PointerEvent(type, {bubbles: true, pointerId: 1, isPrimary: true, buttons: 1, button: 0, clientX: x + dx, clientY: y + dx / 3}));
	let last = 0, n = 0;
	send("pointerdown", 0);
	const step = now => {
		if (last) frames.push(now - last);
		last = now;
		if (++n > 300) { send("pointerup", 0); done(frames); return }
		send("pointermove", 300 * Math.sin(n / 20));
		requestAnimationFrame(step);
	};
	requestAnimationFrame(step);
})`
