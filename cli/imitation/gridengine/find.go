package gridengine

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/imitation"
)

// target is a word that names jobs: a number, with tasks behind a point, or a name or pattern
// of names.
type target struct {
	word string
	// id is 0 for a name.
	id    int64
	tasks []int
}

func parseTarget(word string) (target, error) {
	number, tasks, has := strings.Cut(word, ".")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || id < 1 {
		return target{word: word}, nil
	}
	t := target{word: word, id: id}
	if !has {
		return t, nil
	}
	if t.tasks, err = parseTasks(tasks); err != nil {
		return t, said(fmt.Sprintf("ERROR! Wrong job id list format %q specified", word))
	}
	return t, nil
}

func parseTasks(text string) ([]int, error) {
	numbers, err := notation.ParseNumbering(text)
	if err != nil {
		return nil, err
	}
	return numbers.All(), nil
}

// means reports whether the word is of a job.
func (t *target) means(j *imitation.Job) bool {
	if t.id != 0 {
		return j.ID == t.id
	}
	return matches(t.word, j.Name)
}

// found is a job that was named, and those of its elements that were meant; nil for all.
type found struct {
	*imitation.Job
	// word is the one that named it.
	word     string
	elements []*imitation.Element
}

// find returns the jobs that words name, and the words that name none. Names are of the
// user's own jobs.
func (t tool) find(ctx context.Context, words []string, exits bool) (jobs []found, missing []string, err error) {
	var targets []target
	q := imitation.Query{Exits: exits}
	for _, word := range words {
		one, err := parseTarget(word)
		if err != nil {
			return nil, nil, err
		}
		targets = append(targets, one)
		q.IDs = append(q.IDs, one.id)
	}
	if slices.Contains(q.IDs, 0) {
		q.IDs = nil
	}
	if len(words) == 0 {
		return nil, nil, nil
	}
	all, err := t.Jobs(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	for _, one := range targets {
		any := false
		for _, j := range all {
			if !one.means(j) || one.id == 0 && j.User != batch.LabelOf(t.Host.User) {
				continue
			}
			f := found{Job: j, word: one.word}
			for _, task := range one.tasks {
				if e, is := j.Element(task); is {
					f.elements = append(f.elements, e)
				}
			}
			if len(one.tasks) > 0 && len(f.elements) == 0 {
				continue
			}
			any = true
			if !slices.ContainsFunc(jobs, func(o found) bool { return o.ID == j.ID && len(o.elements)+len(f.elements) == 0 }) {
				jobs = append(jobs, f)
			}
		}
		if !any {
			missing = append(missing, one.word)
		}
	}
	return jobs, missing, nil
}

// listed reports whether Grid Engine has the job in its lists still.
func listed(j *imitation.Job) bool {
	return slices.ContainsFunc(j.Elements, func(e imitation.Element) bool { return letters(&e) != "" })
}
