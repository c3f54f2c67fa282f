package batch

import (
	"fmt"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/cli/batch/request"
	"depctl.dev/gate"
)

// Progress says in words how a Job stands, and whether it has ended.
func Progress(job *batchv1.Job) (text string, ended bool) {
	for _, c := range job.Status.Conditions {
		switch {
		case c.Status != corev1.ConditionTrue:
		case c.Type == batchv1.JobComplete:
			return "succeeded", true
		case c.Type == batchv1.JobFailed:
			text := "failed"
			for _, more := range []string{c.Reason, c.Message} {
				if more != "" {
					text += ": " + more
				}
			}
			return text, true
		}
	}
	s := &job.Status
	switch depends := job.Annotations[gate.DependsOnAnnotation]; {
	case job.Spec.Suspend != nil && *job.Spec.Suspend && depends != "":
		return "waits for " + depends, false
	case job.Spec.Suspend != nil && *job.Spec.Suspend:
		return "is suspended", false
	case s.Active+s.Succeeded+s.Failed == 0 && !uncounted(s):
		return "starts", false
	case job.Spec.Completions == nil || *job.Spec.Completions == 1:
		return "runs", false
	}
	parts := []string{fmt.Sprintf("%d of %d succeeded", s.Succeeded, *job.Spec.Completions)}
	if s.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", s.Failed))
	}
	return "runs: " + strings.Join(parts, ", "), false
}

// uncounted reports whether pods have ended that no number has yet: the Job
// controller writes them down before it counts them.
func uncounted(s *batchv1.JobStatus) bool {
	u := s.UncountedTerminatedPods
	return u != nil && len(u.Succeeded)+len(u.Failed) > 0
}

// ExitCode returns what a shell would call the end of a Job that has ended: the
// exit code of the container that failed last, of an array the highest, and 1 if
// none is known. One that was killed by signal n has 128+n.
func ExitCode(job *batchv1.Job, failed []corev1.Pod) int {
	if text, _ := Progress(job); text == "succeeded" {
		return 0
	}
	code := 0
	var last int64
	for i := range failed {
		for _, s := range failed[i].Status.ContainerStatuses {
			end := s.State.Terminated
			if end == nil || end.ExitCode <= 0 {
				continue
			}
			if at := end.FinishedAt.Unix(); request.IsIndexed(job) {
				code = max(code, int(end.ExitCode))
			} else if code == 0 || at >= last {
				code, last = int(end.ExitCode), at
			}
		}
	}
	return max(code, 1)
}
