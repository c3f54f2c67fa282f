package slurm

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"depctl.dev/cli/batch"
	slurmdialect "depctl.dev/cli/batch/slurm"
	"depctl.dev/cli/imitation"
)

// update changes jobs: scontrol update JobId=17 TimeLimit=2:00:00.
func (t tool) update(ctx context.Context, words []string) int {
	if len(words) == 0 {
		return t.fail(said("too few arguments: give JobId=NUMBER and what to change"))
	}
	var jobs []string
	edit := imitation.Edit{}
	for i := 0; i < len(words); i++ {
		key, value, has := strings.Cut(words[i], "=")
		if strings.EqualFold(key, "job") && !has && i+1 < len(words) {
			value, has = words[i+1], true // scontrol update job 17 ...
			i++
		}
		if !has {
			return t.fail(said("Invalid input: " + words[i]))
		}
		if lower := strings.ToLower(key); lower == "jobid" || lower == "job" || lower == "jobname" && len(jobs) == 0 && edit == (imitation.Edit{}) {
			if lower == "jobname" {
				value = words[i]
			}
			jobs = append(jobs, value)
			continue
		}
		if err := t.read(ctx, &edit, key, value); err != nil {
			return t.fail(err)
		}
	}
	if len(jobs) == 0 {
		return t.fail(said("JobId or JobName is missing\n  give what is to be changed: JobId=NUMBER"))
	}
	return t.each(ctx, jobs, func(j *imitation.Job) error {
		if edit.Seconds != nil && j.Numbers != nil {
			return fmt.Errorf("the time of an array is that of its pods, and cannot be changed\n  submit it again, with --time")
		}
		if edit.AtOnce != nil && j.Numbers == nil {
			return fmt.Errorf("ArrayTaskThrottle is for arrays")
		}
		return t.Edit(ctx, j, edit)
	})
}

// read takes what is to be changed.
func (t tool) read(ctx context.Context, edit *imitation.Edit, key, value string) error {
	switch strings.ToLower(key) {
	case "timelimit":
		d, err := slurmdialect.ParseLimit(value)
		if err != nil {
			return said("Invalid TimeLimit value: " + value)
		}
		seconds := int64(d / time.Second)
		edit.Seconds = &seconds
	case "arraytaskthrottle":
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil || n < 1 {
			return said("Invalid ArrayTaskThrottle value: " + value + "\n  give how many run at once, 1 or more")
		}
		throttle := int32(n)
		edit.AtOnce = &throttle
	case "dependency":
		expression := ""
		if value != "" {
			var err error
			if expression, err = t.Expression(ctx, batch.Option{Dialect: dialect, Words: []string{"--dependency=" + value}}); err != nil {
				return err
			}
		}
		if expression == "" {
			return said("Dependency=" + value + ": this cannot remove what a job waits for\n  run it now: depctl release --force NAME")
		}
		edit.DependsOn, edit.Waits = &expression, &value
	case "comment":
		edit.Comment = &value
	case "name", "jobname":
		edit.Name = &value
	default:
		return said(fmt.Sprintf("%s=%s: this cannot be changed\n  TimeLimit, Dependency, ArrayTaskThrottle, JobName and Comment can; cancel the job and submit it again", key, value))
	}
	return nil
}
