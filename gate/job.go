package gate

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// queueLabel marks a Job that Kueue suspends and resumes.
const queueLabel = "kueue.x-k8s.io/queue-name"

// Job is what is kept of a batch/v1 Job, or of an object of another kind that is held as
// Jobs are: the facts that decide about it, and those that its dependents and people want to know. It
// never changes once made.
type Job struct {
	// Kind is what the table of kinds calls an object that is no Job; empty for a Job.
	Kind            string
	Namespace, Name string
	UID             types.UID
	ResourceVersion string
	Created         time.Time
	// Labels are those of the Job, which the selectors of others look at.
	Labels map[string]string

	// Annotated reports whether DependsOn is there at all; its value may be
	// empty, which is a mistake and not the same.
	Annotated bool
	DependsOn string
	// Uses is what it says of tokens.
	Uses Uses
	// Expected is how long it says that it will run; 0 if it does not say.
	Expected time.Duration
	// OnHold reports whether the hold annotation is there; Hold is its value.
	OnHold bool
	Hold   string

	// OnFailure, WaitTimeout and ArrayLimit are the values of their annotations,
	// as written; empty if they are not there.
	OnFailure, WaitTimeout, ArrayLimit string

	Suspended    bool
	BeingDeleted bool
	// Ending reports whether it is settled how the Job ends, while its pods go.
	Ending bool
	// Gated reports whether the pods carry our scheduling gate, and OtherGates
	// whether they carry any of others.
	Gated, OtherGates bool
	// Grouped reports whether the Job itself asks that its pods start together.
	Grouped bool
	// Parallelism is how many pods the Job has at once.
	Parallelism int64
	// Released reports whether the gate has released this very Job, and Edited
	// whether its expression is another one since.
	Released, Edited bool
	// Release is the record of that while a condition must still tell of it,
	// and Condition what the gate last said on the Job; see observeConditions.
	Release   *Release
	Condition *Condition
	// Never is why the Job never ran, while a condition must still tell of it.
	Never string
	// ForeignOwner names who else owns spec.suspend; empty if nobody does.
	ForeignOwner string
	// InQueue reports whether the Job is held by our entry in KueueGatesAnnotation, and not by spec.suspend,
	// or has been released from there. QueueGates is the value of that annotation while the Job is held.
	InQueue    bool
	QueueGates string

	// Misplaced is the key of an annotation that has no meaning on what is no Job; empty if there is none.
	Misplaced string
	// Unknown is the key of an annotation under depctl.dev that nobody reads; empty if there is none.
	Unknown string
	// gateAt is where our scheduling gate is in the list of a Pod that waits.
	gateAt int
	// met are hashes of the expressions by which a Deployment was released.
	met []string

	// Paused is how long the Job was on hold, where it has a WaitTimeout.
	Paused Pause
	// Seen are the outcomes of prerequisites that are gone, and Room is how long
	// their text may get, in bytes.
	Seen RecordedOutcomes
	Room int
	// AtRisk reports whether the Job may be cleaned away soon after it has
	// finished: by its TTL, by the CronJob that owns it, or by somebody whom its maker expects.
	AtRisk bool
	// KeepsOutcome reports whether it asks that its outcome be kept until it goes.
	KeepsOutcome bool
	// Guarded reports whether it carries our finalizer.
	Guarded bool
	// Refused is why the API server has refused again and again to have it released, or
	// failed; empty if it has not. Nobody but the gate knows it.
	Refused string

	// CronJob is the UID of the CronJob of which the Job is the Run of a scheduled time;
	// empty if it is of none.
	CronJob types.UID
	Run     schedule.Child
	// FailFast reports whether the Job asks to be failed with its run.
	FailFast bool
	// Superseded reports whether a later Job of its run and step counts in its place. The
	// Job itself does not say so.
	Superseded bool

	// Nudging is what a nudge needs to know.
	Nudging Nudging
	// Results is the value of ResultsAnnotation. Where it is not empty, TemplateAnnotated
	// reports whether the Pod template has annotations, and TemplateResults has the keys
	// of those in which pods find results.
	Results           string
	TemplateAnnotated bool
	TemplateResults   []string
	// Near is the value of NearAnnotation. Where it is not empty, Preferred is how many of the
	// fields are there that lead to the preferred nodes of the Pod template.
	Near      string
	Preferred int
	// KeepsResult reports whether the Job asks that its result be kept, and
	// ResultContainer names the container that tells it.
	KeepsResult     bool
	ResultContainer string
	// completions is how many pods must succeed, -1 if the Job does not say.
	completions int64
	// Made is how many pods the Job has had, as its status says.
	Made int64
	// Started is status.startTime; zero if nobody has started the Job.
	Started time.Time
	// ServiceAccount is that of the pods. It never changes, so what it may see
	// is what the Job may see.
	ServiceAccount string

	// Object is what expressions may learn about the Job.
	Object *lang.Object
}

