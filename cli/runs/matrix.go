package runs

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
)

// drawMatrix draws a line for each step and a column for each run, the latest at the
// right, and below what the signs mean.
func (o *runsOptions) drawMatrix(out *bufio.Writer, w *snapshot.World, list []*summary) {
	type line struct{ namespace, step string }
	states := map[line]map[int]gate.State{}
	var lines []line
	room := 0
	for i, s := range list {
		mark := func(step string, state gate.State) {
			l := line{s.namespace, step}
			if s.cronJob != "" {
				l.step = "cronjob/" + s.cronJob
			}
			if states[l] == nil {
				states[l], lines = map[int]gate.State{}, append(lines, l)
				room = max(room, picture.Width(o.line(l.namespace, l.step)))
			}
			states[l][i] = state
		}
		for _, ref := range s.steps {
			mark(ref.Name, gate.StateOf(w.Jobs[ref], w.Decide(ref)))
		}
		if s.recorded {
			mark("", s.state)
		}
	}
	slices.SortFunc(lines, func(a, b line) int { return strings.Compare(a.namespace+"/"+a.step, b.namespace+"/"+b.step) })
	shown := len(list)
	if width := o.terminal.Width; width > 0 {
		shown = min(shown, max((width-room-command.Gap)/2, 1))
	}
	used := map[gate.State]bool{}
	for _, l := range lines {
		var b strings.Builder
		b.WriteString(picture.Pad(o.line(l.namespace, l.step), o.line(l.namespace, l.step), room+command.Gap))
		for i := shown - 1; i >= 0; i-- {
			state, there := states[l][i]
			sign := " "
			if there {
				used[state], sign = true, o.terminal.Glyphs.Symbols[state]
				if o.terminal.Colour {
					sign = picture.Paint(sign, picture.Colour(state))
				}
			}
			b.WriteString(sign + " ")
		}
		fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
	}
	if o.noHeaders {
		return
	}
	fmt.Fprintln(out)
	var signs []string
	for _, state := range picture.States {
		if used[state] {
			signs = append(signs, o.terminal.Glyphs.Symbols[state]+" "+string(state))
		}
	}
	fmt.Fprintln(out, strings.Join(signs, strings.Repeat(" ", command.Gap)))
	first, last := list[shown-1], list[0]
	fmt.Fprintf(out, "%s, from %s to %s\n", command.Count(shown, "run"), first.display(), last.display())
}

func (o *runsOptions) line(namespace, step string) string {
	if o.namespace == "" {
		return namespace + "/" + step
	}
	return step
}
