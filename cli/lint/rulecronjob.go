package lint

import (
	"time"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// anyNight is a time at which schedules are compared, the same for every look at a file.
var anyNight = time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC)

// cronJobOrder finds a CronJob that waits for one whose nearest time comes after its own: it
// would take the one before.
func cronJobOrder(l *linting, w *manifest.Workload) []mistake {
	own, ok := timesOf(w)
	if w.Kind != "CronJob" || w.Expr == nil || !ok {
		return nil
	}
	var found []mistake
	for _, edge := range w.OnceEach() {
		ref := edge.Ref.Resolve(w.By())
		if ref.Kind != lang.KindCronJob || ref.Run != "" {
			continue
		}
		other := l.cronJob(ref)
		if other == nil || other == w {
			continue
		}
		if times, ok := timesOf(other); ok {
			if mine, before, after, late := nearestIsAfter(own, times); late {
				found = append(found, mistakef(w.Expression(edge.Span), "run it after that, wait for "+ref.String()+"@+1, or write @-1 if the one before is meant",
					"the run at %s would wait for that of %s, and %s runs next at %s", at(mine), at(before), ref.Name, at(after))...)
			}
		}
	}
	return found
}

func at(t time.Time) string { return t.UTC().Format("15:04 on Monday") }

// nearestIsAfter reports whether, of the schedule of another CronJob, the time after one's own is
// nearer than that before, and at most one is meant.
func nearestIsAfter(own, other schedule.Times) (mine, before, after time.Time, late bool) {
	mine, ok := own.Next(anyNight)
	if !ok {
		return mine, before, after, false
	}
	previous, had := own.Previous(mine)
	before, found := other.Previous(mine.Add(time.Second))
	after, follows := other.Next(mine)
	if !found || !follows {
		return mine, before, after, false
	}
	if second, ok := other.Previous(before); ok && had && second.After(previous) {
		return mine, before, after, false // several are meant
	}
	return mine, before, after, after.Sub(mine) < mine.Sub(before)
}

// timesOf returns the schedule of a CronJob in a file, and whether it can be read.
func timesOf(w *manifest.Workload) (schedule.Times, bool) {
	spec := manifest.Child(w.Root, "spec")
	times, err := schedule.Read(manifest.Word(spec, "schedule"), manifest.Word(spec, "timeZone"), time.Time{})
	return times, err == nil
}

// cronJob returns the CronJob among the files that a reference means, nil if there is none.
func (l *linting) cronJob(ref lang.Ref) *manifest.Workload {
	space := l.spaces[ref.Namespace]
	if space == nil {
		return nil
	}
	for _, w := range space.crons {
		if w.Name == ref.Name {
			return w
		}
	}
	return nil
}
