package gridengine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"depctl.dev/cli/imitation"
)

// qacct tells of jobs that have ended, as long as they are there.
func qacct(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "qacct"}
	for i, word := range args { // -j may have no value, and then means all
		if word == "-j" && (i+1 == len(args) || strings.HasPrefix(args[i+1], "-")) {
			args = slices.Insert(slices.Clone(args), i+1, "*")
			break
		}
	}
	const sums = "there is no accounting but of single jobs, as long as they are there: say qacct -j JOB"
	o, ok, code := t.parse(args, takes{
		"-j": {value: true}, "-o": {value: true}, "-t": {value: true}, "-u": {}, "-m": {},
		"-f": {value: true, refusal: sums}, "-d": {value: true, refusal: sums}, "-b": {value: true, refusal: sums}, "-e": {value: true, refusal: sums},
		"-P": {value: true, refusal: sums}, "-A": {value: true, refusal: sums}, "-D": {value: true, refusal: sums}, "-g": {value: true, refusal: sums},
		"-h": {value: true, refusal: sums}, "-q": {value: true, refusal: sums}, "-l": {value: true, refusal: sums}, "-pe": {value: true, refusal: sums}, "-slots": {value: true, refusal: sums},
	})
	if !ok {
		return code
	}
	if !o.Has("-j") {
		return t.fail(errors.New(sums))
	}
	var tasks []int
	if text := o.Last("-t"); text != "" {
		var err error
		if tasks, err = parseTasks(text); err != nil {
			return t.wrong("invalid option argument \"-t %s\"", text)
		}
	}
	words := o.all("-j")
	jobs, missing, err := t.find(ctx, words, true)
	if err != nil {
		return t.fail(err)
	}
	out := bufio.NewWriter(t.Out)
	for _, j := range jobs {
		any := false
		for i := range j.Elements {
			e := &j.Elements[i]
			meant := (j.elements == nil || slices.ContainsFunc(j.elements, func(o *imitation.Element) bool { return o.Task == e.Task })) &&
				(tasks == nil || slices.Contains(tasks, e.Task)) && (!o.Has("-o") || slices.Contains(o.all("-o"), j.User))
			if !meant || !e.State.Ended() || letters(e) != "" {
				continue
			}
			any = true
			out.WriteString(divider)
			for _, line := range account(j.Job, e) {
				fmt.Fprintf(out, "%-12s %-20s\n", line[0], imitation.Text(line[1]))
			}
		}
		if !any {
			missing = append(missing, fmt.Sprint(j.ID))
		}
	}
	if err := out.Flush(); err != nil {
		return t.fail(err)
	}
	if len(missing) == 0 || words[0] == "*" {
		return 0
	}
	for _, word := range missing {
		what := "name"
		if strings.Trim(word, "0123456789.-:") == "" {
			what = "id"
		}
		t.Complain("error: job %s %s not found\n", what, imitation.Text(word))
	}
	return 1
}

// account are the lines of a job, or of an element.
func account(j *imitation.Job, e *imitation.Element) [][2]string {
	code, means, status := failure(e)
	failed := fmt.Sprint(code)
	if means != "" {
		failed = fmt.Sprintf("%-3d : %s", code, means)
	}
	task := "undefined"
	if j.Numbers != nil {
		task = fmt.Sprint(e.Task)
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return "-/-"
		}
		return t.Local().Format(time.ANSIC)
	}
	wall := time.Duration(0)
	if !e.Started.IsZero() && e.Ended.After(e.Started) {
		wall = e.Ended.Sub(e.Started)
	}
	or := func(text, none string) string {
		if text == "" {
			return none
		}
		return text
	}
	return [][2]string{
		{"qname", queueOf(j)},
		{"hostname", or(e.Node, "-/-")},
		{"owner", j.User},
		{"project", or(j.Told.Account, "NONE")},
		{"jobname", j.Name},
		{"jobnumber", fmt.Sprint(j.ID)},
		{"taskid", task},
		{"qsub_time", at(j.Made)},
		{"start_time", at(e.Started)},
		{"end_time", at(e.Ended)},
		{"slots", fmt.Sprint(slots(j))},
		{"failed", failed},
		{"exit_status", fmt.Sprint(status)},
		{"ru_wallclock", fmt.Sprintf("%.0f", wall.Seconds())},
	}
}
