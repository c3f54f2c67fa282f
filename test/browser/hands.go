package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// named finds what can be seen, is not disabled and has an accessible name; what is behind an open
// dialog cannot be reached. It is a script that needs the name.
const named = `(name => {
	const label = e => (e.getAttribute("aria-label") ?? e.labels?.[0]?.innerText ?? e.innerText).trim();
	const all = (document.querySelector("dialog[open]") ?? document).querySelectorAll("button, a, input, select, textarea, [role=row]");
	return [...all].find(e => label(e) === name && e.checkVisibility() && !e.disabled);
})(%q)`

// Press clicks on what has a name, in its middle and as a mouse does: what is covered by another thing is
// not reached.
func (b *Tab) Press(name string) {
	b.t.Helper()
	b.Until(fmt.Sprintf("%q can be pressed", name), fmt.Sprintf(`(() => {
		const e = `+named+`;
		e?.scrollIntoView({block: "center", inline: "center"});
		const box = e?.getClientRects()[0];
		const hit = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
		if (!hit || !e.contains(hit) && !hit.contains(e)) return false;
		e.click();
		return true;
	})()`, name))
}

// Fill writes a text into the field with a name, as a hand does: where the page has written something else into it
// meanwhile, once more.
func (b *Tab) Fill(name, text string) {
	b.t.Helper()
	field := fmt.Sprintf(named, name)
	for range 10 {
		b.Until(fmt.Sprintf("%q can be written into", name), `(() => {
			const e = `+field+`;
			e?.focus();
			e?.select?.();
			return !!e && document.activeElement === e;
		})()`)
		if text == "" {
			b.Key("Delete")
		} else {
			b.Run(input.InsertText(text))
		}
		// What the page makes of it is there by the next frame but one.
		if Value[string](b, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(`+field+`.value))))`) == text {
			return
		}
	}
	require.Fail(b.t, "the page changes what is written", name)
}

// Has reports whether something with a name can be seen.
func (b *Tab) Has(name string) bool {
	b.t.Helper()
	return Value[bool](b, fmt.Sprintf(`!!(`+named+`)`, name))
}

// keys are those that have a name instead of a letter.
var keys = map[string]string{
	"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "ArrowDown": kb.ArrowDown, "ArrowUp": kb.ArrowUp, "ArrowLeft": kb.ArrowLeft,
	"ArrowRight": kb.ArrowRight, "Home": kb.Home, "End": kb.End, "Delete": kb.Delete, "Space": " ",
}

// Key presses keys, one after the other.
func (b *Tab) Key(names ...string) {
	b.t.Helper()
	for _, name := range names {
		text, there := keys[name]
		if !there {
			text = name
		}
		for _, letter := range text {
			b.Run(chromedp.ActionFunc(func(ctx context.Context) error { return press(ctx, letter) }))
		}
	}
}

// press presses a key as a keyboard does: the letter comes only where the page has not taken the key.
func press(ctx context.Context, letter rune) error {
	var down *input.DispatchKeyEventParams
	for _, event := range kb.Encode(letter) {
		switch event.Type {
		case input.KeyRawDown, input.KeyDown:
			down = event
			continue
		case input.KeyChar:
			down.Type, down.Text, down.UnmodifiedText = input.KeyDown, event.Text, event.UnmodifiedText
			continue
		case input.KeyUp:
			if err := down.Do(ctx); err != nil {
				return fmt.Errorf("pressing a key: %w", err)
			}
		}
		if err := event.Do(ctx); err != nil {
			return fmt.Errorf("pressing a key: %w", err)
		}
	}
	return nil
}

// Another returns another tab of the same browser, with its cookies.
func (b *Tab) Another() *Tab {
	b.t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx)
	b.t.Cleanup(stop)
	tab := &Tab{t: b.t, ctx: ctx, heard: &heard{}}
	require.NoError(b.t, chromedp.Run(ctx))
	chromedp.ListenTarget(ctx, tab.heard.hear)
	return tab
}

// Never fails if a script becomes true of the page within a time.
func (b *Tab) Never(what, script string, within time.Duration) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, within)
	defer stop()
	err := chromedp.Run(ctx, chromedp.Poll(script, nil, chromedp.WithPollingInterval(50*time.Millisecond)))
	require.Error(b.t, err, what)
}
