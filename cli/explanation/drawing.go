package explanation

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Style is what the place that is drawn on can show.
type Style struct {
	// Width is in columns; 0 means that nothing needs to be cut.
	Width  int
	Colour bool
	ASCII  bool
	// Namespace is the one whose Jobs are named without it.
	Namespace string
	// Symbol and Paint show a state, as other drawings do.
	Symbol func(gate.State) string
	Paint  func(text string, state gate.State) string
	// Clean takes out of a text what could drive a terminal.
	Clean func(string) string
}

// The colours of values: green opens, red never will, and what waits has none.
const (
	red   = "31"
	green = "32"
	amber = "33"
	faint = "2"
)

type signs struct{ fork, stem, corner, blank, ellipsis, yes, no, wait, problem, element string }

func (s Style) signs() signs {
	if s.ASCII {
		return signs{"|- ", "|  ", "`- ", "   ", "...", "+", "x", ".", "!", "*"}
	}
	return signs{"├─ ", "│  ", "└─ ", "   ", "…", "✓", "✗", "○", "!", "•"}
}

// Explained is an Explanation or a CronJob.
type Explained interface{ draw(*drawing) }

// Print draws explanations.
func Print(w io.Writer, list []Explained, style Style) error {
	d := &drawing{Style: style, signs: style.signs()}
	for i, e := range list {
		if i > 0 {
			d.line("")
		}
		e.draw(d)
	}
	_, err := io.WriteString(w, d.b.String())
	return err
}

type drawing struct {
	Style
	signs signs
	b     strings.Builder
	// run is that of the Job that is explained.
	run string
}

func (d *drawing) line(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	d.b.WriteString(strings.TrimRight(text, " ") + "\n")
}

func (d *drawing) paint(text, colour string) string {
	if !d.Colour || colour == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func (e *Explanation) draw(d *drawing) {
	d.run = e.Run
	name := d.Clean(lang.Ref{Kind: lang.KindJob, Namespace: e.Namespace, Name: e.Name, Run: e.Run}.String())
	if e.Kind != "" {
		name = e.Kind + ":" + name
	}
	if e.Element != nil {
		c := e.Array.of(*e.Element)
		d.line("%s[%d] %s %s (its Job: %s%s)", name, *e.Element, d.value(c.value.String()), c.what, e.State, d.headline(e))
	} else {
		d.line("%s %s%s", name, d.state(gate.State(e.State)), d.headline(e))
	}
	if e.DependsOn != "" && (e.Tried || e.Tree == nil) {
		d.wrapped("", gate.DependsOnAnnotation+": "+e.DependsOn)
	}
	if e.Over != "" {
		d.wrapped("", "It changes nothing: "+e.Over+". This is what the expression would say of a Job that waits.")
	}
	if e.Tree != nil {
		d.root(e.Tree, "")
	}
	if said := e.said(); said != "" {
		d.wrapped("", said)
	}
	d.condition(e)
	d.causes(e)
	for _, l := range e.Limits {
		d.wrapped("", l.says(e.Namespace))
	}
	for _, because := range e.Because {
		d.line("%s", d.cut(d.paint(d.signs.yes, green)+" "+d.Clean(because), 0))
	}
	if e.Array != nil {
		d.elements(e)
	}
	if e.Deadline != "" {
		d.line("It fails if it still waits at %s (depctl.dev/wait-timeout).", e.Deadline)
	}
	if e.Next != "" && e.Next != e.Deadline {
		d.line("Time alone may change this at %s.", e.Next)
	}
	d.expected(e)
	d.blockers(e)
	d.advice(e.Advice)
}

// headline is what follows the state: since when.
func (d *drawing) headline(e *Explanation) string {
	if e.Tried {
		return ", with this expression:"
	}
	if e.since.IsZero() {
		return ""
	}
	age := human(e.now.Sub(e.since))
	switch gate.State(e.State) {
	case gate.StateSucceeded, gate.StateFailed, gate.StateSkipped:
		return " " + age + " ago"
	}
	return " for " + age
}

// said is what the decision or the Job itself says, where the tree does not.
func (e *Explanation) said() string {
	if e.Tree != nil && e.Tree.Value == "false" && e.Reason == gate.ReasonDependencyFailed {
		return ""
	}
	if e.Message == "" || e.waitsForTokens() || e.Tree != nil && (e.Reason == gate.ReasonWaiting || e.Reason == gate.ReasonMet || e.Reason == gate.ReasonProblem && e.Tree.shows()) ||
		e.Array != nil && (e.Element != nil || e.Action == "open" && e.Reason != gate.ReasonProblem) {
		return ""
	}
	if e.State == string(gate.StateFailed) {
		return e.Reason + ": " + e.Message
	}
	return e.Message
}

// shows reports whether a tree has the problem that the decision speaks of.
func (p *Part) shows() bool {
	for _, term := range p.Terms {
		if term.shows() {
			return true
		}
	}
	return p.Problem != ""
}

func (d *drawing) state(s gate.State) string {
	return d.Paint(d.Symbol(s)+" "+string(s), s)
}

// mark is the sign of a value.
func (d *drawing) mark(p *Part) string {
	switch {
	case p.PerElement:
		return d.paint(d.signs.element, faint)
	case p.Problem != "":
		return d.paint(d.signs.problem, amber)
	}
	return d.value(p.Value)
}

func (d *drawing) value(value string) string {
	switch value {
	case lang.True.String():
		return d.paint(d.signs.yes, green)
	case lang.False.String():
		return d.paint(d.signs.no, red)
	default:
		return d.signs.wait
	}
}

func width(text string) int { return utf8.RuneCountInString(text) }

// cut shortens a text without colours so that it ends before the last column.
func (d *drawing) cut(text string, used int) string {
	room := d.Width - used
	if d.Width == 0 || width(text) <= room {
		return text
	}
	return string([]rune(text)[:max(room-width(d.signs.ellipsis), 0)]) + d.signs.ellipsis
}
