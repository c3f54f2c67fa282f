package pbs

import (
	"context"
	"errors"
	"strings"

	"depctl.dev/cli/imitation"
)

// qdel ends jobs, and elements of arrays.
func qdel(ctx context.Context, t tool, args []string) int {
	return t.each(ctx, args, "W", func(n *named) error {
		if n.sub && !(len(n.job.Elements) == 1) {
			return t.CancelElements(ctx, n.job, []*imitation.Element{n.Element})
		}
		return t.Cancel(ctx, n.job)
	})
}

// qhold keeps jobs from running that have not begun.
func qhold(ctx context.Context, t tool, args []string) int {
	return t.each(ctx, args, "h", func(n *named) error {
		if n.sub {
			return errors.New("an element alone cannot be held: name the array")
		}
		err := t.Hold(ctx, n.job, "qhold of "+t.Host.User)
		if errors.Is(err, imitation.ErrBegun) {
			return errors.New("request invalid for state of job")
		}
		return err
	})
}

// qrls lets them run.
func qrls(ctx context.Context, t tool, args []string) int {
	return t.each(ctx, args, "h", func(n *named) error {
		if n.sub {
			return errors.New("an element alone cannot be released: name the array")
		}
		return t.Release(ctx, n.job)
	})
}

// each does something to all jobs that are named. valued is the letter of the option that has a value.
func (t tool) each(ctx context.Context, args []string, valued string, do func(*named) error) int {
	var words []string
	for i := 0; i < len(args); i++ {
		switch word := args[i]; {
		case word == "-"+valued, word == "-m":
			i++
		case word == "-x", word == "-p", strings.HasPrefix(word, "-"+valued):
		case strings.HasPrefix(word, "-"):
			t.Complain("%s: invalid option -- '%s'\n", t.name, imitation.Text(strings.TrimLeft(word, "-")))
			return t.usage("[-" + valued + " value] job ...")
		default:
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return t.usage("[-" + valued + " value] job ...")
	}
	all, err := t.find(ctx, words)
	if err != nil {
		return t.fail(err)
	}
	code := 0
	for i := range all {
		n := &all[i]
		switch {
		case n.job == nil:
			code = t.unknown(n.word)
			continue
		case !n.job.Ended() && !(n.sub && n.State.Ended()):
			err = do(n)
		default:
			err = imitation.ErrEnded
		}
		switch {
		case errors.Is(err, imitation.ErrEnded) && t.hides:
			t.Complain("%s: Job has finished %s\n", t.name, n.id())
			code = finished
		case errors.Is(err, imitation.ErrEnded):
			t.Complain("%s: Request invalid for state of job MSG=invalid state for job - COMPLETE %s\n", t.name, n.id())
			code = 170
		case err != nil:
			t.Complain("%s: %s %s\n", t.name, imitation.Text(err.Error()), n.id())
			code = 1
		}
	}
	return code
}
