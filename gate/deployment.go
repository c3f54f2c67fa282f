package gate

import (
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// HeldLabel is on Deployments with DependsOnAnnotation, so that the gate watches these and no others.
const HeldLabel = "depctl.dev/held"

// MetAnnotation has, of a Deployment, the hashes of the expressions that it was released by, the latest
// last, 20 at most. So an update that goes back to an earlier version does not wait for a migration that
// may be gone by then. The gate writes it in the patch that releases.
const MetAnnotation = "depctl.dev/met"

// mostMet is how many expressions a Deployment remembers.
const mostMet = 20

// forJobs are the annotations that have no meaning on a Deployment. It never ends, so nothing
// can fail it, and its pods are not the gate's to count.
func forJobs() []string {
	return []string{WaitTimeoutAnnotation, ArrayLimitAnnotation, UsesAnnotation, ResultsAnnotation, NearAnnotation, FailFastAnnotation}
}

// ObserveDeployment returns the facts of a Deployment, which spec.paused holds as spec.suspend holds
// a Job. object is what its status tells. One that is held, and that the gate has said can never
// start as things stand, counts as skipped until it says otherwise.
func ObserveDeployment(d *appsv1.Deployment, object *lang.Object) Job {
	j := Job{
		Kind:            kind.Deployment,
		Namespace:       d.Namespace,
		Name:            d.Name,
		UID:             d.UID,
		ResourceVersion: d.ResourceVersion,
		Created:         d.CreationTimestamp.Time,
		Labels:          d.Labels,
		Suspended:       d.Spec.Paused,
		BeingDeleted:    d.DeletionTimestamp != nil,
		ServiceAccount:  serviceAccount(&d.Spec.Template.Spec),
		Object:          object,
		OnFailure:       d.Annotations[OnFailureAnnotation],
		Seen:            parseSeen(d.Annotations[SeenAnnotation]),
		Room:            room(d.Annotations),
		Parallelism:     1,
		completions:     -1,
	}
	if owner := metav1.GetControllerOfNoCopy(d); owner != nil {
		j.ForeignOwner = owner.Kind + " " + owner.Name
	}
	release := parseRelease(d.Annotations[ReleasedAnnotation], d.UID)
	j.Released = release != nil
	j.observeConditions(conditionsOf(d), release)
	j.DependsOn, j.Annotated = d.Annotations[DependsOnAnnotation]
	j.Hold, j.OnHold = d.Annotations[HoldAnnotation]
	j.Edited = j.Released && release.Text != "" && release.Text != textHash(j.DependsOn)
	if at := slices.IndexFunc(forJobs(), func(key string) bool { _, there := d.Annotations[key]; return there }); at >= 0 {
		j.Misplaced = forJobs()[at]
	}
	j.met = strings.Fields(d.Annotations[MetAnnotation])
	policy, _ := j.policy()
	if c := j.Condition; c != nil && j.Waits() && j.Suspended && c.Reason == ReasonDependencyFailed && policy == Fail {
		object.Outcome, object.Reason, object.Finished = lang.Skipped, c.Reason, c.Since
		object.Started, object.Ready = false, false
	}
	return j
}

// Noun returns what people call the kind of the object.
func (j Job) Noun() string {
	if j.IsJob() {
		return "Job"
	}
	return "Deployment"
}

// metBefore reports whether the Deployment was released by its expression of now before, for an earlier
// version.
func metBefore(s Snapshot) (Decision, bool) {
	if len(s.Job.met) == 0 { // a Job: its text, which may be long, is not hashed at each decision
		return Decision{}, false
	}
	return Decision{
		Action: Releasing, Reason: ReasonMet, Message: "released: what it waits for was met for an earlier version of this Deployment",
	}, slices.Contains(s.Job.met, textHash(s.Job.DependsOn))
}

// nowMet returns the value of MetAnnotation after a release.
func (j Job) nowMet() string {
	hash := textHash(j.DependsOn)
	met := append(slices.DeleteFunc(slices.Clone(j.met), func(h string) bool { return h == hash }), hash)
	return strings.Join(met[max(0, len(met)-mostMet):], " ")
}

// again says how to have what was released wait for its text of now.
func (j Job) again() string {
	if j.IsJob() {
		return "to run it by the new text, delete the Job and recreate it"
	}
	return "an update of both the annotation and the Pod template waits again"
}

// unpause returns the JSON patch that releases a Deployment, with the tests of ReleasePatch.
func (j Job) unpause(release Release) ([]byte, error) {
	record, err := encode(j, "record of the release", release)
	if err != nil {
		return nil, err
	}
	steps := []operation{
		{"test", "/metadata/uid", j.UID},
		{"test", "/spec/paused", true},
		j.sameText(),
		j.sameHold(),
		j.unreleased(),
		{"replace", "/spec/paused", false},
		{"add", annotationPath(ReleasedAnnotation), string(record)},
		{"add", annotationPath(MetAnnotation), j.nowMet()},
	}
	if j.OnHold { // a person releases it all the same
		steps = append(steps, operation{"remove", annotationPath(HoldAnnotation), nil})
	}
	return encode(j, "release", steps)
}

// sameHold tests that the Job is held as it was, or not.
func (j Job) sameHold() operation {
	if !j.OnHold {
		return operation{"test", annotationPath(HoldAnnotation), nil}
	}
	return operation{"test", annotationPath(HoldAnnotation), j.Hold}
}

// ForceDeploymentPatch returns the JSON patch by which a person releases a Deployment, as ForcePatch does
// for a Job.
func ForceDeploymentPatch(j Job, by string, now time.Time) ([]byte, error) {
	return j.unpause(NewRelease(j, now, Clip(by, maxPerson), nil))
}

// conditionsOf returns the gate's own condition of a Deployment as that of a Job.
func conditionsOf(d *appsv1.Deployment) (list []batchv1.JobCondition) {
	for _, c := range d.Status.Conditions {
		if string(c.Type) == string(ConditionType) {
			list = append(list, batchv1.JobCondition{
				Type: ConditionType, Status: c.Status, Reason: c.Reason, Message: c.Message,
				LastProbeTime: c.LastUpdateTime, LastTransitionTime: c.LastTransitionTime,
			})
		}
	}
	return list
}

// ofDeployment returns the condition as the API server takes it on a Deployment.
func (c Condition) ofDeployment() appsv1.DeploymentCondition {
	return appsv1.DeploymentCondition{
		Type: appsv1.DeploymentConditionType(ConditionType), Status: c.Status, Reason: c.Reason, Message: c.Message,
		LastUpdateTime: metav1.NewTime(c.Written), LastTransitionTime: metav1.NewTime(c.Since),
	}
}

func serviceAccount(spec *corev1.PodSpec) string {
	if spec.ServiceAccountName == "" {
		return "default"
	}
	return spec.ServiceAccountName
}
