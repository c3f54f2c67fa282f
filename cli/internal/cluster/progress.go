package cluster

import (
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/cli/listing"
	"depctl.dev/lang"
)

// Progress has how many completions Jobs have, which decides nothing.
type Progress map[lang.Ref]listing.Progress

// Note takes down that of a Job that was read.
func (p Progress) Note(job *batchv1.Job) {
	one := listing.Progress{Done: int64(job.Status.Succeeded), Size: 1, Failed: int64(job.Status.Failed)}
	if job.Spec.Completions != nil {
		one.Size = int64(*job.Spec.Completions)
	}
	p[lang.Job(job.Namespace, job.Name)] = one
}
