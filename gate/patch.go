package gate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// operation is one step of a JSON patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// ReleasePatch returns the JSON patch that releases a Job: it tests that the
// Job is still the one that was decided on, then un-suspends it and records the
// release. The tests take the place of a resourceVersion, with which status
// writes of the Job controller would conflict. A test of null passes where the
// path does not exist.
func ReleasePatch(job Job, release Release, how ReleaseOptions) ([]byte, error) {
	if !job.IsJob() {
		return job.unhold(release)
	}
	if job.InQueue {
		how.PerElement = false // kueueRefuses has looked at it
		return job.admit(release, append(rankOperations(how.Rank), templateOperations(job, how)...))
	}
	uses := job.usesOperations()
	if how.Unlimited && job.Uses.Said {
		uses, job.Uses.Said = uses[:1], false // that its text is the same is tested all the same
	}
	terms := job.nearTerms(how.Near)
	release.Near = len(terms)
	if how.PerElement || job.Gated {
		release.Pods = 0 // each pod takes its own
	}
	record, err := encode(job, "record of the release", release)
	if err != nil {
		return nil, err
	}
	return encode(job, "release", append([]operation{
		{"test", "/metadata/uid", job.UID},
		{"test", "/spec/suspend", true},
		job.sameText(),
		{"test", annotationPath(HoldAnnotation), nil},
		job.sameRun(),
		{"replace", "/spec/suspend", false},
		{"add", annotationPath(ReleasedAnnotation), string(record)},
	}, slices.Concat(uses, rankOperations(how.Rank), templateOperations(job, how), nearOperations(job, terms), noteOperations(job, how))...))
}

// sameText tests that the Job waits for what was decided on.
func (j Job) sameText() operation {
	if !j.Annotated {
		return operation{"test", annotationPath(DependsOnAnnotation), nil}
	}
	return operation{"test", annotationPath(DependsOnAnnotation), j.DependsOn}
}

// sameRun tests that the Job is of the run that its names were read in. In a map that is
// not there, nothing can be tested.
func (j Job) sameRun() operation {
	if len(j.Labels) == 0 {
		return operation{"test", "/metadata/labels", nil}
	}
	var run any
	if name, ok := j.Labels[RunLabel]; ok {
		run = name
	}
	return operation{"test", "/metadata/labels/" + pointer(RunLabel), run}
}

// unreleased tests that a Job that waits waits still: one that is not released, or
// whose elements wait by themselves.
func (j Job) unreleased() operation {
	if j.byElement() {
		return j.sameText()
	}
	return operation{"test", annotationPath(ReleasedAnnotation), nil}
}

// ReleaseOptions is how a Job is released.
type ReleaseOptions struct {
	// PerElement leaves each element to wait for itself.
	PerElement bool
	// Awaited marks the pods, so that the gate sees when the last has succeeded.
	// Those of an array that is released element by element are marked anyway.
	Awaited bool
	// Results are those that the pods get, by their keys.
	Results map[string]string
	// Rank is how long the longest chain takes that begins with the Job; 0 records none.
	Rank time.Duration
	// RankPods writes the rank to the pods as well.
	RankPods bool
	// Near are the places that the pods prefer, where the Job says so.
	Near []Place
	// Unlimited records no tokens: nobody keeps limits any more.
	Unlimited bool
}

// maxParallelism is the most that the API server takes of an Indexed Job.
const maxParallelism = 100_000

// templateOperations returns what a release adds to the Pod template, and what
// follows from it.
//
// Element by element, all pods get our scheduling gate. The Job controller makes
// those of the lowest indexes first, and no more at once than parallelism says: if
// these wait, the others would never come. So parallelism is raised, and what it
// said is the limit that the gate keeps to. Where the whole array starts at once,
// the limit is parallelism.
func templateOperations(job Job, how ReleaseOptions) []operation {
	mark := func(label string) operation {
		return operation{"add", "/spec/template/metadata/labels/" + pointer(label), "true"}
	}
	limit, _ := job.limit() // invalidAnnotation has looked at it
	test := operation{"test", "/spec/parallelism", job.Parallelism}
	var more []operation
	if !how.PerElement {
		if how.Awaited {
			more = append(more, mark(AwaitedLabel))
		}
		if limit > 0 && limit < job.Parallelism {
			more = append(more, test, operation{"replace", "/spec/parallelism", limit})
		}
		return more
	}
	more = append(more, mark(GatedLabel))
	gate := map[string]string{"name": SchedulingGate}
	switch {
	case job.Gated: // copied from a Job that had it
	case job.OtherGates:
		more = append(more, operation{"add", "/spec/template/spec/schedulingGates/-", gate})
	default:
		more = append(more, operation{"test", "/spec/template/spec/schedulingGates", nil},
			operation{"add", "/spec/template/spec/schedulingGates", []any{gate}})
	}
	if wanted := min(job.Object.Array.Size, maxParallelism); 0 < job.Parallelism && job.Parallelism < wanted {
		more = append(more, test, operation{"replace", "/spec/parallelism", wanted})
		if limit == 0 || job.Parallelism < limit {
			more = append(more, operation{"add", annotationPath(ArrayLimitAnnotation), strconv.FormatInt(job.Parallelism, 10)})
		}
	}
	return more
}

// encode returns what is written to a Job as JSON.
func encode(job Job, what string, value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encoding the %s of %s %s/%s: %w", what, job.Noun(), job.Namespace, job.Name, err)
	}
	return text, nil
}

// maxMessage is the longest message of a condition that the gate writes, in
// bytes; the API server takes 32 KiB.
const maxMessage = 2 << 10

// FailPatch returns the strategic merge patch of a Job's status that makes the
// Job controller fail it: a Job that never started needs startTime for that.
// Both in one patch, or it would try forever. The resourceVersion is that of
// the state that was decided on: a Job that was started meanwhile must not be
// killed. Conditions are merged by their type. Its own condition says the same
// in the same write.
func FailPatch(job Job, decision Decision, now time.Time) ([]byte, error) {
	if !job.IsJob() { // a Pod, which no node has seen
		return encode(job, "failure", map[string]any{
			"metadata": map[string]any{"uid": job.UID, "resourceVersion": job.ResourceVersion},
			"status":   corev1.PodStatus{Phase: corev1.PodFailed, Reason: decision.Reason, Message: Clip(decision.Message, maxMessage)},
		})
	}
	at := metav1.NewTime(now)
	var status batchv1.JobStatus
	if job.Started.IsZero() {
		status.StartTime = &at
	}
	said := say(decision.Reason, decision.Message)
	said.Written, said.Since = now, now
	if job.Condition != nil && job.Condition.Status == said.Status {
		said.Since = job.Condition.Since
	}
	status.Conditions = []batchv1.JobCondition{{
		Type: batchv1.JobFailureTarget, Status: corev1.ConditionTrue, Reason: decision.Reason,
		Message: said.Message, LastProbeTime: at, LastTransitionTime: at,
	}, said.condition()}
	return encode(job, "failure", map[string]any{
		"metadata": map[string]any{"uid": job.UID, "resourceVersion": job.ResourceVersion},
		"status":   status,
	})
}

// more ends a text of which something was cut off.
const more = "…"

// Clip cuts text to at most n bytes, at the end of a character, and shows that
// it did.
func Clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	cut := n - len(more)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strings.TrimRight(text[:cut], "\n ") + more
}

// annotationPath returns the JSON pointer (RFC 6901) to an annotation.
func annotationPath(key string) string {
	return "/metadata/annotations/" + pointer(key)
}

func pointer(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}
