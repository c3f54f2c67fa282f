package screen

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"k8s.io/apimachinery/pkg/util/duration"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/listing"
	"depctl.dev/cli/picture"
	"depctl.dev/cli/reference"
	"depctl.dev/lang"
)

// View draws the screen.
func (m *model) View() tea.View {
	v := tea.NewView(strings.Join(m.draw(), "\n"))
	v.AltScreen = true
	v.WindowTitle = "depctl"
	return v
}

// draw returns the lines of the screen, no more and none longer than it has room for.
func (m *model) draw() []string {
	var lines []string
	switch {
	case m.pane != nil:
		lines = m.drawPane()
	case !m.read:
		lines = []string{"Reading the Jobs ..."}
	default:
		lines = append(m.drawBody(), m.drawFoot()...)
	}
	for i := range lines {
		lines[i] = ansi.Truncate(lines[i], m.width, m.options.Terminal.Glyphs.Ellipsis)
	}
	return lines[:min(len(lines), m.height)]
}

// Beside the lines of the body there are the summary, an empty line, and the keys; and above
// the keys, the notes and what was said or asked.
const edges = 3

// mostNotes is how many notes there is room for.
const mostNotes = 3

// room returns how many lines the body has, with its heads.
func (m *model) room() int { return max(m.height-edges-len(m.messages()), 1) }

// paneRoom returns how many lines a pane has, beside its title, an empty line and the keys.
func (m *model) paneRoom() int { return max(m.height-3, 1) }

// drawBody returns the summary, and the table or the drawing, filled up with empty lines.
func (m *model) drawBody() []string {
	lines, room := []string{m.summary(), ""}, m.room()
	if m.drawn {
		lines = append(lines, m.drawing[m.drawingTop:min(m.drawingTop+room, len(m.drawing))]...)
	} else {
		lines = append(lines, m.table(room)...)
	}
	for len(lines) < room+2 {
		lines = append(lines, "")
	}
	return lines[:room+2]
}

// summary says how many Jobs stand how, and when all may be over.
func (m *model) summary() string {
	var counts []string
	total := 0
	for _, state := range urgency {
		n := m.frame.Counts[state]
		if total += n; n > 0 {
			text := fmt.Sprintf("%s %d %s", m.options.Terminal.Glyphs.Symbols[state], n, state)
			if m.options.Terminal.Colour {
				text = picture.Paint(text, picture.Colour(state))
			}
			counts = append(counts, text)
		}
	}
	where := "all namespaces"
	if m.options.Namespace != "" {
		where = m.options.Namespace
	}
	text := where + ": " + command.Count(total, "Job")
	if len(counts) > 0 {
		text += "   " + strings.Join(counts, "  ")
	}
	if end := m.frame.End; end.After(m.now) {
		text += "   done in " + duration.HumanDuration(end.Sub(m.now))
		if m.frame.Unknown > 0 {
			text += fmt.Sprintf(", but for %d", m.frame.Unknown)
		}
	}
	return text
}

// table returns the heads and the lines around the cursor.
func (m *model) table(room int) []string {
	seen := m.lines[m.top:min(m.top+max(room-1, 1), len(m.lines))]
	t := &listing.Table{Terminal: m.options.Terminal, Namespace: m.options.Namespace}
	t.Terminal.Width = m.width - 2
	l := listing.List{Now: m.now, Expected: func(lang.Ref) time.Time { return time.Time{} }}
	for _, line := range seen {
		l.Rows = append(l.Rows, folded(line))
	}
	var text bytes.Buffer
	out := bufio.NewWriter(&text)
	command.PrintCells(out, t.Cells(l), m.width-2)
	_ = out.Flush() // into memory
	var lines []string
	for i, one := range strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n") {
		mark := "  "
		if i > 0 {
			mark = m.mark(m.top+i-1, seen[i-1])
		}
		lines = append(lines, mark+one)
	}
	if len(m.lines) == 0 {
		lines = append(lines, "  No Jobs here"+map[bool]string{true: " match the filter"}[m.filter != ""]+".")
	}
	return lines
}

// mark tells the line of the cursor, and those that have just changed.
func (m *model) mark(number int, l line) string {
	mark := " "
	if number == m.cursor {
		mark = ">"
	}
	for _, r := range l.rows {
		if at, is := m.news[r.Ref]; is && m.now.Sub(at) < newsFor {
			return mark + "*"
		}
	}
	return mark + " "
}

// folded returns the row of a line: of several that are equal, one with all completions.
func folded(l line) listing.Row {
	r := l.rows[0]
	if len(l.rows) == 1 {
		return r
	}
	r.Job.Name = fmt.Sprintf("%s (%d)", strings.ReplaceAll(reference.WithoutNumbers(r.Job.Name), "#", "*"), len(l.rows))
	for _, other := range l.rows[1:] {
		r.Done, r.Size, r.Failed = r.Done+other.Done, r.Size+other.Size, r.Failed+other.Failed
		if other.Job.Created.Before(r.Job.Created) {
			r.Job.Created = other.Job.Created
		}
	}
	return r
}

// messages are the lines above the keys.
func (m *model) messages() []string {
	var lines []string
	for i, note := range m.frame.Notes {
		if i == mostNotes {
			break
		}
		lines = append(lines, picture.OneLine(note))
	}
	switch {
	case m.question != nil:
		lines = append(lines, fmt.Sprintf("%s %s? y/n", m.question.verb, m.question.args[1]))
	case m.filtering:
		lines = append(lines, "/"+m.filter+"_")
	case m.filter != "":
		lines = append(lines, "/"+m.filter+"   (esc shows all)")
	}
	if m.said != "" {
		lines = append(lines, picture.OneLine(m.said))
	}
	return lines
}

func (m *model) drawFoot() []string {
	var parts []string
	for _, k := range keys {
		what := k[1]
		switch l := m.current(); {
		case what == "hold" && l != nil && l.rows[0].Job.OnHold:
			what = "release"
		case what == "unfold" && m.unfolded[all]:
			what = "fold"
		}
		parts = append(parts, k[0]+" "+what)
	}
	if m.options.Drawn {
		other := "drawing"
		if m.drawn {
			other = "table"
		}
		parts = append([]string{"tab " + other}, parts...)
	}
	foot := strings.Join(parts, "  ")
	if picture.Width(foot) > m.width {
		foot = strings.Join(parts, " ")
	}
	return append(m.messages(), foot)
}

func (m *model) drawPane() []string {
	p, room := m.pane, m.paneRoom()
	all := p.all()
	lines := append([]string{"$ " + p.title, ""}, all[p.top:min(p.top+room, len(all))]...)
	for len(lines) < room+2 {
		lines = append(lines, "")
	}
	state := "esc back"
	switch {
	case !p.over && len(all) == 0:
		state += "  ..."
	case len(all) > room:
		state += fmt.Sprintf("  %d-%d of %d", p.top+1, min(p.top+room, len(all)), len(all))
	}
	return append(lines, state)
}
