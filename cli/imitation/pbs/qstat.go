package pbs

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"depctl.dev/cli/imitation"
)

// letter returns how qstat shows a state.
func (t tool) letter(r *row) string {
	switch r.State {
	case imitation.Waiting:
		switch r.Why {
		case imitation.Hold, imitation.Dependency, imitation.NeverMet:
			return "H"
		case imitation.Begin:
			return "W"
		}
		return "Q"
	case imitation.Queued:
		return "Q"
	case imitation.Running:
		if t.hides && r.job.Numbers != nil && !r.sub {
			return "B" // an array that has begun
		}
		return "R"
	case imitation.Suspended:
		return "S"
	}
	if t.hides && r.sub && !r.job.Ended() {
		return "X" // a subjob that has ended before its array
	}
	return t.ended
}

// query is what qstat was asked for.
type query struct {
	full, extended, tasks, servers bool
	users                          []string
	format                         string
	rest                           []string
}

// parseQuery reads a command line. -x is XML to TORQUE, and to PBS Pro what has ended.
func (t tool) parseQuery(args []string) (q query, ok bool) {
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		switch word {
		case "-f":
			q.full = true
		case "-1", "-w", "-a", "-n": // lines are not broken anyway
		case "-x":
			q.extended = true
		case "-t":
			q.tasks = true
		case "-B":
			q.servers = true
		case "-u", "-F":
			if len(args) == 0 {
				return q, false
			}
			if word == "-u" {
				q.users = strings.Split(args[0], ",")
			} else if q.format = args[0]; q.format != "json" {
				return q, false
			}
			args = args[1:]
		default:
			if strings.HasPrefix(word, "-") {
				return q, false
			}
			q.rest = append(q.rest, word)
		}
	}
	return q, true
}

// qstat lists jobs.
func qstat(ctx context.Context, t tool, args []string) int {
	q, ok := t.parseQuery(args)
	if !ok {
		return t.usage("[-f [-1] [-F json]] [-x] [-t] [-u users] [-B [-f]] [job | queue | @server ...]")
	}
	out := bufio.NewWriter(t.Out)
	if q.servers {
		fmt.Fprintf(out, "Server: %s\n    server_state = Active\n    default_queue = %s\n\n", server, t.queue)
		return t.flush(out, 0)
	}
	var shown []row
	code := 0
	var words []string
	queue := ""
	for _, word := range q.rest {
		switch _, is := parseTarget(word); {
		case is:
			words = append(words, word)
		case strings.HasPrefix(word, "@"):
		default:
			queue, _, _ = strings.Cut(word, "@")
		}
	}
	listed, err := t.find(ctx, words)
	if err != nil {
		return t.fail(err)
	}
	for _, n := range listed {
		switch {
		case n.job == nil:
			code = t.unknown(n.word)
		case t.hides && !q.extended && n.job.Ended():
			t.Complain("qstat: %s Job has finished, use -x or -H to obtain historical job information\n", n.id())
			code = finished
		default:
			shown = append(shown, t.expanded(n.row, &q)...)
		}
	}
	if len(words) == 0 {
		jobs, err := t.Jobs(ctx, imitation.Query{Users: q.users, Exits: true})
		if err != nil {
			return t.fail(err)
		}
		for _, j := range jobs {
			if (queue == "" || queue == t.queueOf(j)) && !(t.hides && !q.extended && j.Ended()) {
				shown = append(shown, t.expanded(whole(j), &q)...)
			}
		}
	}
	switch {
	case q.format == "json":
		err = t.writeJSON(out, shown)
	case !t.hides && q.extended:
		err = t.writeXML(out, shown)
	case q.full:
		t.writeFull(out, shown)
	case len(shown) > 0:
		fmt.Fprintf(out, "%s\n%s\n", t.header, t.rule)
		for i := range shown {
			r := &shown[i]
			out.WriteString(imitation.Text(fmt.Sprintf(t.line, r.id(), r.job.Name, r.job.User, used(r), t.letter(r), t.queueOf(r.job))) + "\n")
		}
	}
	if err != nil {
		return t.fail(err)
	}
	return t.flush(out, code)
}

func (t tool) flush(out *bufio.Writer, code int) int {
	if err := out.Flush(); err != nil {
		return t.fail(err)
	}
	return code
}

// expanded returns the elements of an array in place of it, where they are asked for.
func (t tool) expanded(r row, q *query) []row {
	if !q.tasks || r.job.Numbers == nil || r.sub {
		return []row{r}
	}
	rows := make([]row, len(r.job.Elements))
	for i := range r.job.Elements {
		rows[i] = row{r.job, &r.job.Elements[i], true}
	}
	return rows
}

func (t tool) queueOf(j *imitation.Job) string {
	if j.Told.Queue == "" {
		return t.queue
	}
	return j.Told.Queue
}

func (t tool) writeFull(out *bufio.Writer, shown []row) {
	for i := range shown {
		fmt.Fprintf(out, "Job Id: %s\n", shown[i].id())
		for _, a := range t.attributes(&shown[i]) {
			out.WriteString("    " + imitation.Text(a[0]+" = "+strings.ReplaceAll(a[1], "\n", " ")) + "\n")
		}
		out.WriteString("\n")
	}
}

func (t tool) writeJSON(out *bufio.Writer, shown []row) error {
	jobs := map[string]any{}
	for i := range shown {
		one := map[string]any{}
		for _, a := range t.attributes(&shown[i]) {
			group, name, nested := strings.Cut(a[0], ".")
			switch {
			case nested:
				one[group] = map[string]string{name: a[1]}
			case a[0] == "Exit_status":
				n, err := strconv.Atoi(a[1])
				if err != nil {
					return err
				}
				one[a[0]] = n
			default:
				one[a[0]] = a[1]
			}
		}
		jobs[shown[i].id()] = one
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	return encoder.Encode(map[string]any{"timestamp": t.Now().Unix(), "pbs_server": server, "Jobs": jobs})
}

// writeXML prints what TORQUE's qstat -x does: an element for each attribute.
func (t tool) writeXML(out *bufio.Writer, shown []row) error {
	var b strings.Builder
	element := func(name, value string) error {
		b.WriteString("<" + name + ">")
		if err := xml.EscapeText(&b, []byte(value)); err != nil {
			return err
		}
		b.WriteString("</" + name + ">")
		return nil
	}
	for i := range shown {
		b.WriteString("<Job>")
		all := slices.Concat([][2]string{{"Job_Id", shown[i].id()}}, t.attributes(&shown[i]))
		for _, a := range all {
			name := strings.ToLower(a[0])
			if a[0] != strings.ToLower(a[0]) && (strings.HasPrefix(a[0], "Job_") || strings.HasSuffix(a[0], "_Path")) {
				name = a[0]
			}
			if err := element(strings.ReplaceAll(name, ".", "_"), a[1]); err != nil {
				return err
			}
		}
		b.WriteString("</Job>")
	}
	_, err := fmt.Fprintf(out, "<Data>%s</Data>\n", b.String())
	return err
}
