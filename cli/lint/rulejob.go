package lint

import (
	"time"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/gate"
)

// foreignOwner says what the gate would say of a Job that it does not hold.
func foreignOwner(_ *linting, w *manifest.Workload) []mistake {
	if !w.IsAnnotated() || w.Facts.ForeignOwner == "" {
		return nil
	}
	at, fix := w.Span(w.Value), "take that away, or "+gate.DependsOnAnnotation
	if n := manifest.Child(w.Template, "metadata", "labels", "kueue.x-k8s.io/queue-name"); n != nil {
		at = w.Span(n)
		fix = "where the gate has deploy/components/kueue, say " + gate.KueueGatesAnnotation + ": " + gate.KueueGate + ", which it adds anyway; or " + fix
	} else if n := manifest.Child(w.Template, "spec", "managedBy"); n != nil {
		at = w.Span(n)
	}
	decision := gate.Decide(gate.Snapshot{Job: w.Facts})
	return mistakef(at, fix, "%s", decision.Message)
}

func noCompletions(_ *linting, w *manifest.Workload) []mistake {
	if !w.IsAnnotated() || w.Job.Spec.Completions == nil || *w.Job.Spec.Completions != 0 {
		return nil
	}
	return mistakef(w.Field("spec", "completions"), "leave the Job out where there is nothing to do",
		"a Job without completions is complete at once, suspended or not: it does not wait, and what waits for it runs")
}

// suspendInManifest is about Jobs; the template of a CronJob is not applied to
// Jobs that run.
func suspendInManifest(_ *linting, w *manifest.Workload) []mistake {
	if !w.IsAnnotated() || w.Kind != "Job" || w.Job.Spec.Suspend == nil || !*w.Job.Spec.Suspend {
		return nil
	}
	return mistakef(w.Field("spec", "suspend"), "leave suspend out: a Job with "+gate.DependsOnAnnotation+" is held without it",
		"each time this is applied again it stops the Job that runs, and its pods are deleted")
}

// How long others may take to be made after a prerequisite has finished: those
// that are applied with it by hand or by a tool, and those of the next run of a
// CronJob.
const (
	sameApply = 5 * time.Minute
	nextRun   = 24 * time.Hour
)

func shortTTL(l *linting, w *manifest.Workload) []mistake {
	ref := w.Ref()
	if ref.Name == "" || w.Job.Spec.TTLSecondsAfterFinished == nil {
		return nil
	}
	ttl := time.Duration(*w.Job.Spec.TTLSecondsAfterFinished) * time.Second
	for _, dependent := range l.dependents[ref] {
		wanted, made := sameApply, "is made"
		if dependent.Kind == "CronJob" {
			wanted, made = nextRun, "makes its Jobs"
		}
		if ttl < wanted {
			return mistakef(w.Field("spec", "ttlSecondsAfterFinished"), "keep it for a day or more: ttlSecondsAfterFinished: 86400",
				"this Job is gone %s after its end: if %s %s later than that, it waits forever", ttl, dependent.Display(), made)
		}
	}
	return nil
}

func cronJobConcurrency(_ *linting, w *manifest.Workload) []mistake {
	if w.Kind != "CronJob" || !w.IsAnnotated() || w.Job.Annotations[gate.WaitTimeoutAnnotation] != "" {
		return nil
	}
	if policyOf(w) != "Forbid" {
		return nil
	}
	return mistakef(w.Span(manifest.Child(w.Root, "spec", "concurrencyPolicy")), "give the jobTemplate "+gate.WaitTimeoutAnnotation+", shorter than the period, or write Allow",
		"a run that waits is an active one: Forbid skips all runs while one waits")
}
