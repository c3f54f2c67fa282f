package gate

import (
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ReasonCancelled means that a person has cancelled the Job with "depctl cancel --keep". It
// is not one of the gate's reasons: the Job has failed, and was not skipped.
const ReasonCancelled = "Cancelled"

// What a Job has that somebody has said to be over, by "depctl done".
const (
	// ReasonDeclaredFailed means that somebody has said so, by "depctl done --failed". The Job
	// has failed, and was not skipped.
	ReasonDeclaredFailed = "DeclaredFailed"
	// DoneByAnnotation has who said that the Job is over, by "depctl done" or an event. Such a Job
	// never has a pod.
	DoneByAnnotation = "depctl.dev/done-by"
	// EventKeyAnnotation tells the events apart of which "depctl serve" made Jobs: the same event
	// is the same Job.
	EventKeyAnnotation = "depctl.dev/event-key"
	// WebhookSecretAnnotation of a CronJob names the Secret, in its namespace, with whose key
	// "secret" those sign their requests who may run the CronJob by "depctl serve".
	WebhookSecretAnnotation = "depctl.dev/webhook-secret"
)

// maxPerson bounds the name of a person in a record, in bytes.
const maxPerson = 128

// Person returns the name of a person as a record has it.
func Person(name string) string {
	if name == "" {
		return "somebody"
	}
	return Clip(name, maxPerson)
}

// EditPatch returns the merge patch by which a person changes annotations of a
// Job; one whose value is nil goes. It has the resourceVersion of the state that
// was looked at: a Job that was released meanwhile would take an edit for
// nothing.
func EditPatch(job Job, edits map[string]*string) ([]byte, error) {
	return encode(job, "annotations", map[string]any{
		"metadata": map[string]any{"uid": job.UID, "resourceVersion": job.ResourceVersion, "annotations": edits},
	})
}

// StartPatch returns the merge patch by which a person runs a Job that was only
// held: it waits for nothing, so no gate releases it.
func StartPatch(job Job) ([]byte, error) {
	return encode(job, "start", map[string]any{
		"metadata": map[string]any{"uid": job.UID, "resourceVersion": job.ResourceVersion, "annotations": map[string]any{HoldAnnotation: nil}},
		"spec":     map[string]any{"suspend": false},
	})
}

// ForcePatch returns the JSON patch by which a person releases a Job whatever it
// waits for, a hold too. It tests what ReleasePatch tests, and of the hold that
// it is the one that was looked at. A scheduling gate that the Job was copied
// with goes, or its elements would wait for themselves.
func ForcePatch(job *batchv1.Job, by string, now time.Time) ([]byte, error) {
	j := Observe(job)
	release := NewRelease(j, now, Clip(by, maxPerson), nil)
	more := templateOperations(j, ReleaseOptions{})
	if at := slices.IndexFunc(job.Spec.Template.Spec.SchedulingGates, isOurGate); at >= 0 {
		path := fmt.Sprintf("/spec/template/spec/schedulingGates/%d", at)
		more = append([]operation{{"test", path + "/name", SchedulingGate}, {"remove", path, nil}}, more...)
	}
	if j.InQueue {
		return j.admit(release, more)
	}
	record, err := encode(j, "record of the release", release)
	if err != nil {
		return nil, err
	}
	patch := []operation{
		{"test", "/metadata/uid", j.UID},
		{"test", "/spec/suspend", true},
		j.sameText(),
	}
	if patch = append(patch, j.sameHold()); j.OnHold {
		patch = append(patch, operation{"remove", annotationPath(HoldAnnotation), nil})
	}
	patch = append(patch, operation{"replace", "/spec/suspend", false}, operation{"add", annotationPath(ReleasedAnnotation), string(record)})
	return encode(j, "release", append(patch, more...))
}

func isOurGate(g corev1.PodSchedulingGate) bool { return g.Name == SchedulingGate }

// CancelPatch returns the strategic merge patch of a Job's status by which a
// person makes the Job controller fail it, as FailPatch does for the gate. Its
// pods end, and its record stays.
func CancelPatch(job Job, by string, now time.Time) ([]byte, error) {
	message := "cancelled by " + Clip(by, maxPerson)
	if job.AsksToWait() && !job.Released {
		return FailPatch(job, Decision{Reason: ReasonCancelled, Message: message}, now)
	}
	return failedByPerson(job, ReasonCancelled, message, now)
}

// DeclarePatch returns the strategic merge patch of the status by which a person makes the Job
// controller fail a Job that has never started.
func DeclarePatch(job Job, by, why string, now time.Time) ([]byte, error) {
	message := "declared failed by " + Clip(by, maxPerson)
	if why != "" {
		message = Clip(message+": "+why, maxMessage)
	}
	return failedByPerson(job, ReasonDeclaredFailed, message, now)
}

func failedByPerson(job Job, reason, message string, now time.Time) ([]byte, error) {
	at := metav1.NewTime(now)
	var status batchv1.JobStatus
	if job.Started.IsZero() {
		status.StartTime = &at
	}
	status.Conditions = []batchv1.JobCondition{{
		Type: batchv1.JobFailureTarget, Status: corev1.ConditionTrue, Reason: reason,
		Message: message, LastProbeTime: at, LastTransitionTime: at,
	}}
	return encode(job, "failure", map[string]any{
		"metadata": map[string]any{"uid": job.UID, "resourceVersion": job.ResourceVersion},
		"status":   status,
	})
}
