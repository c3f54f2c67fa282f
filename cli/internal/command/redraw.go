package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/picture"
)

// Redrawer shows one text after the other: on a terminal in the same place, in one write
// and without clearing it first, so that nothing flickers. Notes stand below it there, and
// else are written to standard error when there is a new one.
type Redrawer struct {
	Streams genericiooptions.IOStreams
	// Terminal looks at the terminal again, whose size may change.
	Terminal func(io.Writer) Terminal
	// Objects tells that it shows objects for programs: one after the other everywhere.
	Objects bool

	last  string
	notes []string
	lines int
}

// What happens within this time is drawn at once.
const redrawAfter = 100 * time.Millisecond

// Run draws, and draws again whenever something has changed, until the context ends or
// the user interrupts it.
func (r *Redrawer) Run(ctx context.Context, changed <-chan struct{}, ended <-chan error, draw func(genericiooptions.IOStreams, Terminal) error) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer r.end()
	// Ages go on where nothing happens. A pipe only gets what happened.
	var second <-chan time.Time
	if r.inPlace(r.Terminal(r.Streams.Out)) {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		second = ticker.C
	}
	for {
		began := time.Now()
		terminal := r.Terminal(r.Streams.Out)
		var out, notes bytes.Buffer
		err := draw(genericiooptions.IOStreams{In: r.Streams.In, Out: &out, ErrOut: &notes}, terminal)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		if err := r.show(out.String(), notes.String(), terminal); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-ended:
			return err
		case <-second:
			continue
		case <-changed:
		}
		Sleep(ctx, max(redrawAfter, time.Since(began))) // half of the time at most, where there is much to draw
	}
}

func (r *Redrawer) inPlace(t Terminal) bool { return t.Interactive && !r.Objects }

func (r *Redrawer) show(text, notes string, t Terminal) error {
	if r.inPlace(t) {
		return r.draw(text+notes, t.Width, t.Height)
	}
	lines := strings.SplitAfter(notes, "\n")
	for _, line := range lines {
		if !slices.Contains(r.notes, line) {
			if _, err := io.WriteString(r.Streams.ErrOut, line); err != nil {
				return fmt.Errorf("writing the notes: %w", err)
			}
		}
	}
	r.notes = lines
	if text == r.last {
		return nil
	}
	before := ""
	if r.last != "" && !r.Objects {
		before = "\n"
	}
	r.last = text
	return r.write(before + text)
}

// The terminal is told to show a frame when it is complete.
const (
	hideCursor, showCursor = "\x1b[?25l", "\x1b[?25h"
	beginFrame, endFrame   = "\x1b[?2026h", "\x1b[?2026l"
	clearLine, clearBelow  = "\x1b[K", "\x1b[J"
)

// draw shows a text in the place of the last one.
func (r *Redrawer) draw(text string, width, height int) error {
	if text == r.last {
		return nil
	}
	r.last = text
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if height > 2 && len(lines) > height-1 {
		hidden := len(lines) - height + 2
		lines = append(lines[:height-2], fmt.Sprintf("... %d more lines", hidden))
	}
	var b strings.Builder
	b.WriteString(beginFrame + hideCursor)
	if r.lines > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r", r.lines)
	}
	r.lines = 0
	for _, line := range lines {
		b.WriteString(line + clearLine + "\n")
		r.lines += max(1, (picture.Width(uncoloured(line))+width-1)/max(width, 1))
	}
	b.WriteString(clearBelow + endFrame)
	return r.write(b.String())
}

// uncoloured returns a line without the codes of colours.
func uncoloured(line string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(line, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, line, _ = strings.Cut(after, "m")
	}
}

func (r *Redrawer) end() {
	if r.lines > 0 {
		_ = r.write(showCursor)
	}
}

func (r *Redrawer) write(text string) error {
	if _, err := io.WriteString(r.Streams.Out, text); err != nil {
		return fmt.Errorf("writing the drawing: %w", err)
	}
	return nil
}
