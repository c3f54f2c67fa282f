package screen

import (
	"context"
	"reflect"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/listing"
	"depctl.dev/lang"
)

// model is what is on the screen. It changes in Update alone.
type model struct {
	options Options
	ctx     context.Context
	send    func(tea.Msg)
	// resize tells who draws how large the terminal is.
	resize        func(width, height int)
	width, height int

	frame Frame
	// read says that there was a frame; ages go on with now.
	read bool
	now  time.Time
	// shown are the rows of the last frame, and news has when each changed last.
	shown map[lang.Ref]listing.Row
	news  map[lang.Ref]time.Time

	lines    []line
	unfolded map[string]bool
	// selected is the first Job of the line of the cursor once somebody has moved it, and cursor
	// the number of the line: until then it stays at the top.
	selected    lang.Ref
	cursor, top int
	filter      string
	filtering   bool
	// drawing are the lines of the drawing. drawn says that they are shown in place of the table,
	// from drawingTop on.
	drawing    []string
	drawn      bool
	drawingTop int
	pane       *pane
	// question waits for yes or no, and said is what came of it.
	question *question
	said     string
	err      error
}

type (
	frameMsg struct{ frame Frame }
	endMsg   struct{ err error }
	tickMsg  struct{ at time.Time }
)

// newsFor is how long a change is marked.
const newsFor = 5 * time.Second

func newModel(ctx context.Context, o Options, resize func(int, int)) *model {
	return &model{
		options: o, ctx: ctx, resize: resize, width: o.Terminal.Width, height: o.Terminal.Height, send: func(tea.Msg) {},
		shown: map[lang.Ref]listing.Row{}, news: map[lang.Ref]time.Time{}, unfolded: map[string]bool{}, drawn: o.Drawn,
	}
}

// Init starts the clock by which ages go on.
func (m *model) Init() tea.Cmd { return tick() }

func tick() tea.Cmd {
	return tea.Tick(time.Second, func(at time.Time) tea.Msg { return tickMsg{at} })
}

// Update takes in what has happened.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.update(msg)
	m.settle()
	return m, cmd
}

func (m *model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.resize(msg.Width, msg.Height)
	case frameMsg:
		m.take(msg.frame)
	case endMsg:
		m.err = msg.err
		return tea.Quit
	case tickMsg:
		m.now = msg.at
		return tick()
	case paneMsg:
		m.pane.take(msg)
	case saidMsg:
		m.said = msg.text
	case tea.PasteMsg:
		if m.filtering {
			m.setFilter(m.filter + msg.Content)
		}
	case tea.KeyPressMsg:
		return m.press(msg.String(), msg.Text)
	}
	return nil
}

// settle brings into sight what there is to see.
func (m *model) settle() {
	rows := max(m.room()-1, 1)
	m.top = max(0, min(m.top, len(m.lines)-rows))
	m.top = min(max(m.top, m.cursor-rows+1), m.cursor)
	m.drawingTop = max(0, min(m.drawingTop, len(m.drawing)-m.room()))
	if p := m.pane; p != nil {
		if last := max(0, len(p.all())-m.paneRoom()); p.follows || p.top > last {
			p.top = last
		}
	}
}

// take takes in a frame, and notes which rows are other ones than before.
func (m *model) take(frame Frame) {
	now := map[lang.Ref]listing.Row{}
	for _, r := range frame.List.Rows {
		now[r.Ref] = r
		if before, known := m.shown[r.Ref]; m.read && (!known || differ(before, r)) {
			m.news[r.Ref] = frame.List.Now
		}
	}
	for ref := range m.news {
		if _, there := now[ref]; !there {
			delete(m.news, ref)
		}
	}
	m.frame, m.shown, m.read, m.now = frame, now, true, frame.List.Now
	m.drawing = strings.Split(strings.TrimSuffix(frame.Drawing, "\n"), "\n")
	m.arrange()
}

// differ reports whether a person sees a difference.
func differ(a, b listing.Row) bool {
	return a.State != b.State || a.Progress != b.Progress || !reflect.DeepEqual(a.WaitsFor, b.WaitsFor)
}

// arrange makes the lines anew. The cursor stays on its Job, or else where it was.
func (m *model) arrange() {
	m.lines = arrange(m.frame.List.Rows, m.filter, m.unfolded)
	for n, l := range m.lines {
		for _, r := range l.rows {
			if r.Ref == m.selected {
				m.cursor = n
				return
			}
		}
	}
	m.cursor = max(0, min(m.cursor, len(m.lines)-1))
}

// move moves the cursor down by so many lines.
func (m *model) move(by int) {
	m.cursor = max(0, min(m.cursor+by, len(m.lines)-1))
	m.selected = lang.Ref{}
	if m.cursor < len(m.lines) {
		m.selected = m.lines[m.cursor].rows[0].Ref
	}
}

// current returns the line of the cursor, nil if there is none.
func (m *model) current() *line {
	if m.cursor >= len(m.lines) {
		return nil
	}
	return &m.lines[m.cursor]
}

func (m *model) setFilter(text string) {
	m.filter = text
	m.arrange()
}

// on returns the terminal that a command in a pane has.
func (m *model) on() command.Terminal {
	t := m.options.Terminal
	t.Width, t.Height, t.Interactive = m.width, max(m.height-3, 1), false
	return t
}
