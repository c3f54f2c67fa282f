package gate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
)

// HoldPatch returns the JSON patch by which a Job that is written waits: it is
// what the MutatingAdmissionPolicies of deploy/base do, for API servers that
// have none. old is the Job as it was, nil for a new one. It returns nil if the
// Job may be stored as it is. results says whether the gate reads results: it lets no pods
// go that are kept for one otherwise.
//
//   - hold: a new Job is suspended;
//   - keep: a suspended one stays so, unless the write says that it is released;
//   - strip: a new Job loses what it was copied with, and gets the finalizer that
//     keeps its outcome if it asks for that, and its pods those that keep its result.
func HoldPatch(old, job *batchv1.Job, results bool) ([]byte, error) {
	var patch []operation
	if old == nil {
		patch = strip(job)
		patch = append(patch, replaceWhenFailed(job)...)
		if results {
			patch = append(patch, keepResult(job)...)
		}
	}
	if mustHold(old, job) {
		patch = append(patch, operation{"add", "/spec/suspend", true})
	}
	if patch == nil {
		return nil, nil
	}
	text, err := json.Marshal(patch)
	if err != nil {
		return nil, fmt.Errorf("encoding the patch that holds Job %s/%s: %w", job.Namespace, job.Name, err)
	}
	return text, nil
}

func mustHold(old, job *batchv1.Job) bool {
	if !isAnnotated(job) || isSuspended(job) || foreignOwner(job) != "" {
		return false
	}
	return old == nil || isAnnotated(old) && isSuspended(old) && !saysReleased(old, job)
}

func isAnnotated(job *batchv1.Job) bool {
	_, depends := job.Annotations[DependsOnAnnotation]
	_, uses := job.Annotations[UsesAnnotation]
	return depends || uses
}

func isSuspended(job *batchv1.Job) bool { return job.Spec.Suspend != nil && *job.Spec.Suspend }

// saysReleased reports whether a write brings the record of this Job's release.
func saysReleased(old, job *batchv1.Job) bool {
	return isRecordOf(string(old.UID), job.Annotations[ReleasedAnnotation])
}

// isRecordOf reports whether a text is the record of the release of the object with a UID. It looks at the
// beginning only, as the policies do, which cannot read JSON.
func isRecordOf(uid, text string) bool { return strings.HasPrefix(text, `{"uid":"`+uid+`"`) }

func strip(job *batchv1.Job) []operation {
	var patch []operation
	for _, key := range []string{ReleasedAnnotation, SeenAnnotation, PausedAnnotation} {
		if _, there := job.Annotations[key]; there {
			patch = append(patch, operation{"remove", annotationPath(key), nil})
		}
	}
	if keep := keepsOutcome(job); keep != slices.Contains(job.Finalizers, OutcomeFinalizer) {
		finalizers := slices.DeleteFunc(slices.Clone(job.Finalizers), func(f string) bool { return f == OutcomeFinalizer })
		if keep {
			finalizers = append(finalizers, OutcomeFinalizer)
		}
		patch = append(patch, operation{"add", "/metadata/finalizers", finalizers})
	}
	return patch
}

// replaceWhenFailed has no pod of a Job that uses limits run beside its replacement, and
// removes what says that its pods hold tokens, copied from another Job.
func replaceWhenFailed(job *batchv1.Job) []operation {
	var patch []operation
	if _, uses := job.Annotations[UsesAnnotation]; uses && observeUses(job).Overlaps {
		patch = append(patch, operation{"add", "/spec/podReplacementPolicy", batchv1.Failed})
	}
	if _, copied := job.Spec.Template.Annotations[TokensAnnotation]; copied {
		patch = append(patch, operation{"remove", templateAnnotations + "/" + pointer(TokensAnnotation), nil})
	}
	if _, copied := job.Spec.Template.Labels[TokensLabel]; copied {
		patch = append(patch, operation{"remove", "/spec/template/metadata/labels/" + pointer(TokensLabel), nil})
	}
	return patch
}
