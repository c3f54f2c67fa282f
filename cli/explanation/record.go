package explanation

import (
	"encoding/json"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate"
)

// Record is what is written on a Job about what became of it.
type Record struct {
	// Release is the gate's record of the release; nil if there is none.
	Release *gate.Release
	// FailedReason and FailedMessage are those of the condition Failed, or of the
	// one that comes before it.
	FailedReason, FailedMessage string
	// Condition is what the gate wrote; nil if it wrote nothing.
	Condition *Condition
}

// Condition is that in which the gate says how the dependencies of a Job stand.
type Condition struct {
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Message string `json:"message,omitempty"`
	Written string `json:"written,omitempty"`

	written time.Time
}

// RecordOf reads a Job.
func RecordOf(job *batchv1.Job) Record {
	var r Record
	var release gate.Release
	if text := job.Annotations[gate.ReleasedAnnotation]; json.Unmarshal([]byte(text), &release) == nil && release.UID == job.UID {
		r.Release = &release
	}
	for _, c := range job.Status.Conditions {
		if c.Type == gate.ConditionType {
			r.Condition = &Condition{string(c.Status), c.Reason, c.Message, stamp(c.LastProbeTime.Time), c.LastProbeTime.Time}
		}
		if c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobFailed || c.Type == batchv1.JobFailureTarget && r.FailedReason == "") {
			r.FailedReason, r.FailedMessage = c.Reason, c.Message
		}
	}
	return r
}
