package lsf

import (
	"context"
	"path"
	"slices"
	"strconv"
	"strings"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/imitation"
)

// row is a job, or an element of an array.
type row struct {
	job *imitation.Job
	*imitation.Element
}

// id returns the number, of an element with its own behind it.
func (r *row) id() string {
	text := strconv.FormatInt(r.job.ID, 10)
	if r.job.Numbers != nil {
		text += "[" + strconv.Itoa(r.Task) + "]"
	}
	return text
}

// name returns the name, of an element with its number behind it.
func (r *row) name() string {
	if r.job.Numbers == nil {
		return r.job.Name
	}
	return r.job.Name + "[" + strconv.Itoa(r.Task) + "]"
}

// target is a word that names a job, or elements of one: 7, 7[3] or 7[1-3,5].
type target struct {
	word  string
	id    int64
	tasks []int
}

func parseTarget(word string) (target, bool) {
	number, tasks, has := strings.Cut(word, "[")
	id, err := strconv.ParseInt(number, 10, 64)
	t := target{word: word, id: id}
	if err != nil || id < 0 {
		return t, false
	}
	if !has {
		return t, true
	}
	inside, closed := strings.CutSuffix(tasks, "]")
	numbers, err := notation.ParseNumbering(inside)
	if !closed || err != nil {
		return t, false
	}
	t.tasks = numbers.All()
	return t, true
}

func (t *target) means(r *row) bool {
	return r.job.ID == t.id && (t.tasks == nil || r.job.Numbers != nil && slices.Contains(t.tasks, r.Task))
}

// filter says which jobs are meant beside their numbers.
type filter struct {
	user, queue, name string
}

// rows returns the elements that are meant, and the words that mean none.
func (t tool) rows(ctx context.Context, words []string, f filter) (found []row, missing []string, err error) {
	q := imitation.Query{Exits: true}
	targets := make([]target, len(words))
	for i, word := range words {
		one, ok := parseTarget(word)
		if !ok {
			return nil, nil, illegal(word)
		}
		targets[i] = one
		q.IDs = append(q.IDs, one.id)
	}
	if len(words) == 0 {
		switch f.user {
		case "all":
		case "":
			q.Users = []string{t.Host.User}
		default:
			q.Users = []string{f.user}
		}
	}
	jobs, err := t.Jobs(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	seen := make([]bool, len(targets))
	for _, j := range jobs {
		if f.user != "" && f.user != "all" && j.User != batch.LabelOf(f.user) || f.queue != "" && f.queue != queueOf(j) {
			continue
		}
		for i := range j.Elements {
			r := row{j, &j.Elements[i]}
			if f.name != "" && !matches(f.name, j.Name) && !matches(f.name, r.name()) {
				continue
			}
			meant := len(targets) == 0
			for n := range targets {
				if targets[n].means(&r) {
					meant, seen[n] = true, true
				}
			}
			if meant {
				found = append(found, r)
			}
		}
	}
	for n, was := range seen {
		if !was {
			missing = append(missing, targets[n].word)
		}
	}
	return found, missing, nil
}

type illegal string

func (i illegal) Error() string { return string(i) + ": Illegal job ID" }

// matches reports whether a pattern with * is of a name. Brackets mean themselves.
func matches(pattern, name string) bool {
	escape := strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "?", `\?`)
	ok, err := path.Match(strings.ReplaceAll(escape.Replace(pattern), "/", "\x00"), strings.ReplaceAll(name, "/", "\x00"))
	return ok && err == nil
}

func queueOf(j *imitation.Job) string {
	if j.Told.Queue == "" {
		return defaultQueue
	}
	return j.Told.Queue
}
