package logs

import (
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// failure returns in words how a Job has not succeeded, empty if it has, or if that is no
// failure: in a run, a step that asks about the run may be skipped, and so may the branch
// that was not taken.
func (f *follower) failure(j *job) string {
	name := f.names.job(j.Job)
	elements, array := f.selection.elements(j.Job), j.Object.Array
	switch outcome := j.Outcome(); {
	case len(elements) > 0:
		lost := elements.Minus(array.Completed)
		if len(lost) == 0 {
			return ""
		}
		if failed := lost.Minus(lost.Minus(array.Failed)); len(failed) > 0 {
			return fmt.Sprintf("%s[%s] failed", name, failed)
		}
		return fmt.Sprintf("%s[%s] did not succeed", name, lost)
	case outcome == lang.Succeeded, outcome == lang.Skipped && j.Object.Reason == gate.ReasonNotTaken,
		outcome == lang.Skipped && f.selection.run != "" && j.Object.NamesRun:
		return ""
	case outcome == lang.Skipped:
		return name + " was skipped (" + j.Object.Reason + ")"
	case outcome == lang.Undecided:
		return name + " was deleted before it ended"
	case j.Object.Reason == "":
		return name + " failed"
	}
	return name + " failed (" + j.Object.Reason + ")"
}

// verdict says which Jobs have not succeeded, and which logs were not there.
func (f *follower) verdict() error {
	f.watcher.Lock()
	defer f.watcher.Unlock()
	var all []*job
	for _, uid := range f.latest {
		all = append(all, f.jobs[uid])
	}
	slices.SortFunc(all, func(a, b *job) int { return a.Identity().Compare(b.Identity()) })
	var failures, missing []string
	for _, j := range all {
		if text := f.failure(j); text != "" {
			failures = append(failures, text)
		}
		if f.selection.indexes == nil {
			if text := gone(f.names.job(j.Job), j.had, int64(len(f.of[j.UID]))); text != "" {
				missing = append(missing, text)
			}
		}
	}
	notes := shortened(missing)
	if len(failures) > 0 {
		const most = 10
		text := strings.Join(failures[:min(most, len(failures))], ", ")
		if len(failures) > most {
			text += fmt.Sprintf(" and %d more", len(failures)-most)
		}
		notes = append(notes, picture.OneLine(text))
	}
	if err := command.PrintNotes(f.streams.ErrOut, notes); err != nil {
		return err
	}
	if len(failures) > 0 || f.incomplete {
		return command.Ended(command.ExitError)
	}
	return nil
}
