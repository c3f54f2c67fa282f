package pbs

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"depctl.dev/cli/imitation"
)

// The exit statuses that programs look at.
const (
	wrongUsage = 2
	unknownJob = 153
	finished   = 35
)

// server ends the numbers of jobs.
const server = "depctl"

// tool is one of the commands that was called.
type tool struct {
	*imitation.Session
	name string
	*flavour
}

func (t tool) fail(err error) int {
	t.Complain("%s: %s\n", t.name, imitation.Lines(err))
	return 1
}

func (t tool) usage(line string) int {
	t.Complain("usage: %s %s\n\nThis is depctl: what Kubernetes can do of %s(1). See docs/guide/pbs.md.\n", t.name, line, t.name)
	return wrongUsage
}

// row is a job, an array, or an element of one: then task is its number.
type row struct {
	job *imitation.Job
	*imitation.Element
	sub bool
}

// id returns the number: 7.depctl, 7[].depctl or 7[3].depctl.
func (r *row) id() string {
	text := strconv.FormatInt(r.job.ID, 10)
	switch {
	case r.sub:
		text += "[" + strconv.Itoa(r.Task) + "]"
	case r.job.Numbers != nil:
		text += "[]"
	}
	return text + "." + server
}

// target is a word that names a job, an array or an element.
type target struct {
	id      int64
	element bool
	task    int
}

func parseTarget(word string) (target, bool) {
	number, _, _ := strings.Cut(word, ".")
	number, index, has := strings.Cut(number, "[")
	id, err := strconv.ParseInt(number, 10, 64)
	t := target{id: id}
	if err != nil || id < 1 {
		return t, false
	}
	inside, closed := strings.CutSuffix(index, "]")
	if !has || closed && inside == "" {
		return t, true
	}
	t.task, err = strconv.Atoi(inside)
	t.element = true
	return t, closed && err == nil
}

// named is what a word names; the job is nil for what there is not.
type named struct {
	word string
	row
}

// find returns what words name.
func (t tool) find(ctx context.Context, words []string) ([]named, error) {
	q := imitation.Query{Exits: true}
	targets := make([]target, len(words))
	for i, word := range words {
		one, ok := parseTarget(word)
		if !ok {
			return nil, illegal(word)
		}
		targets[i] = one
		q.IDs = append(q.IDs, one.id)
	}
	if len(words) == 0 {
		return nil, nil
	}
	jobs, err := t.Jobs(ctx, q)
	if err != nil {
		return nil, err
	}
	all := make([]named, len(words))
	for i, one := range targets {
		all[i].word = words[i]
		at := slices.IndexFunc(jobs, func(j *imitation.Job) bool { return j.ID == one.id })
		if at < 0 {
			continue
		}
		j := jobs[at]
		if !one.element {
			all[i].row = whole(j)
		} else if e, is := j.Element(one.task); is {
			all[i].row = row{j, e, true}
		}
	}
	return all, nil
}

// whole returns the row of a job, of an array as a whole: the element that people wait for.
func whole(j *imitation.Job) row {
	state := j.State()
	at := slices.IndexFunc(j.Elements, func(e imitation.Element) bool { return e.State == state })
	return row{job: j, Element: &j.Elements[max(at, 0)]}
}

type illegal string

func (i illegal) Error() string { return fmt.Sprintf("illegally formed job identifier: %s", string(i)) }

// unknown says that there is no such job.
func (t tool) unknown(word string) int {
	if !strings.Contains(word, ".") {
		word += "." + server
	}
	t.Complain("%s: Unknown Job Id %s\n", t.name, imitation.Text(word))
	return unknownJob
}
