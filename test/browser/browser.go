package browser

import (
	"context"
	"fmt"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/wait"
)

// Tab is a tab of a browser of its own, without any history.
type Tab struct {
	t   testing.TB
	ctx context.Context //nolint:containedctx // chromedp keeps the tab in it

	heard *heard
}

// heard is what went wrong in a page.
type heard struct {
	mu       sync.Mutex
	mistakes []string
}

// Size is how large a tab is, in pixels.
type Size struct{ Width, Height int }

// Desktop and Phone are the sizes that pages are looked at in.
var (
	Desktop = Size{1280, 800}
	Phone   = Size{390, 844}
)

// slots is how many browsers run at once: each wants a core.
var slots = make(chan struct{}, 3)

// New returns a tab; without a Chromium the test is skipped.
func New(t testing.TB, size Size) *Tab {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium here; Debian has it as package chromium")
	}
	slots <- struct{}{}
	t.Cleanup(func() { <-slots })
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.WindowSize(size.Width, size.Height), chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("hide-scrollbars", true))
	allocated, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, stop := chromedp.NewContext(allocated, chromedp.WithErrorf(t.Logf))
	t.Cleanup(stop)
	tab := &Tab{t: t, ctx: ctx, heard: &heard{}}
	chromedp.ListenTarget(ctx, tab.heard.hear)
	// The browser ends with the context of the first Run, so that is not one with a timeout.
	require.NoError(t, chromedp.Run(ctx))
	return tab
}

// Context returns the tab for actions of chromedp itself.
func (b *Tab) Context() context.Context { return b.ctx }

// For returns the tab for a part of the test.
func (b *Tab) For(t testing.TB) *Tab { return &Tab{t: t, ctx: b.ctx, heard: b.heard} }

// hear keeps what goes wrong in a page: errors of scripts, and what its policy forbids.
func (b *heard) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.mistakes = append(b.mistakes, e.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		if e.Entry.Source == log.SourceSecurity || e.Entry.Source == log.SourceViolation {
			b.mistakes = append(b.mistakes, e.Entry.Text)
		}
	}
}

// Mistakes returns what has gone wrong in the page so far.
func (b *Tab) Mistakes() []string {
	b.heard.mu.Lock()
	defer b.heard.mu.Unlock()
	return append([]string{}, b.heard.mistakes...)
}

// patience is how long a page may take for one thing.
const patience = time.Minute

// Run does something in the tab.
func (b *Tab) Run(actions ...chromedp.Action) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	require.NoError(b.t, chromedp.Run(ctx, actions...))
}

// Open loads a page.
func (b *Tab) Open(url string) {
	b.t.Helper()
	b.Run(chromedp.Navigate(url))
}

// Value returns what a script says.
func Value[T any](b *Tab, script string) (value T) {
	b.t.Helper()
	b.Run(chromedp.Evaluate(script, &value, chromedp.EvalAsValue, awaited))
	return value
}

func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// Until waits until a script is true of the page.
func (b *Tab) Until(what, script string) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	err := wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (is bool, _ error) {
		// Between two pages there is nothing to ask.
		return chromedp.Run(ctx, chromedp.Evaluate("!!("+script+")", &is)) == nil && is, nil
	})
	if err != nil {
		text := ""
		_ = chromedp.Run(b.ctx, chromedp.Evaluate(`document.body.innerText`, &text))
		require.NoError(b.t, fmt.Errorf("%s: %w; the page says\n%s\nand went wrong with %q", what, err, text, b.Mistakes()))
	}
}

// Shows waits until the page shows a text.
func (b *Tab) Shows(text string) {
	b.t.Helper()
	b.Until(fmt.Sprintf("the page shows %q", text), fmt.Sprintf(`document.body.innerText.includes(%q)`, text))
}
