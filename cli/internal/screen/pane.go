package screen

import (
	"bytes"
	"context"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// pane shows what a command of depctl prints.
type pane struct {
	id    int
	title string
	lines []string
	// part is a line without its end.
	part string
	top  int
	// follow says that it is about what comes, and follows that the end is in sight.
	follow, follows bool
	over            bool
	stop            context.CancelFunc
}

// paneMsg is more of what a command prints; over says that it has ended.
type paneMsg struct {
	id   int
	text string
	over bool
}

// mostLines is how many lines of a pane are kept.
const mostLines = 20000

// open runs a command of depctl in a pane.
func (m *model) open(name string, args ...string) tea.Cmd {
	ctx, stop := context.WithCancel(m.ctx)
	args = append([]string{name}, args...)
	id := 1
	if m.pane != nil {
		id = m.pane.id + 1
	}
	m.pane = &pane{id: id, title: "depctl " + strings.Join(args, " "), stop: stop, follow: name == "logs", follows: name == "logs"}
	depctl, send, on := m.options.Depctl, m.send, m.on()
	return func() tea.Msg {
		out := &sender{send: func(text string) { send(paneMsg{id: id, text: text}) }}
		depctl(ctx, args, out, out, on)
		out.flush()
		return paneMsg{id: id, over: true}
	}
}

// all returns the lines, the last with what there is of it.
func (p *pane) all() []string {
	if p.part == "" {
		return p.lines
	}
	return append(p.lines[:len(p.lines):len(p.lines)], p.part)
}

// take takes in what a command has printed. A pane that is closed takes nothing.
func (p *pane) take(msg paneMsg) {
	if p == nil || p.id != msg.id {
		return
	}
	p.over = p.over || msg.over
	lines := strings.Split(p.part+msg.text, "\n")
	p.part = lines[len(lines)-1]
	p.lines = append(p.lines, lines[:len(lines)-1]...)
	if more := len(p.lines) - mostLines; more > 0 {
		p.lines = append([]string(nil), p.lines[more:]...)
		p.top = max(0, p.top-more)
	}
}

func (m *model) pressInPane(key string) {
	p, room := m.pane, m.paneRoom()
	last := max(0, len(p.all())-room)
	switch key {
	case "q", "esc", "left", "backspace":
		p.stop()
		m.pane = nil
		return
	case "up", "k":
		p.top--
	case "down", "j", "enter":
		p.top++
	case "pgup", "ctrl+b":
		p.top -= room
	case "pgdown", "space", "ctrl+f":
		p.top += room
	case "home":
		p.top = 0
	case "end":
		p.top = last
	}
	p.top = max(0, min(p.top, last))
	p.follows = p.top == last && p.follow
}

// question asks whether to do something.
type question struct {
	verb string
	args []string
}

// saidMsg is what a command has said that changes something.
type saidMsg struct{ text string }

func (m *model) answer(key string) tea.Cmd {
	q := m.question
	m.question = nil
	if key != "y" && key != "Y" {
		m.said = "nothing was changed"
		return nil
	}
	ctx, depctl, on := m.ctx, m.options.Depctl, m.on()
	return func() tea.Msg {
		var out bytes.Buffer
		depctl(ctx, q.args, &out, &out, on)
		return saidMsg{strings.Join(strings.Fields(out.String()), " ")}
	}
}

// sender sends what is written to it, in pieces of some size.
type sender struct {
	mu   sync.Mutex
	text bytes.Buffer
	send func(string)
	busy bool
}

// Write sends at once, unless something is being sent: what comes meanwhile goes together.
func (s *sender) Write(p []byte) (int, error) {
	s.mu.Lock()
	s.text.Write(p)
	if s.busy {
		s.mu.Unlock()
		return len(p), nil
	}
	s.busy = true
	for s.text.Len() > 0 {
		text := s.text.String()
		s.text.Reset()
		s.mu.Unlock()
		s.send(text)
		s.mu.Lock()
	}
	s.busy = false
	s.mu.Unlock()
	return len(p), nil
}

func (s *sender) flush() { _, _ = s.Write(nil) }
