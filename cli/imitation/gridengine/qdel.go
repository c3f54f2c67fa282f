package gridengine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"depctl.dev/cli/imitation"
)

// qdel ends jobs, and tasks of arrays.
func qdel(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "qdel"}
	o, ok, code := t.parse(args, takes{"-f": {}, "-u": {value: true}, "-t": {value: true}, "-s": {}})
	if !ok {
		return code
	}
	jobs, missing, err := t.named(ctx, &o)
	if err != nil {
		return t.fail(err)
	}
	if len(o.Rest) == 0 && !o.Has("-u") {
		return t.wrong("no option argument provided to qdel")
	}
	for _, j := range jobs {
		if j.Ended() || !listed(j.Job) {
			if !o.Has("-u") {
				missing = append(missing, fmt.Sprint(j.ID))
			}
			continue
		}
		if err := t.end(ctx, &j); err != nil {
			t.Complain("denied: job \"%d\": %s\n", j.ID, imitation.Text(err.Error()))
			code = 1
		}
	}
	for _, word := range missing {
		t.Print("denied: job %q does not exist\n", imitation.Text(word))
		code = 1
	}
	return code
}

// named returns the jobs of a command line: by words, or all of users.
func (t tool) named(ctx context.Context, o *options) ([]found, []string, error) {
	var words []string
	for _, word := range o.Rest {
		words = append(words, list(word)...)
	}
	if tasks := o.Last("-t"); tasks != "" {
		for i := range words {
			words[i] += "." + tasks
		}
	}
	if len(words) > 0 {
		return t.find(ctx, words, true)
	}
	if !o.Has("-u") {
		return nil, nil, nil
	}
	q := imitation.Query{Users: o.all("-u"), Exits: true}
	if slices.Contains(q.Users, "*") {
		q.Users = nil
	}
	all, err := t.Jobs(ctx, q)
	var jobs []found
	for _, j := range all {
		jobs = append(jobs, found{Job: j})
	}
	return jobs, nil, err
}

// end ends a job if all that is left of it is meant, and otherwise those tasks.
func (t tool) end(ctx context.Context, j *found) error {
	began := slices.ContainsFunc(j.Elements, func(e imitation.Element) bool { return group(letters(&e)) == "r" })
	left := slices.ContainsFunc(j.Elements, func(e imitation.Element) bool {
		return !e.State.Ended() && j.elements != nil && !slices.ContainsFunc(j.elements, func(o *imitation.Element) bool { return o.Index == e.Index })
	})
	user := t.Host.User
	if !left {
		if err := t.Cancel(ctx, j.Job); err != nil && !errors.Is(err, imitation.ErrEnded) {
			return err
		}
		if began {
			t.Print("%s has registered the job%s %d for deletion\n", user, ofArray(j.Job), j.ID)
		} else {
			t.Print("%s has deleted job%s %d\n", user, ofArray(j.Job), j.ID)
		}
		return nil
	}
	var running []*imitation.Element
	for _, e := range j.elements {
		if !e.State.Ended() {
			running = append(running, e)
		}
	}
	if err := t.CancelElements(ctx, j.Job, running); err != nil {
		if errors.Is(err, imitation.ErrNotStarted) {
			return fmt.Errorf("%w: delete the whole array, or hold it with qhold %d", err, j.ID)
		}
		return err
	}
	for _, e := range running {
		t.Print("%s has registered the job-array task %d.%d for deletion\n", user, j.ID, e.Task)
	}
	return nil
}
