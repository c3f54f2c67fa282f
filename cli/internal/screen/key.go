package screen

import (
	tea "charm.land/bubbletea/v2"

	"depctl.dev/cli/listing"
)

// keys are what the last line says of them, in the order of how often one needs them.
var keys = [][2]string{
	{"/", "filter"}, {"e", "explain"}, {"l", "logs"}, {"g", "graph"}, {"h", "hold"}, {"f", "unfold"}, {"q", "quit"},
}

// press does what a key means. text is what it types.
func (m *model) press(key, text string) tea.Cmd {
	switch {
	case key == "ctrl+c":
		return tea.Quit
	case key == "ctrl+z":
		return tea.Suspend
	case m.pane != nil:
		m.pressInPane(key)
		return nil
	case m.question != nil:
		return m.answer(key)
	case m.filtering:
		m.pressInFilter(key, text)
		return nil
	}
	m.said = ""
	switch key {
	case "q":
		return tea.Quit
	case "/":
		m.filtering, m.drawn = true, false
	case "esc":
		m.setFilter("")
	case "tab":
		m.drawn = m.options.Drawn && !m.drawn
	case "f":
		m.unfolded = map[string]bool{all: !m.unfolded[all]}
		m.arrange()
	case "enter", "e", "l", "g", "h":
		return m.act(key)
	default:
		m.scroll(key)
	}
	return nil
}

// scroll moves the cursor, or what is seen of the drawing.
func (m *model) scroll(key string) {
	page := max(m.room()-1, 1)
	by := map[string]int{
		"up": -1, "k": -1, "down": 1, "j": 1, "pgup": -page, "ctrl+b": -page, "pgdown": page, "space": page, "ctrl+f": page,
		"home": -1 << 30, "end": 1 << 30,
	}[key]
	if !m.drawn {
		m.move(by)
		return
	}
	m.drawingTop += by
}

func (m *model) pressInFilter(key, text string) {
	switch key {
	case "enter":
		m.filtering = false
	case "esc":
		m.filtering = false
		m.setFilter("")
	case "backspace":
		if runes := []rune(m.filter); len(runes) > 0 {
			m.setFilter(string(runes[:len(runes)-1]))
		}
	case "ctrl+u":
		m.setFilter("")
	case "up", "down", "pgup", "pgdown":
		m.scroll(key)
	default:
		if text != "" {
			m.setFilter(m.filter + text)
		}
	}
}

// act does something about the Job of the cursor.
func (m *model) act(key string) tea.Cmd {
	l := m.current()
	if l == nil {
		return nil
	}
	if key == "enter" && len(l.rows) > 1 {
		m.unfolded[l.key] = true
		m.arrange()
		return nil
	}
	r := l.rows[0]
	switch key {
	case "enter", "e":
		return m.open("explain", named(r)...)
	case "l":
		return m.open("logs", append(named(r), "--follow", "--tail=1000")...)
	case "g":
		return m.open("graph", named(r)...)
	}
	verb := "hold"
	if r.Job.OnHold {
		verb = "release"
	}
	m.question = &question{verb: verb, args: append([]string{verb}, named(r)...)}
	return nil
}

// named returns the arguments that name a Job.
func named(r listing.Row) []string {
	name := r.Job.Name
	if !r.Job.IsJob() {
		name = r.Ref.Kind + "/" + name
	}
	return []string{name, "--namespace=" + r.Job.Namespace}
}
