package request

import (
	"fmt"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/cli/batch/notation"
)

// The annotation and the label of a submitted Job that package gate does not know.
const (
	// ArrayAnnotation records the numbers of the elements: 1-100:10.
	ArrayAnnotation = "depctl.dev/array"
	// NameLabel is the name that was given, also where Kubernetes adds to it.
	NameLabel = "depctl.dev/name"
)

// IsIndexed reports whether a Job is an array.
func IsIndexed(job *batchv1.Job) bool {
	return job != nil && job.Spec.CompletionMode != nil && *job.Spec.CompletionMode == batchv1.IndexedCompletion &&
		job.Spec.Completions != nil && *job.Spec.Completions > 0
}

// IDOf returns the number of a Job, 0 if it has none.
func IDOf(job *batchv1.Job) int64 {
	id, err := strconv.ParseInt(job.Labels[IDLabel], 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// SizeOf returns how many elements a Job has, 1 if it is no array.
func SizeOf(job *batchv1.Job) int {
	if IsIndexed(job) {
		return int(*job.Spec.Completions)
	}
	return 1
}

// Numbers returns the numbers of the elements of a Job, by its annotation or else
// its completion indexes; nil if it is no array.
func Numbers(job *batchv1.Job) (notation.Numbering, error) {
	if !IsIndexed(job) {
		return nil, nil
	}
	size := int(*job.Spec.Completions)
	text, ok := job.Annotations[ArrayAnnotation]
	if !ok {
		return notation.Numbering{{Last: size - 1, Step: 1}}, nil
	}
	numbers, err := notation.ParseNumbering(text)
	if err == nil && numbers.Len() != size {
		err = fmt.Errorf("%s are not its %d elements", text, size)
	}
	if err != nil {
		return nil, fmt.Errorf("annotation %s of Job %s: %w", ArrayAnnotation, job.Name, err)
	}
	return numbers, nil
}
