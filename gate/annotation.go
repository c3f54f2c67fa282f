package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

// The annotations of a Job. docs/reference/annotations.md is made from these
// comments.
const (
	// DependsOnAnnotation is the expression that the Job waits for. An empty one is a
	// mistake.
	DependsOnAnnotation = "depctl.dev/depends-on"
	// OnFailureAnnotation says what becomes of the Job if its expression is false:
	// fail (the default), wait or run.
	OnFailureAnnotation = "depctl.dev/on-dependency-failure"
	// WaitTimeoutAnnotation is how long the Job waits, from its creation, before it
	// is failed. Time on hold does not count.
	WaitTimeoutAnnotation = "depctl.dev/wait-timeout"
	// HoldAnnotation keeps the Job, and each of its elements, from being released or
	// failed while it is there. Its value says why, for people.
	HoldAnnotation = "depctl.dev/hold"
	// ArrayLimitAnnotation is how many elements of an Indexed Job run at once, such as
	// "10". The gate writes it where it raises parallelism: then it is what
	// parallelism said.
	ArrayLimitAnnotation = "depctl.dev/array-limit"
	// ExpectedDurationAnnotation is how long the Job is expected to run, such as "20m". Plans
	// go by it, and so does the order in which Jobs get tokens.
	ExpectedDurationAnnotation = "depctl.dev/expected-duration"
	// KeepOutcomeAnnotation has the policies or the webhook add OutcomeFinalizer to
	// the Job when it is created, if the value is "true". So its outcome is kept also
	// if no gate runs when it ends.
	KeepOutcomeAnnotation = "depctl.dev/keep-outcome"
	// ReleasedAnnotation records which Job was released (its UID), when, by whom,
	// because of what and by which text, in 1 KiB at most. The gate writes it in the
	// patch that releases the Job; one with another UID is ignored.
	ReleasedAnnotation = "depctl.dev/released"
)

// ByGate is the By of a release that was decided, not forced.
const ByGate = "depctl-gate"

// maxReleased bounds the value of ReleasedAnnotation, in bytes, so that all
// annotations of an object stay far from the 256 KiB that the API server takes.
const maxReleased = 1 << 10

// Release is the value of ReleasedAnnotation: which Job was released, when, by
// whom and because of what. UID comes first in its JSON: the admission
// policies compare the beginning of the text.
type Release struct {
	UID types.UID `json:"uid"`
	At  time.Time `json:"at"`
	By  string    `json:"by"`
	// Leader is the identity by which the gate that wrote it held the lease, where the Job
	// takes tokens: a policy compares it.
	Leader string `json:"leader,omitempty"`
	// Pods is how many pods it takes tokens for.
	Pods int64 `json:"pods,omitempty"`
	// Met counts the checks that were true.
	Met int `json:"met"`
	// Because says in words what the first of them found, ten at most.
	Because []string `json:"because,omitempty"`
	// Hash is over the names and UIDs of all objects that were looked at, and
	// Text over the expression.
	Hash string `json:"hash,omitempty"`
	Text string `json:"text,omitempty"`
	// Handler says that the Job deals with the failure of its run. So it is one while it runs, too.
	Handler bool `json:"handler,omitempty"`
	// Kueue says that the Job was released from a queue of Kueue, which starts it.
	Kueue bool `json:"kueue,omitempty"`
	// Near is how many terms it added to the preferred nodes of the Pod template, after those
	// that were there, and Far is why there are none, or some are missing.
	Near int    `json:"near,omitempty"`
	Far  string `json:"far,omitempty"`
}

// NewRelease returns the record of a release of a Job for the given reasons. The
// text it encodes to has 1 KiB at most; what would exceed it is left out.
func NewRelease(job Job, at time.Time, by string, reasons []lang.Reason) Release {
	release := Release{
		UID: job.UID, At: at.UTC().Truncate(time.Millisecond), By: by, Met: len(reasons), Text: textHash(job.DependsOn),
	}
	lines := make([]string, len(reasons))
	room := maxReleased - 256
	if job.Uses.Said {
		release.Pods = job.Pods()
		room -= 128 // for the name of the leader, too
	}
	if job.GoesNear() {
		room -= mostFar + 40
	}
	for i, reason := range reasons {
		lines[i] = fmt.Sprintf("%s %s\n", reason.Ref, objectUID(reason.Object))
		because := reason.String()
		if room -= len(because) + 3; i < 10 && room >= 0 {
			release.Because = append(release.Because, because)
		}
	}
	slices.Sort(lines)
	hash := sha256.New()
	for _, line := range lines {
		hash.Write([]byte(line))
	}
	release.Hash = hex.EncodeToString(hash.Sum(nil)[:8])
	return release
}

func objectUID(o *lang.Object) string {
	if o == nil {
		return ""
	}
	return o.UID
}

// parseRelease returns the record of the release of the Job with this UID, nil
// if there is none. A copied manifest carries the value of another Job: it does
// not count. The beginning of the text is all that decides, as for the admission
// policies: if the two differed, a Job that they keep suspended could be
// forgotten here.
func parseRelease(value string, uid types.UID) *Release {
	if uid == "" || !isRecordOf(string(uid), value) {
		return nil
	}
	release := &Release{}
	if len(value) > maxReleased || json.Unmarshal([]byte(value), release) != nil {
		return &Release{UID: uid} // a person wrote it
	}
	return release
}

// ReleaseOf returns the record of the release of a Job, nil if there is none.
func ReleaseOf(job *batchv1.Job) *Release {
	return parseRelease(job.Annotations[ReleasedAnnotation], job.UID)
}

func textHash(text string) string {
	hash := sha256.Sum256([]byte(text))
	return hex.EncodeToString(hash[:8])
}
