package command

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/picture"
)

// shown is a terminal of one stream: what stands on its lines.
type shown struct {
	mu    sync.Mutex
	lines []string
	at    int
}

func (s *shown) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range string(p) {
		if len(s.lines) == 0 {
			s.lines = []string{""}
		}
		last := []rune(s.lines[len(s.lines)-1])
		switch {
		case r == '\n':
			s.lines, s.at = append(s.lines, ""), 0
			continue
		case r == '\r':
			s.at = 0
			continue
		case s.at < len(last):
			last[s.at] = r
		default:
			last = append(last, r)
		}
		s.at++
		s.lines[len(s.lines)-1] = string(last)
	}
	return len(p), nil
}

func (s *shown) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := make([]string, len(s.lines))
	for i, line := range s.lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

// still returns a progress whose time and ticks are the test's.
func still(t Terminal) (p *Progress, on *shown, wait func(time.Duration)) {
	on = &shown{}
	now := time.Unix(0, 0)
	p = NewProgress(genericiooptions.IOStreams{Out: on, ErrOut: on}, t)
	p.now = func() time.Time { return now }
	p.ticks = func() (<-chan time.Time, func()) { return nil, func() {} }
	return p, on, func(d time.Duration) {
		p.mu.Lock()
		defer p.mu.Unlock()
		now = now.Add(d)
		p.draw(p.ended)
	}
}

func TestProgressIsOneLineBelowAllOthersAndGoneAtTheEnd(t *testing.T) {
	p, on, wait := still(Terminal{Interactive: true, Width: 80, Glyphs: picture.ASCII()})
	p.Begin("Making Jobs", 4)
	wait(900 * time.Millisecond)
	require.Empty(t, on.text(), "what is quick has no line")
	p.Step()
	wait(time.Second)
	require.Equal(t, "Making Jobs #####--------------- 1 of 4, 1s", on.text())
	fmt.Fprintln(p.Streams().Out, "job.batch/a created")
	require.Equal(t, "job.batch/a created\nMaking Jobs #####--------------- 1 of 4, 1s", on.text(), "others write where it stood")
	p.Step()
	wait(time.Second)
	require.Equal(t, "job.batch/a created\nMaking Jobs ##########---------- 2 of 4, 2s", on.text())
	fmt.Fprint(p.Streams().ErrOut, "Go on? ")
	wait(time.Second)
	require.Equal(t, "job.batch/a created\nGo on?", on.text(), "a line without an end stays")
	fmt.Fprintln(p.Streams().ErrOut)
	wait(time.Second)
	p.Begin("Waiting", 0)
	require.Equal(t, "job.batch/a created\nGo on?\n", on.text())
	wait(3 * time.Second)
	require.Equal(t, "job.batch/a created\nGo on?\nWaiting, 3s", on.text(), "what has no length has no bar")
	p.End()
	p.End()
	require.Equal(t, "job.batch/a created\nGo on?\n", on.text())
	wait(time.Second)
	require.Equal(t, "job.batch/a created\nGo on?\n", on.text(), "nothing comes after the end")
}

func TestProgressIsNeverBroaderThanTheTerminal(t *testing.T) {
	p, on, wait := still(Terminal{Interactive: true, Width: 20, Glyphs: picture.Unicode()})
	p.Begin("Making Jobs", 4)
	wait(time.Second)
	require.Less(t, picture.Width(on.text()), 20)
	p.Begin("x", 0)
	wait(time.Second)
	require.Equal(t, "x, 1s", on.text())
}

func TestProgressInAPipeIsNothing(t *testing.T) {
	var out bytes.Buffer
	streams := genericiooptions.IOStreams{Out: &out, ErrOut: &out}
	p := NewProgress(streams, Terminal{})
	p.Begin("Making Jobs", 4)
	p.Step()
	require.Equal(t, streams, p.Streams(), "the streams are those that there were")
	p.End()
	require.Empty(t, out.String())

	var none *Progress
	none.Begin("Making Jobs", 4)
	none.Step()
	none.End()
}

func TestProgressIsDrawnByItself(t *testing.T) {
	on := &shown{}
	p := NewProgress(genericiooptions.IOStreams{Out: on, ErrOut: on}, Terminal{Interactive: true, Width: 80, Glyphs: picture.ASCII()})
	ticks := make(chan time.Time)
	p.ticks = func() (<-chan time.Time, func()) { return ticks, func() {} }
	began := time.Now().Add(-time.Hour)
	p.now = func() time.Time { return began }
	p.Begin("Waiting", 0)
	p.mu.Lock()
	p.began = began.Add(-2 * time.Second)
	p.mu.Unlock()
	ticks <- time.Time{}
	ticks <- time.Time{} // the first one has been drawn when this is taken
	require.Equal(t, "Waiting, 2s", on.text())
	p.End()
	require.Empty(t, on.text())
}
