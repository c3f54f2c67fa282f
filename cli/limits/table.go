package limits

import (
	"bufio"
	"fmt"
	"slices"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

func (o *limitsOptions) print(w *snapshot.World, all []snapshot.Limit) error {
	switch {
	case o.output == command.OutputJSON:
		return command.WriteJSON(o.streams.Out, command.List(o.json(all), o.name != ""))
	case o.output == command.OutputYAML:
		return command.WriteYAML(o.streams.Out, command.List(o.json(all), o.name != ""))
	case len(all) == 0:
		return command.PrintNotes(o.streams.ErrOut, []string{"No limits found" + command.In(o.scope) + "."})
	}
	out := bufio.NewWriter(o.streams.Out)
	if o.name != "" {
		o.drawOne(out, w, all[0])
	} else {
		o.drawTable(out, w, all)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the limits: %w", err)
	}
	return nil
}

func (o *limitsOptions) drawTable(out *bufio.Writer, w *snapshot.World, all []snapshot.Limit) {
	wide := o.output == command.OutputWide
	var rows [][]command.Cell
	if !o.noHeaders {
		rows = append(rows, []command.Cell{
			{Text: "LIMIT"},
			{Text: "TOKENS", Right: true},
			{Text: "USED", Right: true},
			{Text: "WAITING", Right: true},
			{Text: "FIRST IN LINE"},
			{Text: "LONGEST WAIT"},
		})
		if wide {
			rows[0] = append(rows[0], command.Cell{Text: "USED BY"})
		}
	}
	for _, l := range all {
		first, longest := "-", "-"
		if i := slices.IndexFunc(l.Waiters, func(w snapshot.Waiter) bool { return w.Possible }); i >= 0 {
			first = o.call(l.Waiters[i].Ref)
		}
		if len(l.Waiters) > 0 {
			oldest := slices.MinFunc(l.Waiters, func(a, b snapshot.Waiter) int { return a.Since.Compare(b.Since) })
			longest = age(w.Now, oldest.Since)
		}
		row := []command.Cell{
			{Text: o.limitName(l)},
			{Text: tokens(l), Right: true},
			{Text: strconv.FormatInt(l.Used, 10), Right: true},
			{Text: strconv.Itoa(len(l.Waiters)), Right: true},
			{Text: first},
			{Text: longest},
		}
		if wide {
			var names []string
			for _, h := range l.Holders {
				names = append(names, fmt.Sprintf("%s (%d)", o.call(h.Ref), h.Tokens))
			}
			row = append(row, command.Cell{Text: picture.Enumerate(names, 60, o.terminal.Glyphs.Ellipsis)})
		}
		rows = append(rows, row)
	}
	command.PrintCells(out, rows, o.terminal.Width)
}

// limitName is what a limit is called: with its namespace, unless that is the current one.
func (o *limitsOptions) limitName(l snapshot.Limit) string {
	if l.Name.Namespace == o.namespace {
		return l.Name.Key
	}
	return l.Name.String()
}

func (o *limitsOptions) call(ref lang.Ref) string { return picture.NameIn(o.namespace, ref) }

// tokens says how many there are, if that is known.
func tokens(l snapshot.Limit) string {
	switch {
	case l.Problem != "":
		return "none"
	case l.Boundless || l.Unread != "":
		return "-"
	}
	return strconv.FormatInt(l.Tokens, 10)
}

func age(now, since time.Time) string {
	if since.IsZero() {
		return "-"
	}
	return duration.HumanDuration(max(now.Sub(since), 0))
}
