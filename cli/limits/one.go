package limits

import (
	"bufio"
	"fmt"
	"strconv"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
)

// drawOne shows who has tokens of one limit, and who waits for some.
func (o *limitsOptions) drawOne(out *bufio.Writer, w *snapshot.World, l snapshot.Limit) {
	of := ""
	if !l.Boundless && l.Problem == "" && l.Unread == "" {
		of = " of " + strconv.FormatInt(l.Tokens, 10)
	}
	fmt.Fprintf(out, "%s: %d%s tokens are in use, and %s.\n", l.Name, l.Used, of, waiting(len(l.Waiters)))
	if len(l.Holders) > 0 {
		var rows [][]command.Cell
		if !o.noHeaders {
			fmt.Fprintln(out)
			rows = append(rows, []command.Cell{{Text: "USED BY"}, {Text: "TOKENS", Right: true}, {Text: "FOR"}})
		}
		for _, h := range l.Holders {
			rows = append(rows, []command.Cell{{Text: o.call(h.Ref)}, {Text: strconv.FormatInt(h.Tokens, 10), Right: true}, {Text: age(w.Now, h.Since)}})
		}
		command.PrintCells(out, rows, o.terminal.Width)
	}
	if len(l.Waiters) == 0 {
		return
	}
	var rows [][]command.Cell
	if !o.noHeaders {
		fmt.Fprintln(out)
		rows = append(rows, []command.Cell{{Text: "IN LINE"}, {Text: "TOKENS", Right: true}, {Text: "PRIORITY", Right: true}, {Text: "FOR"}, {Text: "WHY IT WAITS"}})
	}
	for _, one := range l.Waiters {
		rows = append(rows, []command.Cell{
			{Text: o.call(one.Ref)},
			{Text: strconv.FormatInt(one.Tokens, 10), Right: true},
			{Text: strconv.FormatInt(one.Priority, 10), Right: true},
			{Text: age(w.Now, one.Since)},
			{Text: one.Why},
		})
	}
	command.PrintCells(out, rows, 0)
}

func waiting(n int) string {
	if n == 1 {
		return "1 Job waits"
	}
	return fmt.Sprintf("%d Jobs wait", n)
}