// Observe returns the facts of a Job. It keeps the labels of it and nothing
// else.
func Observe(job *batchv1.Job) Job {
	j := Job{
		Namespace:       job.Namespace,
		Name:            job.Name,
		UID:             job.UID,
		ResourceVersion: job.ResourceVersion,
		Created:         job.CreationTimestamp.Time,
		Labels:          job.Labels,
		Suspended:       isSuspended(job),
		BeingDeleted:    job.DeletionTimestamp != nil,
		ForeignOwner:    foreignOwner(job),
		ServiceAccount:  serviceAccount(&job.Spec.Template.Spec),
		Object:          observeObject(job),
	}
	release := parseRelease(job.Annotations[ReleasedAnnotation], job.UID)
	j.Released = release != nil
	j.observeKueue(job.Annotations, release)
	j.Object.Handler = j.Released && release.Handler
	j.observeConditions(job.Status.Conditions, release)
	j.Paused = parsePause(job.Annotations[PausedAnnotation])
	j.Seen, j.Room = parseSeen(job.Annotations[SeenAnnotation]), room(job.Annotations)
	j.AtRisk, j.KeepsOutcome = atRisk(job), keepsOutcome(job)
	j.Guarded = slices.Contains(job.Finalizers, OutcomeFinalizer)
	j.Made = int64(job.Status.Active) + int64(job.Status.Succeeded) + int64(job.Status.Failed)
	if job.Status.StartTime != nil {
		j.Started = job.Status.StartTime.Time
	}
	j.DependsOn, j.Annotated = job.Annotations[DependsOnAnnotation]
	if j.Uses = observeUses(job); release != nil {
		j.Uses.Pods = release.Pods
	}
	j.Expected, _ = lang.ParseDuration(job.Annotations[ExpectedDurationAnnotation]) // lint speaks of what cannot be read
	j.OnFailure, j.WaitTimeout = job.Annotations[OnFailureAnnotation], job.Annotations[WaitTimeoutAnnotation]
	j.CronJob, j.Run = observeChild(job, j.Object)
	j.FailFast = job.Annotations[FailFastAnnotation] == "true"
	j.ArrayLimit = job.Annotations[ArrayLimitAnnotation]
	j.Hold, j.OnHold = job.Annotations[HoldAnnotation]
	if j.AsksToWait() {
		j.Unknown = unknownAnnotation(job.Annotations)
	}
	j.observeTemplate(&job.Spec)
	// Some versions make no group for a Job that somebody controls: its pods tell.
	j.Grouped = job.Spec.Template.Spec.SchedulingGroup != nil || job.Spec.Scheduling != nil && metav1.GetControllerOfNoCopy(job) == nil
	j.Nudging = observeNudging(job)
	j.observeResults(job.Annotations, &job.Spec.Template)
	j.observeNear(job)
	if j.completions = -1; job.Spec.Completions != nil {
		j.completions = int64(*job.Spec.Completions)
	}
	j.Ending = slices.ContainsFunc(job.Status.Conditions, func(c batchv1.JobCondition) bool {
		return c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobFailureTarget || c.Type == batchv1.JobSuccessCriteriaMet)
	})
	j.Edited = j.Released && release.Text != "" && release.Text != textHash(j.DependsOn)
	return j
}

func (j *Job) observeTemplate(spec *batchv1.JobSpec) {
	for _, g := range spec.Template.Spec.SchedulingGates {
		if g.Name == SchedulingGate {
			j.Gated = true
		} else {
			j.OtherGates = true
		}
	}
	j.Parallelism = 1
	if spec.Parallelism != nil {
		j.Parallelism = int64(*spec.Parallelism)
	}
}

// AsksToWait reports whether the Job is to be held until the gate releases it: it says what it
// waits for, or which tokens it uses.
func (j Job) AsksToWait() bool { return j.Annotated || j.Uses.Said }

// Waits reports whether something is still to be decided about the Job: it is not
// released, or its elements are, one by one.
func (j Job) Waits() bool {
	return (j.AsksToWait() && !j.Released || j.byElement()) && !j.BeingDeleted && j.Outcome() == lang.Undecided
}

// byElement reports whether the Job has been released element by element.
func (j Job) byElement() bool { return j.Released && j.Gated }

// reserved is what is kept free of the annotations of a Job for its release, its
// holds, and what others may want to add.
const reserved = 8 << 10

// room returns how many bytes of the 256 KiB that all annotations of an object
// may have are left for outcomes.
func room(annotations map[string]string) int {
	left := validation.TotalAnnotationSizeLimitB - reserved
	for key, value := range annotations {
		if left -= len(key); key != SeenAnnotation {
			left -= len(value)
		}
	}
	return left
}

func serviceAccount(spec *corev1.PodSpec) string {
	if spec.ServiceAccountName == "" {
		return "default"
	}
	return spec.ServiceAccountName
}

func foreignOwner(job *batchv1.Job) string {
	if by := job.Spec.ManagedBy; by != nil && *by != batchv1.JobControllerName {
		return "spec.managedBy " + *by
	}
	if _, ok := job.Labels[queueLabel]; ok {
		return byKueue
	}
	if owner := metav1.GetControllerOfNoCopy(job); owner != nil && owner.Kind == "JobSet" {
		return "JobSet " + owner.Name
	}
	return ""
}
