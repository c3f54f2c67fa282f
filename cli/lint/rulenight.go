package lint

import (
	"fmt"
	"time"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// cronJobReplace reports a CronJob of which each run deletes the one that is held.
func cronJobReplace(_ *linting, w *manifest.Workload) []mistake {
	if w.Kind != "CronJob" || !w.IsAnnotated() || w.Job.Annotations[gate.WaitTimeoutAnnotation] != "" || policyOf(w) != "Replace" {
		return nil
	}
	return mistakef(w.Span(manifest.Child(w.Root, "spec", "concurrencyPolicy")),
		"give the jobTemplate "+gate.WaitTimeoutAnnotation+", shorter than the period, or write Forbid or Allow",
		"a run that waits is an active one: Replace deletes it when the next is due, so that what it waits for longer than a period is never followed")
}

func policyOf(w *manifest.Workload) string {
	return manifest.Word(manifest.Child(w.Root, "spec"), "concurrencyPolicy")
}

// outcomeLost reports a CronJob that others wait for, and of which a gate that is away may lose how a run
// ended.
func outcomeLost(l *linting, w *manifest.Workload) []mistake {
	if w.Kind != "CronJob" || w.Job == nil || w.Job.Spec.TTLSecondsAfterFinished == nil || w.Job.Annotations[gate.KeepOutcomeAnnotation] == "true" {
		return nil
	}
	waiting := l.waitingFor(w)
	if len(waiting) == 0 {
		return nil
	}
	return mistakef(w.Field("spec", "ttlSecondsAfterFinished"), "write "+gate.KeepOutcomeAnnotation+`: "true" in the jobTemplate's annotations`,
		"a Job that is deleted while no gate runs takes with it how it ended, and %s waits for it", waiting[0].Display())
}

// waitingFor returns what names a CronJob.
func (l *linting) waitingFor(w *manifest.Workload) (list []*manifest.Workload) {
	const farthest = 64 // the language has no more
	for offset := -farthest; offset <= farthest; offset++ {
		ref := gate.CronJobRef(w.Namespace, w.Name)
		if offset != 0 {
			ref.Run = fmt.Sprintf("%+d", offset)
		}
		list = append(list, l.dependents[ref]...)
	}
	return list
}

// scheduleTooShort reports a CronJob whose next run is due before this one can be over.
func scheduleTooShort(l *linting, w *manifest.Workload) []mistake {
	times, ok := timesOf(w)
	if w.Kind != "CronJob" || !ok || w.Expr == nil {
		return nil
	}
	chain, known := l.chainOf(w, map[*manifest.Workload]chain{})
	first, ok := times.Next(anyNight)
	if !known || !ok {
		return nil
	}
	shortest := time.Duration(0)
	const looks = 50 // more than a week of a schedule of every few hours
	for range looks {
		next, ok := times.Next(first)
		if !ok {
			break
		}
		if gap := next.Sub(first); shortest == 0 || gap < shortest {
			shortest = gap
		}
		first = next
	}
	if shortest == 0 || chain <= shortest {
		return nil
	}
	return mistakef(w.Span(manifest.Child(w.Root, "spec", "schedule")), "let it run less often, or its chain be shorter",
		"it runs every %s, and with what it waits for a run takes %s, by %s", shortest, chain, snapshot.DurationAnnotation)
}

// chainOf returns how long the longest chain of CronJobs of the same night takes that ends with w, and whether
// all of it is known. Runs of other times, and what is no CronJob of the files, count nothing. found are the
// chains that were looked at: of a diamond each side is, once, and of a circle nothing is known.
func (l *linting) chainOf(w *manifest.Workload, found map[*manifest.Workload]chain) (_ time.Duration, known bool) {
	if before, there := found[w]; there {
		return before.length, before.known
	}
	found[w] = chain{}
	length, known := l.chainThrough(w, found)
	found[w] = chain{length, known}
	return length, known
}

// chain is how long one takes, and whether that is known.
type chain struct {
	length time.Duration
	known  bool
}

func (l *linting) chainThrough(w *manifest.Workload, found map[*manifest.Workload]chain) (time.Duration, bool) {
	own, err := lang.ParseDuration(w.Job.Annotations[snapshot.DurationAnnotation])
	if err != nil {
		return 0, false
	}
	if w.Expr == nil {
		return own, true
	}
	longest := time.Duration(0)
	for _, edge := range w.OnceEach() {
		ref := edge.Ref.Resolve(w.By())
		other := l.cronJob(ref)
		if ref.Kind != lang.KindCronJob || ref.Run != "" || other == nil {
			continue
		}
		took, known := l.chainOf(other, found)
		if !known {
			return 0, false
		}
		longest = max(longest, took)
	}
	return longest + own, true
}
