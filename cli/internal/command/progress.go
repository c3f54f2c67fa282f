package command

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/picture"
)

// Progress says on one line of a terminal what a command waits for, and how far it is. The line
// is drawn in place on standard error, once something takes a while, and is gone at the end.
// Where standard error is no terminal, there is none. A nil one says nothing.
type Progress struct {
	streams  genericiooptions.IOStreams
	terminal Terminal
	now      func() time.Time
	ticks    func() (<-chan time.Time, func())

	mu          sync.Mutex
	what        string
	done, total int
	began       time.Time
	// width is how broad the line is that stands on the terminal; 0 if there is none.
	width int
	// open says that the last line of somebody else has no end yet: nothing is drawn over it.
	open  bool
	ended chan struct{}
}

// What takes less than progressAfter is not worth a line, which is drawn again every
// progressEvery.
const (
	progressAfter = time.Second
	progressEvery = 200 * time.Millisecond
	progressBar   = 20
)

// NewProgress returns what draws on a terminal, which is where standard error goes.
func NewProgress(streams genericiooptions.IOStreams, terminal Terminal) *Progress {
	return &Progress{streams: streams, terminal: terminal, now: time.Now, ticks: func() (<-chan time.Time, func()) {
		ticker := time.NewTicker(progressEvery)
		return ticker.C, ticker.Stop
	}}
}

func (p *Progress) shows() bool { return p != nil && p.terminal.Interactive && !p.terminal.Dumb }

// Streams returns the streams whose lines go above that of the progress. All that a command
// writes while there is one must go through them.
func (p *Progress) Streams() genericiooptions.IOStreams {
	if !p.shows() {
		return p.streams
	}
	return genericiooptions.IOStreams{In: p.streams.In, Out: above{p, p.streams.Out}, ErrOut: above{p, p.streams.ErrOut}}
}

// Begin says what is waited for from now on, and of how many things; 0 is one of unknown
// length. It ends what was waited for before.
func (p *Progress) Begin(what string, total int) {
	if !p.shows() {
		return
	}
	p.End()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.what, p.done, p.total, p.began, p.open = what, 0, total, p.now(), false
	ended := make(chan struct{})
	p.ended = ended
	ticks, stop := p.ticks()
	go func() {
		defer stop()
		for {
			select {
			case <-ended:
				return
			case <-ticks:
				p.mu.Lock()
				p.draw(ended)
				p.mu.Unlock()
			}
		}
	}()
}

// Say says in other words what is waited for.
func (p *Progress) Say(what string) {
	if p.shows() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.what = what
	}
}

// Step says that one more thing is done.
func (p *Progress) Step() {
	if p.shows() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.done++
	}
}

// Set says how many things are done.
func (p *Progress) Set(done int) {
	if p.shows() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.done = done
	}
}

// End takes the line away.
func (p *Progress) End() {
	if !p.shows() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended != nil {
		close(p.ended)
		p.ended = nil
	}
	p.clear()
}

// draw draws the line, unless what it is about has ended. Whoever calls it holds the lock.
func (p *Progress) draw(about chan struct{}) {
	took := p.now().Sub(p.began)
	if p.ended == nil || p.ended != about || p.open || took < progressAfter {
		return
	}
	text, rest := p.what, fmt.Sprintf(", %ds", int(took.Seconds()))
	if p.total > 0 {
		full := min(p.done*progressBar/p.total, progressBar)
		g := p.terminal.Glyphs
		rest = " " + strings.Repeat(g.Full, full) + strings.Repeat(g.Empty, progressBar-full) + fmt.Sprintf(" %d of %d", p.done, p.total) + rest
	}
	if room := p.terminal.Width - 1; room > 0 { // a full line would go on in the next one
		text = picture.Cut(text, max(room-picture.Width(rest), 0), p.terminal.Glyphs.Ellipsis)
		text = picture.Cut(text+rest, room, p.terminal.Glyphs.Ellipsis)
	} else {
		text += rest
	}
	width := picture.Width(text)
	// Blanks take away the rest on every terminal. Nobody is told that it cannot be drawn on.
	_, _ = io.WriteString(p.streams.ErrOut, "\r"+text+strings.Repeat(" ", max(p.width-width, 0)))
	p.width = max(p.width, width)
}

func (p *Progress) clear() {
	if p.width > 0 {
		_, _ = io.WriteString(p.streams.ErrOut, "\r"+strings.Repeat(" ", p.width)+"\r")
		p.width = 0
	}
}

// above writes where the line of a progress stands, which is drawn anew below.
type above struct {
	progress *Progress
	out      io.Writer
}

func (a above) Write(text []byte) (int, error) {
	p := a.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	stood := p.width > 0
	p.clear()
	if len(text) > 0 {
		p.open = text[len(text)-1] != '\n'
	}
	n, err := a.out.Write(text)
	if stood { // and not only at the next tick: others may write as often
		p.draw(p.ended)
	}
	return n, err
}
