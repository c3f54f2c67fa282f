package lsf

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"depctl.dev/cli/imitation"
)

// bjobs lists jobs: those that have not ended, or with -a all, and those that are named in any case.
func bjobs(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "bjobs"}
	const other = "leave it out"
	o, done, code := t.parse(args, map[string]kind{
		"-a": {}, "-d": {}, "-p": {}, "-r": {}, "-s": {}, "-w": {}, "-W": {}, "-l": {}, "-X": {}, "-UF": {}, "-noheader": {}, "-json": {},
		"-o": {value: true}, "-u": {value: true}, "-q": {value: true}, "-J": {value: true}, "-hms": {}, "-N": {value: true},
		"-m": {value: true, refusal: other}, "-P": {value: true, refusal: other}, "-G": {value: true, refusal: other}, "-g": {value: true, refusal: other},
		"-A": {refusal: "it sums up arrays: leave it out, and count the lines"}, "-sum": {refusal: "depctl status counts Jobs"},
		"-x": {refusal: other}, "-e": {refusal: other}, "-app": {value: true, refusal: other}, "-sla": {value: true, refusal: other}, "-Lp": {value: true, refusal: other},
	})
	if done {
		return code
	}
	var wanted *layout
	if o.Has("-o") {
		var err error
		if wanted, err = parseLayout(o.Last("-o")); err != nil {
			return t.fail(err)
		}
	}
	if o.Has("-json") && wanted == nil {
		return t.fail(said("-json needs -o with fields"))
	}
	words := o.Rest
	if len(words) == 1 && words[0] == "0" {
		words = nil
	}
	found, missing, err := t.rows(ctx, words, filter{o.Last("-u"), o.Last("-q"), o.Last("-J")})
	if err != nil {
		return t.fail(err)
	}
	var shown []row
	for _, r := range found {
		if o.shows(&r, len(words) > 0) {
			shown = append(shown, r)
		}
	}
	out := bufio.NewWriter(t.Out)
	switch {
	case o.Has("-json"):
		err = t.printJSON(out, wanted, shown)
	case len(shown) == 0:
	case wanted != nil:
		printLayout(out, wanted, shown, !o.Has("-noheader"))
	case o.given("-l", "-UF"):
		t.printLong(out, shown)
	default:
		printTable(out, shown, o.given("-w", "-W", "-UF"), !o.Has("-noheader"))
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return t.fail(err)
	}
	for _, word := range missing {
		t.Complain("Job <%s> is not found\n", imitation.Text(word))
		code = bad
	}
	if len(shown) == 0 && len(words) == 0 && !o.Has("-json") {
		t.none(&o)
		code = bad
	}
	return code
}

// none says that nothing is listed.
func (t tool) none(o *options) {
	switch name := o.Last("-J"); {
	case name != "":
		t.Complain("Job <%s> is not found\n", imitation.Text(name))
	case o.Has("-a"):
		t.Complain("No job found\n")
	default:
		t.Complain("No unfinished job found\n")
	}
}

// shows reports whether a row is in a state that is asked for.
func (o *options) shows(r *row, named bool) bool {
	s := status(r.Element)
	if !o.given("-a", "-d", "-p", "-r", "-s") {
		return named || !r.State.Ended()
	}
	return o.Has("-a") || o.Has("-d") && r.State.Ended() || o.Has("-p") && s == "PEND" ||
		o.Has("-r") && s == "RUN" || o.Has("-s") && strings.HasSuffix(s, "SUSP")
}

func printTable(out *bufio.Writer, shown []row, wide, header bool) {
	heads := []string{"JOBID", "USER", "STAT", "QUEUE", "FROM_HOST", "EXEC_HOST", "JOB_NAME", "SUBMIT_TIME"}
	const narrow, broad = "%-7.7s %-7.7s %-5.5s %-10.10s %-11.11s %-11.11s %-10.10s %s", "%-7s %-7s %-5s %-10s %-11s %-11s %-10s %s"
	format := narrow
	if wide {
		format = broad
	}
	line := func(cells ...any) { out.WriteString(imitation.Text(fmt.Sprintf(format, cells...)) + "\n") }
	if header {
		line(heads[0], heads[1], heads[2], heads[3], heads[4], heads[5], heads[6], heads[7])
	}
	for i := range shown {
		r := &shown[i]
		node := r.Node
		if node == "" && wide {
			node = "-"
		}
		line(fmt.Sprint(r.job.ID), r.job.User, status(r.Element), queueOf(r.job), r.job.Told.Host, node, r.name(), r.job.Made.Local().Format(timeLayout))
	}
}

func printLayout(out *bufio.Writer, l *layout, shown []row, header bool) {
	line := func(value func(c column) string) {
		cells := make([]string, len(l.columns))
		for i, c := range l.columns {
			cells[i] = c.cell(value(c), l.delimited, i == len(l.columns)-1)
		}
		out.WriteString(imitation.Text(strings.Join(cells, l.delimiter)) + "\n")
	}
	if header {
		line(func(c column) string { return c.heading() })
	}
	for i := range shown {
		line(func(c column) string { return c.value(&shown[i]) })
	}
}

// printJSON prints an object, with a record for each row.
func (t tool) printJSON(out *bufio.Writer, l *layout, shown []row) error {
	records := make([]map[string]string, len(shown))
	for i := range shown {
		records[i] = map[string]string{}
		for _, c := range l.columns {
			records[i][c.heading()] = c.value(&shown[i])
		}
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{"COMMAND": "bjobs", "JOBS": len(shown), "RECORDS": records})
}

// printLong prints all that is known of each row.
func (t tool) printLong(out *bufio.Writer, shown []row) {
	at := func(of time.Time) string { return of.Local().Format("Mon Jan _2 15:04:05") }
	for i := range shown {
		r := &shown[i]
		told := &r.job.Told
		project := told.Account
		if project == "" {
			project = "default"
		}
		if i > 0 {
			out.WriteString("------------------------------------------------------------------------------\n")
		}
		write := func(format string, args ...any) { out.WriteString(imitation.Text(fmt.Sprintf(format, args...)) + "\n") }
		write("\nJob <%s>, Job Name <%s>, User <%s>, Project <%s>, Status <%s>, Queue <%s>, Command <%s>", r.id(), r.job.Name, r.job.User, project, status(r.Element), queueOf(r.job), commandOf(r))
		submitted := fmt.Sprintf("%s: Submitted from host <%s>, CWD <%s>", at(r.job.Made), told.Host, told.Directory)
		if told.Output != "" {
			submitted += ", Output File <" + file(r, told.Output) + ">"
		}
		if told.Waits != "" {
			submitted += ", Dependency Condition <" + told.Waits + ">"
		}
		write("%s;", submitted)
		if !r.Started.IsZero() {
			write("%s: Started 1 Task(s) on Host(s) <%s>;", at(r.Started), r.Node)
		}
		switch {
		case r.State.Ended():
			write("%s: %s", at(r.Ended), ended(r.Element))
			if why := reason(r.Element); why != "" {
				write("%s: Completed <exit>; %s.", at(r.Ended), why)
			}
		case status(r.Element) != "RUN":
			write(" PENDING REASONS:\n %s;", pending(r.Element))
		}
		if r.Message != "" {
			write(" %s", r.Message)
		}
	}
}
