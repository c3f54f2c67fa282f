package lint

import (
	"fmt"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/gate"
)

func arrayParallelism(_ *linting, w *manifest.Workload) []mistake {
	spec := w.Job
	if !w.IsElementwise() || spec.Spec.Parallelism == nil || spec.Spec.Completions == nil ||
		*spec.Spec.Parallelism < 1 || *spec.Spec.Parallelism >= *spec.Spec.Completions {
		return nil
	}
	limit := *spec.Spec.Parallelism
	return mistakef(w.Field("spec", "parallelism"), fmt.Sprintf("leave parallelism out, and write %s: %q", gate.ArrayLimitAnnotation, fmt.Sprint(limit)),
		"the gate raises parallelism so that an element that waits keeps no other from running; applied again, this lowers it to %d, and pods that run are deleted", limit)
}

func deadlineWhileWaiting(_ *linting, w *manifest.Workload) []mistake {
	const never = 315360000 // what the gate sets to nudge the Job controller
	if !w.IsElementwise() || w.Job.Spec.ActiveDeadlineSeconds == nil || w.Live && *w.Job.Spec.ActiveDeadlineSeconds == never {
		return nil
	}
	return mistakef(w.Field("spec", "activeDeadlineSeconds"),
		"write activeDeadlineSeconds in spec.template.spec, where it is that of each pod once it runs",
		"the deadline is that of the whole array: it runs as soon as the first element may, while others still wait")
}

// manyElements is from how many elements on that wait one by one an array is
// large.
const manyElements = 1000

func largeArray(_ *linting, w *manifest.Workload) []mistake {
	if !w.IsElementwise() || w.Job.Spec.Completions == nil || *w.Job.Spec.Completions <= manyElements {
		return nil
	}
	return mistakef(w.Field("spec", "completions"), "let each element do more, or let the array wait as a whole",
		"%d elements wait one by one, each as a Pod that takes room in etcd and in the namespace's quota", *w.Job.Spec.Completions)
}
