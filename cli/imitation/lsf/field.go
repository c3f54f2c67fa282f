package lsf

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/imitation"
)

// field is a column of bjobs -o.
type field struct {
	// names are what it may be called; the first, in capitals, is its heading.
	names string
	width int
	value func(r *row) string
}

// timeLayout is how bjobs writes a time.
const timeLayout = "Jan _2 15:04"

func fields() []field {
	at := func(of func(*row) time.Time) func(*row) string {
		return func(r *row) string {
			if of(r).IsZero() {
				return ""
			}
			return of(r).Local().Format(timeLayout)
		}
	}
	return []field{
		{"jobid id", 7, func(r *row) string { return strconv.FormatInt(r.job.ID, 10) }},
		{"jobindex", 8, func(r *row) string { return strconv.Itoa(r.Task) }},
		{"stat", 5, func(r *row) string { return status(r.Element) }},
		{"user", 7, func(r *row) string { return r.job.User }},
		{"queue", 10, func(r *row) string { return queueOf(r.job) }},
		{"job_name name", 10, func(r *row) string { return r.name() }},
		{"proj_name proj project", 11, func(r *row) string { return r.job.Told.Account }},
		{"job_description description", 17, func(r *row) string { return r.job.Full.Annotations["kubernetes.io/description"] }},
		{"command cmd", 15, commandOf},
		{"from_host", 11, func(r *row) string { return r.job.Told.Host }},
		{"first_host", 11, func(r *row) string { return r.Node }},
		{"exec_host", 11, func(r *row) string { return r.Node }},
		{"nexec_host", 10, func(r *row) string { return zeroOr(r.Node, "1") }},
		{"submit_time", 15, at(func(r *row) time.Time { return r.job.Made })},
		{"start_time", 15, at(func(r *row) time.Time { return r.Started })},
		{"finish_time", 16, at(func(r *row) time.Time { return r.Ended })},
		{"run_time", 15, func(r *row) string { return runTime(r) }},
		{"exit_code", 10, func(r *row) string {
			if status(r.Element) != "EXIT" {
				return ""
			}
			return strconv.Itoa(exit(r.Element))
		}},
		{"exit_reason", 50, func(r *row) string { return reason(r.Element) }},
		{"pend_reason", 11, func(r *row) string {
			if s := status(r.Element); s != "PEND" && s != "PSUSP" {
				return ""
			}
			return pending(r.Element)
		}},
		{"dependency", 15, func(r *row) string { return r.job.Told.Waits }},
		{"slots", 5, func(r *row) string { return strconv.FormatInt(slots(r.job), 10) }},
		{"nalloc_slot", 10, func(r *row) string { return zeroOr(r.Node, strconv.FormatInt(slots(r.job), 10)) }},
		{"sub_cwd", 10, func(r *row) string { return r.job.Told.Directory }},
		{"exec_cwd", 10, func(r *row) string { return r.job.Told.Directory }},
		{"output_file", 10, func(r *row) string { return file(r, r.job.Told.Output) }},
		{"error_file", 10, func(r *row) string { return file(r, r.job.Told.Error) }},
	}
}

func zeroOr(node, text string) string {
	if node == "" {
		return ""
	}
	return text
}

// commandOf is what the job runs.
func commandOf(r *row) string {
	if r.job.Told.Command != "" {
		return r.job.Told.Command
	}
	containers := r.job.Full.Spec.Template.Spec.Containers
	if len(containers) == 0 {
		return ""
	}
	words := append(append([]string{}, containers[0].Command...), containers[0].Args...)
	if len(words) > 2 && words[0] == "/bin/sh" && words[1] == "-c" {
		words = words[2:3]
	}
	return strings.Join(words, " ")
}

func runTime(r *row) string {
	end := r.Ended
	if r.Started.IsZero() || end.IsZero() {
		return ""
	}
	return fmt.Sprintf("%.0f second(s)", max(end.Sub(r.Started), 0).Seconds())
}

func slots(j *imitation.Job) int64 {
	containers := j.Full.Spec.Template.Spec.Containers
	if len(containers) == 0 {
		return 1
	}
	asked := containers[0].Resources.Requests[corev1.ResourceCPU]
	return max(asked.Value(), 1)
}

func file(r *row, name string) string {
	return strings.NewReplacer("\x00a0", strconv.Itoa(r.Task), "\x00j0", strconv.FormatInt(r.ID, 10), "\x00N0", r.Node).Replace(name)
}

// column is a field with the width that was asked for.
type column struct {
	field
	width int
	right bool
}

// layout is what -o asks for.
type layout struct {
	columns   []column
	delimiter string
	delimited bool
}

// parseLayout reads the text of -o: fields with widths, and a delimiter.
func parseLayout(text string) (*layout, error) {
	l := &layout{delimiter: " "}
	if before, after, has := strings.Cut(text, "delimiter="); has {
		var quote string
		if len(after) > 1 && (after[0] == '"' || after[0] == '\'') {
			end := strings.IndexByte(after[1:], after[0])
			if end < 0 {
				return nil, said("the delimiter of -o is not closed")
			}
			quote, after = after[1:end+1], after[end+2:]
		} else {
			quote, after, _ = strings.Cut(after, " ")
		}
		l.delimiter, l.delimited, text = quote, true, before+after
	}
	for _, word := range strings.Fields(text) {
		name, width, sized := strings.Cut(word, ":")
		c, err := columnOf(name)
		if err != nil {
			return nil, err
		}
		if sized {
			c.right = strings.HasPrefix(width, "-")
			n, err := strconv.Atoi(strings.TrimPrefix(width, "-"))
			if err != nil || n < 0 || n > 4096 {
				return nil, said(fmt.Sprintf("%s: the width %q of -o is no number up to 4096", name, width))
			}
			if n > 0 {
				c.width = n
			}
		}
		l.columns = append(l.columns, c)
	}
	if len(l.columns) == 0 {
		return nil, said("-o names no field")
	}
	return l, nil
}

func columnOf(name string) (column, error) {
	for _, f := range fields() {
		for _, one := range strings.Fields(f.names) {
			if strings.EqualFold(one, name) {
				return column{field: f, width: f.width}, nil
			}
		}
	}
	var known []string
	for _, f := range fields() {
		known = append(known, f.heading())
	}
	return column{}, said(fmt.Sprintf("%s: unknown field of -o; there are %s", name, strings.ToLower(strings.Join(known, " "))))
}

func (f field) heading() string {
	first, _, _ := strings.Cut(f.names, " ")
	return strings.ToUpper(first)
}

// cell returns a value in its column: what is longer begins with *, and has its end.
func (c column) cell(value string, delimited, last bool) string {
	if value == "" {
		value = "-"
	}
	if delimited {
		return value
	}
	if n := len([]rune(value)); n > c.width {
		return "*" + string([]rune(value)[n-c.width+1:])
	}
	if c.right {
		return fmt.Sprintf("%*s", c.width, value)
	}
	if last {
		return value
	}
	return fmt.Sprintf("%-*s", c.width, value)
}
