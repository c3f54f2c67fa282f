package gridengine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/imitation"
)

// alteration is what is changed of a job, and how that is said of job%s %d.
type alteration struct {
	do   func(*found) error
	says string
}

// qalter changes jobs.
func qalter(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "qalter"}
	line := batch.ParseLine(dialect, args)
	if line.Has("-help") {
		return t.help("[options] job ...")
	}
	var all []alteration
	for _, g := range line.Given {
		if !g.Known {
			return t.wrong("invalid option argument %q", g.Name)
		}
		one, err := t.alteration(ctx, &g)
		if err != nil {
			return t.fail(err)
		}
		all = append(all, one)
	}
	if len(line.Rest) == 0 || len(all) == 0 {
		return t.wrong("no option argument provided to qalter")
	}
	o := options{imitation.Options{Rest: line.Rest}}
	jobs, missing, err := t.named(ctx, &o)
	if err != nil {
		return t.fail(err)
	}
	code := 0
	for i := range jobs {
		j := &jobs[i]
		for _, one := range all {
			err := t.change(j, one.do)
			if errors.Is(err, imitation.ErrEnded) {
				missing = append(missing, fmt.Sprint(j.ID))
				break
			}
			if err != nil {
				t.Print("denied: job \"%d\": %s\n", j.ID, imitation.Text(err.Error()))
				code = 1
				break
			}
			t.Print("modified %s of job%s %d%s\n", strings.TrimSuffix(one.says, blocking), ofArray(j.Job), j.ID, t.blocking(ctx, j, one.says))
		}
	}
	for _, word := range missing {
		t.Print("denied: job %q does not exist\n", imitation.Text(word))
		code = 1
	}
	return code
}

// blocking ends what is said of a change that has two lines more.
const blocking = "\x00"

// blocking returns the lines that qalter -hold_jid prints beside: which jobs of the list are
// still waited for, and which have ended.
func (t tool) blocking(ctx context.Context, j *found, says string) string {
	if !strings.HasSuffix(says, blocking) {
		return ""
	}
	fresh, _, err := t.find(ctx, []string{fmt.Sprint(j.ID)}, false)
	if err != nil || len(fresh) == 0 {
		return ""
	}
	var open, ended []string
	named, missing, _ := t.find(ctx, list(fresh[0].Told.Waits), false)
	for _, one := range named {
		if one.Ended() {
			ended = append(ended, fmt.Sprint(one.ID))
		} else {
			open = append(open, fmt.Sprint(one.ID))
		}
	}
	ended = append(ended, missing...)
	or := func(names []string) string {
		if len(names) == 0 {
			return "NONE"
		}
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("\n   blocking jobs: %s\n   exited jobs:   %s", imitation.Text(or(open)), imitation.Text(or(ended)))
}

func (t tool) alteration(ctx context.Context, g *batch.Given) (alteration, error) {
	edit := imitation.Edit{}
	says := ""
	switch value := strings.Join(g.Values, " "); g.Name {
	case "-hold_jid", "-hold_jid_ad":
		expression, err := t.Expression(ctx, batch.Option{Dialect: dialect, Words: g.Words})
		if err != nil {
			return alteration{}, errors.New(imitation.Lines(err))
		}
		if expression == "" {
			return alteration{}, fmt.Errorf("%s %s: all of these have ended, and a job cannot be made to wait for nothing: run it now with depctl release --force NAME", g.Name, value)
		}
		edit.DependsOn, edit.Waits, says = &expression, &value, "job id hold list"+blocking
	case "-N":
		edit.Name, says = &value, "job name"
	case "-tc":
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil || n < 1 {
			return alteration{}, fmt.Errorf("-tc %s: give how many tasks run at once, 1 or more", value)
		}
		most := int32(n)
		edit.AtOnce, says = &most, "task concurrency"
	case "-l":
		text, is := strings.CutPrefix(value, "h_rt=")
		if !is || strings.Contains(text, ",") {
			return alteration{}, fmt.Errorf("-l %s: only h_rt can be changed; qdel the job, and submit it again", value)
		}
		d, err := notation.RunTime(text, func(text string) (time.Duration, error) { return notation.ParseClock(text, time.Second) })
		if err != nil {
			return alteration{}, err
		}
		seconds := int64(d / time.Second)
		edit.Seconds, says = &seconds, "hard resource list"
	case "-h":
		return t.holdAlteration(ctx, value)
	default:
		return alteration{}, fmt.Errorf("%s cannot be changed here: -hold_jid, -hold_jid_ad, -h, -N, -tc and -l h_rt= can; qdel the job, and submit it again", g.Name)
	}
	return alteration{func(j *found) error {
		switch {
		case edit.AtOnce != nil && j.Numbers == nil:
			return errors.New("-tc is for arrays")
		case edit.Seconds != nil && j.Numbers != nil:
			return errors.New("the time of an array is that of its pods, and cannot be changed")
		}
		return t.Edit(ctx, j.Job, edit)
	}, says}, nil
}

func (t tool) holdAlteration(ctx context.Context, letters string) (alteration, error) {
	if letters != "" && strings.Trim(letters, "nUOS") == "" {
		return alteration{func(j *found) error { return t.Release(ctx, j.Job) }, "hold"}, nil
	}
	return alteration{func(j *found) error { return t.Hold(ctx, j.Job, "qalter -h of "+t.Host.User) }, "hold"}, nil
}
