package gate

import (
	"slices"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// HeldLabel is on what has DependsOnAnnotation and is no Job, so that the gate watches these objects and
// no others.
const HeldLabel = "depctl.dev/held"

// MetAnnotation has, of a kind with versions, the hashes of the expressions that the object was released
// by, the latest last, 20 at most. So an update that goes back to an earlier version does not wait for a
// migration that may be gone by then. The gate writes it in the patch that releases.
const MetAnnotation = "depctl.dev/met"

// ConditionAnnotation has what the gate's condition says of a JobSet, a RayJob or a Pod. What an object of another
// project has in its status is up to the kind, and of that of a Pod the gate may write nothing but its failure.
const ConditionAnnotation = "depctl.dev/condition"

// mostMet is how many expressions an object with versions remembers.
const mostMet = 20

// forJobs are the annotations that have no meaning on what is no Job: its pods are not the gate's to count, and most
// of these objects nothing can fail from outside.
func forJobs() []string {
	return []string{WaitTimeoutAnnotation, ArrayLimitAnnotation, UsesAnnotation, ResultsAnnotation, NearAnnotation, FailFastAnnotation}
}

// ObserveHeld returns the facts of an object of a kind that is held as Jobs are, by the field that the
// table of kinds names. object is what its status tells. One that is held, and that the gate has said
// can never start as things stand, counts as skipped until it says otherwise.
func ObserveHeld(k kind.Kind, o *unstructured.Unstructured, object *lang.Object) Job {
	annotations := o.GetAnnotations()
	suspended, gateAt := heldBy(k, o)
	if k.Gated && object.Outcome == lang.Failed && isOurs(object.Reason) {
		object.Outcome = lang.Skipped // the gate has failed it
	}
	j := Job{
		Kind:            k.Name,
		Namespace:       o.GetNamespace(),
		Name:            o.GetName(),
		UID:             o.GetUID(),
		ResourceVersion: o.GetResourceVersion(),
		Created:         o.GetCreationTimestamp().Time,
		Labels:          o.GetLabels(),
		Suspended:       suspended,
		BeingDeleted:    o.GetDeletionTimestamp() != nil,
		ServiceAccount:  "default",
		Object:          object,
		OnFailure:       annotations[OnFailureAnnotation],
		Seen:            parseSeen(annotations[SeenAnnotation]),
		Room:            room(annotations),
		Parallelism:     1,
		completions:     -1,
		ForeignOwner:    foreignOwnerOf(k, o),
		gateAt:          gateAt,
	}
	if name, _ := kind.At(o.Object, k.PodSpec+".serviceAccountName").(string); name != "" {
		j.ServiceAccount = name
	}
	release := parseRelease(annotations[ReleasedAnnotation], j.UID)
	j.Released = release != nil
	j.observeKueue(annotations, release)
	j.observeConditions(conditionsOf(k, o), release)
	if j.Outcome() == lang.Skipped {
		j.Never, _ = kind.At(o.Object, "status.message").(string)
	}
	j.DependsOn, j.Annotated = annotations[DependsOnAnnotation]
	j.Hold, j.OnHold = annotations[HoldAnnotation]
	j.Edited = j.Released && release.Text != "" && release.Text != textHash(j.DependsOn)
	if at := slices.IndexFunc(forJobs(), func(key string) bool { _, there := annotations[key]; return there }); at >= 0 {
		j.Misplaced = forJobs()[at]
	}
	j.Unknown = unknownAnnotation(annotations)
	j.met = strings.Fields(annotations[MetAnnotation])
	if c := j.Condition; c != nil && j.Waits() && j.Suspended && c.Reason == ReasonDependencyFailed && j.SkipsHeld() {
		object.Outcome, object.Reason, object.Finished = lang.Skipped, c.Reason, c.Since
		object.Started, object.Ready = false, false
	}
	return j
}

// heldBy reports whether something of ours, or the field of the kind, keeps the object from starting, and where our
// gate is in the list of a kind that has gates.
func heldBy(k kind.Kind, o *unstructured.Unstructured) (held bool, gateAt int) {
	if !k.Gated {
		held, _ = kind.At(o.Object, k.HeldBy).(bool)
		return held, 0
	}
	list, _ := kind.At(o.Object, k.HeldBy).([]any)
	gateAt = slices.IndexFunc(list, func(g any) bool {
		fields, _ := g.(map[string]any)
		return fields["name"] == SchedulingGate
	})
	return gateAt >= 0, gateAt
}

// Hold has an object held, as the policies hold it at its birth.
func Hold(k kind.Kind, o *unstructured.Unstructured) {
	var by any = true
	if k.Gated {
		by = []any{map[string]any{"name": SchedulingGate}}
	}
	_ = unstructured.SetNestedField(o.Object, by, strings.Split(k.HeldBy, ".")...) // what has no such part holds nothing
}

// foreignOwnerOf returns who else decides when the object starts, empty for nobody.
func foreignOwnerOf(k kind.Kind, o *unstructured.Unstructured) string {
	if owner := metav1.GetControllerOfNoCopy(o); owner != nil {
		return owner.Kind + " " + owner.Name
	}
	if _, queued := o.GetLabels()[queueLabel]; queued && k.SuspendedBy != "" { // a Pod has a gate of Kueue's beside ours
		return byKueue
	}
	return ""
}

// Noun returns what people call the kind of the object.
func (j Job) Noun() string {
	if j.IsJob() {
		return "Job"
	}
	return j.kind().Noun
}

// canFail reports whether the gate can fail the object before it has started.
func (j Job) canFail() bool { return j.IsJob() || j.kind().Gated }

// Ends reports whether the object comes to an end by itself, as a Job does and a Deployment does not.
func (j Job) Ends() bool { return j.IsJob() || j.kind().Ends() }

// APIVersion returns the group and the version of the kind of the object.
func (j Job) APIVersion() string { return ResourceOf(j.kind()).GroupVersion().String() }

// kind returns what the table says of the kind of the object.
func (j Job) kind() kind.Kind {
	k, _ := kind.Of(j.Identity().Kind)
	return k
}

// metBefore reports whether the object was released by its expression of now before, for an earlier
// version.
func metBefore(s Snapshot) (Decision, bool) {
	if len(s.Job.met) == 0 { // a Job: its text, which may be long, is not hashed at each decision
		return Decision{}, false
	}
	return Decision{
		Action: Releasing, Reason: ReasonMet, Message: "released: what it waits for was met for an earlier version of this " + s.Job.Noun(),
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
	if j.kind().Versions {
		return "an update of both the annotation and the Pod template waits again"
	}
	return "to run it by the new text, delete the " + j.Noun() + " and recreate it"
}

// unhold returns the JSON patch that releases what is no Job, with the tests of ReleasePatch.
func (j Job) unhold(release Release) ([]byte, error) {
	if j.InQueue {
		return j.admit(release, nil)
	}
	record, err := encode(j, "record of the release", release)
	if err != nil {
		return nil, err
	}
	k := j.kind()
	path := "/" + strings.ReplaceAll(k.HeldBy, ".", "/")
	test, start := operation{"test", path, true}, operation{"replace", path, false}
	if k.Gated {
		path += "/" + strconv.Itoa(j.gateAt)
		test, start = operation{"test", path + "/name", SchedulingGate}, operation{"remove", path, nil}
	}
	steps := []operation{
		{"test", "/metadata/uid", j.UID},
		test,
		j.sameText(),
		j.sameHold(),
		j.unreleased(),
		start,
		{"add", annotationPath(ReleasedAnnotation), string(record)},
	}
	if k.Versions {
		steps = append(steps, operation{"add", annotationPath(MetAnnotation), j.nowMet()})
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

// ForceHeldPatch returns the JSON patch by which a person releases what is no Job, as ForcePatch does
// for a Job.
func ForceHeldPatch(j Job, by string, now time.Time) ([]byte, error) {
	return j.unhold(NewRelease(j, now, Clip(by, maxPerson), nil))
}

// conditionsOf returns the gate's own condition of an object as that of a Job.
func conditionsOf(k kind.Kind, o *unstructured.Unstructured) []batchv1.JobCondition {
	if !k.Versions {
		return parseCondition(o.GetAnnotations()[ConditionAnnotation])
	}
	list, _ := kind.At(o.Object, "status.conditions").([]any)
	for _, c := range list {
		if fields, _ := c.(map[string]any); fields["type"] == string(ConditionType) {
			return readCondition(fields)
		}
	}
	return nil
}
