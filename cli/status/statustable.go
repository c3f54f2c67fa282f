package status

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/overview"
	"depctl.dev/cli/picture"
)

// mostBlockers is how many are shown without -o wide.
const mostBlockers = 10

// mostTroubles is how many of those are.
const mostTroubles = 5

// draw writes a summary as tables.
func (o *statusOptions) draw(q *snapshot.Inquiry, s *overview.Overview) error {
	out := bufio.NewWriter(o.streams.Out)
	if s.Jobs == 0 {
		fmt.Fprintln(out, "No Jobs found"+command.In(o.namespace)+".")
		return out.Flush()
	}
	var rows [][]command.Cell
	if !o.noHeaders {
		rows = append(rows, []command.Cell{{Text: "STATE"}, {Text: "JOBS", Right: true}})
	}
	for _, state := range overview.States {
		if n := s.Counts[state]; n > 0 {
			rows = append(rows, []command.Cell{o.terminal.State(state), {Text: fmt.Sprint(n), Right: true}})
		}
	}
	command.PrintCells(out, rows, 0)
	o.blockers(out, q, s)
	o.trouble(out, s)
	if !o.noHeaders {
		fmt.Fprintln(out)
		for _, sentence := range o.sentences(q, s) {
			fmt.Fprintln(out, strings.Join(command.Wrap(sentence, command.WrapWidth(o.terminal)), "\n"))
		}
	}
	return out.Flush()
}

func (o *statusOptions) blockers(out *bufio.Writer, q *snapshot.Inquiry, s *overview.Overview) {
	shown := s.Blockers
	if o.output != command.OutputWide && len(shown) > mostBlockers {
		shown = shown[:mostBlockers]
	}
	if len(shown) == 0 {
		return
	}
	fmt.Fprintln(out)
	var rows [][]command.Cell
	if !o.noHeaders {
		rows = append(rows, []command.Cell{{Text: "BLOCKER"}, {Text: "STATE"}, {Text: "AGE"}, {Text: "EXPECTED"}, {Text: "HOLDS UP", Right: true}})
		if o.output == command.OutputWide {
			rows[0] = append(rows[0], command.Cell{Text: "DIRECTLY"})
		}
	}
	for _, b := range shown {
		row := []command.Cell{
			{Text: picture.NameIn(o.namespace, b.Ref)},
			o.terminal.State(b.State),
			{Text: ageOr(q.Now, b.Since)},
			{Text: command.InTime(q.Now, b.End)},
			{Text: fmt.Sprint(b.HoldsUp), Right: true},
		}
		if o.output == command.OutputWide {
			var names []string
			for _, dependent := range q.Graph.Dependents(b.Ref) {
				names = append(names, picture.NameIn(o.namespace, dependent))
			}
			row = append(row, command.Cell{Text: picture.Enumerate(names, 40, o.terminal.Glyphs.Ellipsis)})
		}
		rows = append(rows, row)
	}
	command.PrintCells(out, rows, o.terminal.Width)
	if left := len(s.Blockers) - len(shown); left > 0 && !o.noHeaders {
		fmt.Fprintf(out, "and %d more (-o wide shows them)\n", left)
	}
}

// trouble says why Jobs do not run, or have failed, each with what to type, as check does.
func (o *statusOptions) trouble(out *bufio.Writer, s *overview.Overview) {
	shown := s.Trouble
	if o.output != command.OutputWide && len(shown) > mostTroubles {
		shown = shown[:mostTroubles]
	}
	if len(shown) == 0 {
		return
	}
	fmt.Fprintln(out)
	var rows [][]command.Cell
	if !o.noHeaders {
		rows = append(rows, []command.Cell{{Text: "JOBS", Right: true}, {Text: "EXAMPLE"}, {Text: "TROUBLE"}})
	}
	used := 0
	for _, t := range shown {
		used = max(used, picture.Width(picture.NameIn(o.namespace, t.Example)))
	}
	used = max(used, len("EXAMPLE")) + len("JOBS") + 2*command.Gap
	for _, t := range shown {
		row := []command.Cell{{Text: fmt.Sprint(t.Jobs), Right: true}, {Text: picture.NameIn(o.namespace, t.Example)}}
		for _, line := range o.inTwo(picture.OneLine(t.Cause.Brief()), used) {
			rows = append(rows, append(row, command.Cell{Text: line}))
			row = []command.Cell{{}, {}}
		}
		rows = append(rows, append(row, command.Cell{Text: t.See}))
	}
	command.PrintCells(out, rows, o.terminal.Width)
	if left := len(s.Trouble) - len(shown); left > 0 && !o.noHeaders {
		fmt.Fprintf(out, "and %d more (-o wide shows them)\n", left)
	}
}

// inTwo breaks a text so that it takes two lines at most, each behind so many columns.
func (o *statusOptions) inTwo(text string, used int) []string {
	if o.terminal.Width == 0 {
		return []string{text}
	}
	room := max(o.terminal.Width-used, 20)
	lines := command.Wrap(text, room)
	if len(lines) > 2 {
		rest := strings.TrimPrefix(text, lines[0]+" ")
		lines = []string{lines[0], picture.Cut(rest, room, o.terminal.Glyphs.Ellipsis)}
	}
	return lines
}

// sentences say what fits no table.
func (o *statusOptions) sentences(q *snapshot.Inquiry, s *overview.Overview) []string {
	list := []string{fmt.Sprintf("%s%s, %d of them with dependencies.", command.Count(s.Jobs, "Job"), command.In(o.namespace), s.Annotated)}
	if !s.Oldest.Since.IsZero() {
		list = append(list, fmt.Sprintf("The one that has waited longest is %s, for %s.",
			picture.NameIn(o.namespace, s.Oldest.Ref), duration.HumanDuration(q.Now.Sub(s.Oldest.Since))))
	}
	switch s.Limited {
	case 0:
	case 1:
		list = append(list, "1 Job waits for tokens of limits; see: depctl limits.")
	default:
		list = append(list, fmt.Sprintf("%d Jobs wait for tokens of limits; see: depctl limits.", s.Limited))
	}
	return append(list, etaOf(o.namespace, q.Now, s.ETA)...)
}

// etaOf says when all may be over, and what that is based on.
func etaOf(namespace string, now time.Time, eta overview.ETA) []string {
	switch {
	case eta.Open == 0:
		return []string{"All are finished."}
	case eta.Learned == 0:
		return []string{"No estimate: no Job has succeeded yet."}
	case eta.Unknown == eta.Open:
		return []string{"No estimate: they wait for what does not come by itself."}
	}
	text := fmt.Sprintf("Estimated finish: %s (%s last), based on %s", command.InTime(now, eta.End), picture.NameIn(namespace, eta.Last), command.Count(eta.Learned, "finished Job"))
	if eta.Guesses > 0 {
		text += fmt.Sprintf("; %s estimated by the median of all", command.Count(eta.Guesses, "Job"))
	}
	if eta.Unknown > 0 {
		text += fmt.Sprintf("; no estimate for %s", command.Count(eta.Unknown, "Job"))
	}
	return []string{text + "."}
}

func ageOr(now, since time.Time) string {
	if since.IsZero() {
		return "-"
	}
	return duration.HumanDuration(max(now.Sub(since), 0))
}
