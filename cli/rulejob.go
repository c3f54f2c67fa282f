package cli

import (
	"time"

	"depctl.dev/gate"
)

// foreignOwner says what the gate would say of a Job that it does not hold.
func foreignOwner(_ *linting, w *workload) []mistake {
	if !w.isAnnotated() || w.facts.ForeignOwner == "" {
		return nil
	}
	at := w.span(w.value)
	if n := child(w.template, "metadata", "labels", "kueue.x-k8s.io/queue-name"); n != nil {
		at = w.span(n)
	} else if n := child(w.template, "spec", "managedBy"); n != nil {
		at = w.span(n)
	}
	decision := gate.Decide(gate.Snapshot{Job: w.facts})
	return mistakef(at, "take that away, or "+gate.DependsOnAnnotation, "%s", decision.Message)
}

func noCompletions(_ *linting, w *workload) []mistake {
	if !w.isAnnotated() || w.job.Spec.Completions == nil || *w.job.Spec.Completions != 0 {
		return nil
	}
	return mistakef(w.field("spec", "completions"), "leave the Job out where there is nothing to do",
		"a Job without completions is complete at once, suspended or not: it does not wait, and what waits for it runs")
}

// suspendInManifest is about Jobs; the template of a CronJob is not applied to
// Jobs that run.
func suspendInManifest(_ *linting, w *workload) []mistake {
	if !w.isAnnotated() || w.kind != "Job" || w.job.Spec.Suspend == nil || !*w.job.Spec.Suspend {
		return nil
	}
	return mistakef(w.field("spec", "suspend"), "leave suspend out: a Job with "+gate.DependsOnAnnotation+" is held without it",
		"each time this is applied again it stops the Job that runs, and its pods are deleted")
}

// How long others may take to be made after a prerequisite has finished: those
// that are applied with it by hand or by a tool, and those of the next run of a
// CronJob.
const (
	sameApply = 5 * time.Minute
	nextRun   = 24 * time.Hour
)

func shortTTL(l *linting, w *workload) []mistake {
	ref := w.ref()
	if ref.Name == "" || w.job.Spec.TTLSecondsAfterFinished == nil {
		return nil
	}
	ttl := time.Duration(*w.job.Spec.TTLSecondsAfterFinished) * time.Second
	for _, dependent := range l.dependents[ref] {
		wanted, made := sameApply, "is made"
		if dependent.kind == "CronJob" {
			wanted, made = nextRun, "makes its Jobs"
		}
		if ttl < wanted {
			return mistakef(w.field("spec", "ttlSecondsAfterFinished"), "keep it for a day or more: ttlSecondsAfterFinished: 86400",
				"this Job is gone %s after its end: if %s %s later than that, it waits for ever", ttl, dependent.display(), made)
		}
	}
	return nil
}

func cronJobConcurrency(_ *linting, w *workload) []mistake {
	if w.kind != "CronJob" || !w.isAnnotated() || w.job.Annotations[gate.WaitTimeoutAnnotation] != "" {
		return nil
	}
	policy := child(w.root, "spec", "concurrencyPolicy")
	effect := ""
	switch word(child(w.root, "spec"), "concurrencyPolicy") {
	case "Forbid":
		effect = "Forbid skips all runs while one waits"
	case "Replace":
		effect = "Replace deletes a run that still waits when the next is due"
	default:
		return nil
	}
	return mistakef(w.span(policy), "give the jobTemplate "+gate.WaitTimeoutAnnotation+", shorter than the period, or write Allow",
		"a run that waits is an active one: %s", effect)
}
