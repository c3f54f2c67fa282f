package cli

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/duration"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// gap is how many columns stand between two cells, as with kubectl.
const gap = 3

// minWaits is the least width of the last column. Where names leave less, the
// terminal breaks the lines.
const minWaits = 16

// table draws a model as a tree with columns.
type table struct {
	model  *model
	forest *forest
	// namespace is the one whose Jobs are named without it; empty means none.
	namespace string
	terminal  terminal
	now       time.Time
	noHeaders bool
}

// line is one line of the table; colour is that of the state.
type line struct {
	name, state, age string
	waits            []string
	colour           string
}

func (t *table) print(w io.Writer) error {
	lines := t.lines()
	var name, state, age int
	for _, l := range lines {
		name = max(name, width(l.name)+gap)
		state = max(state, width(l.state)+gap)
		age = max(age, width(l.age)+gap)
	}
	room := 0
	if t.terminal.width > 0 {
		room = max(t.terminal.width-name-state-age, minWaits)
	}
	out := bufio.NewWriter(w)
	for _, l := range lines {
		shown := l.state
		if t.terminal.colour {
			shown = paint(l.state, l.colour)
		}
		text := pad(l.name, l.name, name) + pad(shown, l.state, state) + pad(l.age, l.age, age) +
			enumerate(l.waits, room, t.terminal.glyphs.ellipsis)
		fmt.Fprintln(out, strings.TrimRight(text, " "))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the graph: %w", err)
	}
	return nil
}

func (t *table) lines() []line {
	states := make(map[lang.Ref]gate.State, len(t.model.nodes))
	for _, n := range t.model.nodes {
		states[n.ref] = n.state
	}
	var lines []line
	if !t.noHeaders {
		lines = append(lines, line{name: "NAME", state: "STATE", age: "AGE", waits: []string{"WAITS FOR"}})
	}
	for _, r := range t.forest.rows(t.terminal.glyphs) {
		n := t.model.nodes[r.node]
		lines = append(lines, line{
			name:   r.branch + nameIn(t.namespace, n.ref),
			state:  t.terminal.glyphs.symbols[n.state] + " " + string(n.state),
			age:    t.age(n.created),
			waits:  t.waits(n, states),
			colour: colourOf(n.state),
		})
	}
	return lines
}

// waits returns the checks that a Job still waits for, as its expression would
// say them, each with what is known where time alone may not mend it.
func (t *table) waits(n node, states map[lang.Ref]gate.State) []string {
	var items []string
	for _, reason := range n.unmet {
		items = append(items, wait(n.ref.Namespace, reason, states))
	}
	switch {
	case n.remark == "":
		return items
	case len(items) == 0:
		return []string{n.remark}
	default:
		items[0] = n.remark + "; " + items[0]
		return items
	}
}

func wait(namespace string, r lang.Reason, states map[lang.Ref]gate.State) string {
	item := oneLine(r.Check.String())
	if r.Size == 0 && r.Check.Status == lang.StatusSucceeded && r.Check.Targets[0].Elements == nil && r.Ref.Name != "" {
		item = nameIn(namespace, r.Ref)
	}
	switch state := states[r.Ref]; {
	case r.Problem != nil:
		return item + " (" + oneLine(r.Problem.Message) + ")"
	case r.Size > 0:
		return fmt.Sprintf("%s (%d of %d)", item, r.Yes, r.Size)
	case !r.Until.IsZero():
		return item + " (not before " + r.Until.UTC().Format(time.RFC3339) + ")"
	case state == "", state == gate.StateWaiting, state == gate.StatePending, state == gate.StateRunning:
		return item
	default:
		return item + " (" + string(state) + ")"
	}
}

// nameIn returns how an expression calls a Job in a namespace.
func nameIn(namespace string, ref lang.Ref) string {
	if ref.Namespace == namespace {
		ref.Namespace = ""
	}
	return oneLine(ref.String())
}

func (t *table) age(created time.Time) string {
	if created.IsZero() {
		return "-"
	}
	return duration.HumanDuration(t.now.Sub(created))
}

// enumerate joins items with commas. If that exceeds room, which is not
// limited when 0, the last ones are only counted; a first one that is too long
// for itself is cut.
func enumerate(items []string, room int, ellipsis string) string {
	all := strings.Join(items, ", ")
	if room == 0 || width(all) <= room {
		return all
	}
	used, fitting := 0, 0
	for i, item := range items {
		used += width(item)
		if used+width(more(len(items)-i-1)) <= room {
			fitting = i + 1
		}
		used += len(", ")
	}
	if fitting > 0 {
		return strings.Join(items[:fitting], ", ") + more(len(items)-fitting)
	}
	rest := more(len(items) - 1)
	return cut(items[0], max(room-width(rest), minWaits/2), ellipsis) + rest
}

func more(count int) string {
	if count == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", count)
}

// cut shortens text to a width.
func cut(text string, room int, ellipsis string) string {
	if width(text) <= room {
		return text
	}
	return string([]rune(text)[:max(room-width(ellipsis), 0)]) + ellipsis
}

// pad fills up what is shown to a column's width. Colours have none: plain is
// the text without them.
func pad(shown, plain string, column int) string {
	return shown + strings.Repeat(" ", column-width(plain))
}

func width(text string) int { return utf8.RuneCountInString(text) }
