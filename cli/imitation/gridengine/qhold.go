package gridengine

import (
	"context"
	"errors"
	"fmt"

	"depctl.dev/cli/imitation"
)

// qhold keeps jobs from running that have not begun.
func qhold(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "qhold"}
	return t.hold(ctx, args, func(j *found) error {
		err := t.Hold(ctx, j.Job, "qhold of "+t.Host.User)
		if errors.Is(err, imitation.ErrBegun) {
			return fmt.Errorf("it has begun, and is not held: end it with qdel %d", j.ID)
		}
		return err
	})
}

// qrls lets them run.
func qrls(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "qrls"}
	return t.hold(ctx, args, func(j *found) error { return t.Release(ctx, j.Job) })
}

func (t tool) hold(ctx context.Context, args []string, do func(*found) error) int {
	o, ok, code := t.parse(args, takes{"-h": {value: true}, "-u": {value: true}, "-t": {value: true}})
	if !ok {
		return code
	}
	if len(o.Rest) == 0 && !o.Has("-u") {
		return t.wrong("no option argument provided to %s", t.name)
	}
	jobs, missing, err := t.named(ctx, &o)
	if err != nil {
		return t.fail(err)
	}
	for i := range jobs {
		j := &jobs[i]
		switch err := t.change(j, do); {
		case errors.Is(err, imitation.ErrEnded):
			if !o.Has("-u") {
				missing = append(missing, fmt.Sprint(j.ID))
			}
		case err != nil:
			t.Print("denied: job \"%d\": %s\n", j.ID, imitation.Text(err.Error()))
			code = 1
		default:
			t.Print("modified hold of job%s %d\n", ofArray(j.Job), j.ID)
		}
	}
	for _, word := range missing {
		t.Print("denied: job %q does not exist\n", imitation.Text(word))
		code = 1
	}
	return code
}

func (t tool) change(j *found, do func(*found) error) error {
	if j.elements != nil && len(j.elements) < len(j.Elements) {
		return fmt.Errorf("a task alone cannot be held: leave out what is behind the point")
	}
	return do(j)
}
