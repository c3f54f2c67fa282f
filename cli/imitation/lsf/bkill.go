package lsf

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/imitation"
)

// bkill ends jobs, and elements of arrays.
func bkill(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "bkill"}
	o, done, code := t.parse(args, map[string]kind{
		"-d": {}, "-b": {}, "-r": {}, "-s": {value: true}, "-J": {value: true}, "-u": {value: true}, "-q": {value: true}, "-C": {value: true},
		"-l": {refusal: "the signals are KILL, TERM and INT"}, "-m": {value: true, refusal: "leave it out"}, "-g": {value: true, refusal: "leave it out"},
	})
	if done {
		return code
	}
	switch strings.TrimPrefix(strings.ToUpper(o.Last("-s")), "SIG") {
	case "", "KILL", "9", "TERM", "15", "INT", "2":
	default:
		return t.fail(said(fmt.Sprintf("-s %s: a pod gets SIGTERM when it ends, and no other signal; send it with kubectl exec POD -- kill -%s 1", o.Last("-s"), o.Last("-s"))))
	}
	return t.each(ctx, &o, func(j *imitation.Job, meant []row) error {
		left := slices.ContainsFunc(j.Elements, func(e imitation.Element) bool {
			return !e.State.Ended() && !slices.ContainsFunc(meant, func(r row) bool { return r.Index == e.Index })
		})
		if !left {
			return t.Cancel(ctx, j)
		}
		var elements []*imitation.Element
		for _, r := range meant {
			if !r.State.Ended() {
				elements = append(elements, r.Element)
			}
		}
		return t.CancelElements(ctx, j, elements)
	}, "is being terminated")
}

// bstop keeps jobs from running that have not begun.
func bstop(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "bstop"}
	return t.stop(ctx, args, func(j *imitation.Job, meant []row) error {
		err := t.whole(j, meant, func() error { return t.Hold(ctx, j, "bstop of "+t.Host.User) })
		if errors.Is(err, imitation.ErrBegun) {
			return fmt.Errorf("it runs, and cannot be stopped but by bkill %d", j.ID)
		}
		return err
	}, "is being stopped")
}

// bresume lets them run.
func bresume(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "bresume"}
	return t.stop(ctx, args, func(j *imitation.Job, meant []row) error {
		return t.whole(j, meant, func() error { return t.Release(ctx, j) })
	}, "is being resumed")
}

func (t tool) stop(ctx context.Context, args []string, do func(*imitation.Job, []row) error, says string) int {
	o, done, code := t.parse(args, map[string]kind{"-J": {value: true}, "-u": {value: true}, "-q": {value: true}, "-d": {}, "-C": {value: true}, "-g": {value: true, refusal: "leave it out"}})
	if done {
		return code
	}
	return t.each(ctx, &o, do, says)
}

// whole does what can be done to all elements of a job alone.
func (t tool) whole(j *imitation.Job, meant []row, do func() error) error {
	if len(meant) < len(j.Elements) {
		return errors.New("an element alone cannot be stopped: leave out its number")
	}
	return do()
}

// each does something to each job that is named, and says so.
func (t tool) each(ctx context.Context, o *options, do func(*imitation.Job, []row) error, says string) int {
	words := o.Rest
	every := len(words) == 1 && words[0] == "0"
	if every {
		words = nil
	}
	if len(o.Rest) == 0 && !o.given("-J", "-u", "-q") {
		t.Complain("%s: Job ID or other options must be specified\n", t.name)
		return bad
	}
	found, missing, err := t.rows(ctx, words, filter{o.Last("-u"), o.Last("-q"), o.Last("-J")})
	if err != nil {
		return t.fail(err)
	}
	code := 0
	any := false
	for len(found) > 0 {
		j := found[0].job
		n := slices.IndexFunc(found, func(r row) bool { return r.job != j })
		if n < 0 {
			n = len(found)
		}
		meant := found[:n]
		found = found[n:]
		over := !slices.ContainsFunc(meant, func(r row) bool { return !r.State.Ended() })
		if over && len(words) == 0 {
			continue
		}
		any = true
		id := fmt.Sprint(j.ID)
		if len(meant) < len(j.Elements) && len(meant) == 1 {
			id = meant[0].id()
		}
		if !over {
			err = do(j, meant)
		}
		switch {
		case over, errors.Is(err, imitation.ErrEnded):
			t.Complain("Job <%s>: Job has already finished\n", id)
			code = bad
		case err != nil:
			t.Complain("Job <%s>: %s\n", id, imitation.Text(err.Error()))
			code = bad
		default:
			t.Print("Job <%s> %s\n", id, says)
		}
	}
	for _, word := range missing {
		t.Complain("Job <%s>: No matching job found\n", imitation.Text(word))
		code = bad
	}
	if !any && len(words) == 0 {
		t.Complain("No matching job found\n")
		return bad
	}
	return code
}
