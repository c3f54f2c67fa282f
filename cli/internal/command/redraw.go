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
)

// Redrawer shows one text after the other. Notes are written to standard error when there is
// a new one.
type Redrawer struct {
	Streams genericiooptions.IOStreams
	// Terminal looks at the terminal again, whose size may change.
	Terminal func(io.Writer) Terminal
	// Objects tells that it shows objects, or lines, with nothing between them.
	Objects bool

	last  string
	notes []string
}

// What happens within this time is drawn at once.
const redrawAfter = 100 * time.Millisecond

// Run draws, and draws again whenever something has changed, until the context ends or
// the user interrupts it.
func (r *Redrawer) Run(ctx context.Context, changed <-chan struct{}, ended <-chan error, draw func(genericiooptions.IOStreams, Terminal) error) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
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
		if err := r.show(out.String(), notes.String()); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-ended:
			return err
		case <-changed:
		}
		Sleep(ctx, max(redrawAfter, time.Since(began))) // half of the time at most, where there is much to draw
	}
}

func (r *Redrawer) show(text, notes string) error {
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

func (r *Redrawer) write(text string) error {
	if _, err := io.WriteString(r.Streams.Out, text); err != nil {
		return fmt.Errorf("writing the drawing: %w", err)
	}
	return nil
}
