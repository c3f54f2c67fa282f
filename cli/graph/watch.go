package graph

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
)

// What happens within this time is drawn at once.
const redrawAfter = 100 * time.Millisecond

// follow draws a graph again whenever it changes, until the context ends.
func (o *graphOptions) follow(ctx context.Context) error {
	from, ok := o.source.(*cluster.Reader)
	if !ok {
		return command.UsageErrorf("only a cluster can be watched")
	}
	f, err := from.Follow(ctx, o.clock.Now())
	if err != nil {
		return err
	}
	s := &frames{out: o.streams.Out, interactive: o.terminal.Interactive}
	defer s.end()
	// Ages go on where nothing happens. A pipe only gets what happened.
	var second <-chan time.Time
	if s.interactive {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		second = ticker.C
	}
	for {
		if err := f.Upstream(ctx); err != nil {
			return err
		}
		if err := o.frame(f, s); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-second:
			continue
		case <-f.Changed:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(redrawAfter):
		}
	}
}

// frame draws the world as it is now.
func (o *graphOptions) frame(f *cluster.LiveWorld, s *frames) error {
	f.Lock()
	f.World.Now = o.clock.Now()
	m, err := o.model(f.World)
	f.Unlock()
	if err != nil {
		return err
	}
	if o.redetect != nil {
		fresh := o.redetect(o.streams.Out)
		o.terminal.Width, o.terminal.Height = fresh.Width, fresh.Height
	}
	var out, notes bytes.Buffer
	one := *o
	one.streams.Out, one.streams.ErrOut = &out, &notes
	if err := one.print(m, nil); err != nil {
		return err
	}
	out.Write(notes.Bytes())
	return s.show(out.String(), o.terminal.Width, o.terminal.Height)
}

// frames shows one text after the other: on a terminal in the same place, in one
// write and without clearing it first, so that nothing flickers.
type frames struct {
	out         io.Writer
	interactive bool
	last        string
	lines       int
}

// The terminal is told to show a frame when it is complete.
const (
	hideCursor, showCursor = "\x1b[?25l", "\x1b[?25h"
	beginFrame, endFrame   = "\x1b[?2026h", "\x1b[?2026l"
	clearLine, clearBelow  = "\x1b[K", "\x1b[J"
)

func (s *frames) show(text string, width, height int) error {
	if text == s.last {
		return nil
	}
	if !s.interactive {
		if s.last != "" {
			text = "\n" + text
		}
		s.last = strings.TrimPrefix(text, "\n")
		return s.write(text)
	}
	s.last = text
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if height > 2 && len(lines) > height-1 {
		hidden := len(lines) - height + 2
		lines = append(lines[:height-2], fmt.Sprintf("... %d more lines", hidden))
	}
	var b strings.Builder
	b.WriteString(beginFrame + hideCursor)
	if s.lines > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r", s.lines)
	}
	s.lines = 0
	for _, line := range lines {
		b.WriteString(line + clearLine + "\n")
		s.lines += max(1, (picture.Width(uncoloured(line))+width-1)/max(width, 1))
	}
	b.WriteString(clearBelow + endFrame)
	return s.write(b.String())
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

func (s *frames) end() {
	if s.interactive && s.last != "" {
		_ = s.write(showCursor)
	}
}

func (s *frames) write(text string) error {
	if _, err := io.WriteString(s.out, text); err != nil {
		return fmt.Errorf("writing the graph: %w", err)
	}
	return nil
}
