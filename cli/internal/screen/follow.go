package screen

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/listing"
	"depctl.dev/gate"
)

// Frame is what was read at a moment.
type Frame struct {
	List   listing.List
	Counts map[gate.State]int
	listing.Expectation
	// Drawing is what the command draws, if it draws.
	Drawing string
	Notes   []string
}

// FrameOf returns the frame of rows, without a drawing.
func FrameOf(q *snapshot.Inquiry, rows []listing.Row, notes []string) Frame {
	f := Frame{List: listing.List{Rows: rows, Now: q.Now}, Counts: map[gate.State]int{}, Expectation: listing.Expect(q, rows), Notes: notes}
	for _, r := range rows {
		f.Counts[r.State]++
	}
	return f
}

// With returns the frame with what a command has drawn, and what it has said beside it.
func (f Frame) With(drawing, notes string) Frame {
	f.Drawing = drawing
	for note := range strings.Lines(notes) {
		f.Notes = append(f.Notes, strings.TrimSpace(note))
	}
	return f
}

// Looker makes a frame of a world, which does not change meanwhile.
type Looker func(ctx context.Context, w *snapshot.World, notes []string, on command.Terminal) (Frame, error)

// follower reads frames.
type follower struct {
	options       Options
	width, height atomic.Int64
	resized       chan struct{}
}

func newFollower(o Options) *follower {
	f := &follower{options: o, resized: make(chan struct{}, 1)}
	f.width.Store(int64(o.Terminal.Width))
	f.height.Store(int64(o.Terminal.Height))
	return f
}

// resize takes in how large the terminal is, by which a drawing is made.
func (f *follower) resize(width, height int) {
	f.width.Store(int64(width))
	f.height.Store(int64(height))
	if f.options.Drawn {
		select {
		case f.resized <- struct{}{}:
		default:
		}
	}
}

// betweenFrames is the least time between two frames. Half of the time at most is spent on
// reading, where there is much to read.
const betweenFrames = 100 * time.Millisecond

// run sends a frame whenever there is news, until the context ends or nothing can be read.
func (f *follower) run(ctx context.Context, send func(tea.Msg)) {
	for {
		began := f.options.Clock.Now()
		t := f.options.Terminal
		t.Width, t.Height = int(f.width.Load()), int(f.height.Load())
		var frame Frame
		err := f.options.Live.View(ctx, began, func(w *snapshot.World, notes []string) (err error) {
			frame, err = f.options.Look(ctx, w, notes, t)
			return err
		})
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			send(endMsg{err})
			return
		}
		send(frameMsg{frame})
		took := f.options.Clock.Since(began)
		command.Sleep(ctx, max(betweenFrames, took))
		var age <-chan time.Time
		if f.options.Drawn { // the ages in a drawing go on where nothing happens
			age = time.After(max(time.Second, 10*took))
		}
		select {
		case <-ctx.Done():
			return
		case err := <-f.options.Live.Ended():
			send(endMsg{err})
			return
		case <-f.options.Live.Changed:
		case <-f.resized:
		case <-age:
		}
	}
}
