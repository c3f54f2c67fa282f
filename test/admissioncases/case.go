package admissioncases

import (
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

// Change alters a Job before it is written.
type Change func(*batchv1.Job)

// Case is a Job that is made and then changed, and what is stored in the end.
type Case struct {
	Name string
	// Create alters a Job that says nothing of suspend and waits for nothing.
	Create Change
	// Updates are written one after the other, each to what is stored by then.
	Updates []Change
	// Suspended is spec.suspend in the end, Finalizers the finalizers.
	Suspended  bool
	Finalizers []string
	// Gone are annotations that must not be there in the end, also not of the Pod template.
	Gone []string
	// Limits says that it is about deploy/components/limits, which the webhooks do, too.
	Limits bool
	// Replaces is spec.podReplacementPolicy in the end, where that is asked.
	Replaces batchv1.PodReplacementPolicy
}

// Wrong returns what is not as it must be in the end, in words; nothing if all is right.
func (c Case) Wrong(stored *batchv1.Job) (wrong []string) {
	if got := ptr.Deref(stored.Spec.Suspend, false); got != c.Suspended {
		wrong = append(wrong, fmt.Sprintf("suspend is %t", got))
	}
	finalizers := slices.Sorted(slices.Values(stored.Finalizers))
	if want := slices.Sorted(slices.Values(c.Finalizers)); !slices.Equal(finalizers, want) {
		wrong = append(wrong, fmt.Sprintf("finalizers are %q, not %q", finalizers, want))
	}
	for _, key := range c.Gone {
		for _, there := range []map[string]string{stored.Annotations, stored.Spec.Template.Annotations, stored.Spec.Template.Labels} {
			if _, is := there[key]; is {
				wrong = append(wrong, key+" is there")
			}
		}
	}
	if got := ptr.Deref(stored.Spec.PodReplacementPolicy, ""); c.Replaces != "" && got != c.Replaces {
		wrong = append(wrong, fmt.Sprintf("podReplacementPolicy is %s", got))
	}
	return wrong
}

// New returns the Job of a case before anything is stored.
func (c Case) New(name string) *batchv1.Job {
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: "busybox:1.37"}},
		}}},
	}
	c.Create(job)
	return job
}

const theirs = "example.com/theirs"

// Cases are the rules of docs/design/holding.md on what is held at birth and kept.
var Cases = []Case{
	{Name: "a Job that waits for nothing runs", Create: all()},
	{Name: "a Job that waits is suspended", Create: waits, Suspended: true},
	{Name: "a Job with an empty expression is suspended", Create: annotate(gate.DependsOnAnnotation, ""), Suspended: true},
	{Name: "a Job that says that it runs is suspended", Create: all(waits, suspend(false)), Suspended: true},
	{Name: "a Job that says that it is suspended is", Create: all(waits, suspend(true)), Suspended: true},
	{Name: "a suspended Job that waits for nothing is its owner's", Create: suspend(true), Updates: []Change{suspend(false)}},
	{Name: "a Job of the Job controller is suspended", Create: all(waits, managedBy(batchv1.JobControllerName)), Suspended: true},
	{Name: "a Job of another controller is not", Create: all(waits, managedBy("example.com/multi"))},
	{Name: "a Job in a queue of Kueue is not", Create: all(waits, queued)},
	{Name: "a Job of a JobSet is not", Create: all(waits, ownedBy("JobSet", true))},
	{Name: "a Job that a JobSet has an interest in is suspended", Create: all(waits, ownedBy("JobSet", false)), Suspended: true},
	{Name: "a Job of a CronJob is suspended", Create: all(waits, ownedBy("CronJob", true)), Suspended: true},

	{Name: "a write without suspend keeps a Job suspended", Create: waits, Updates: []Change{noSuspend}, Suspended: true},
	{Name: "a write with suspend false does too", Create: waits, Updates: []Change{suspend(false)}, Suspended: true},
	{Name: "and so does one that does not say which Job it means", Create: waits, Updates: []Change{all(noUID, noSuspend)}, Suspended: true},
	{Name: "a write with another expression does too", Create: waits, Updates: []Change{all(suspend(false), annotate(gate.DependsOnAnnotation, "y"))}, Suspended: true},
	{Name: "a write that takes the annotation away lets it run", Create: waits, Updates: []Change{all(suspend(false), remove(gate.DependsOnAnnotation))}},
	{Name: "a write that brings the annotation lets it run", Create: suspend(true), Updates: []Change{all(suspend(false), waits)}},
	{Name: "a Job that runs is not suspended late", Create: all(), Updates: []Change{waits, annotate("note", "x")}},
	{Name: "a Job that is released runs", Create: waits, Updates: []Change{release}},
	{Name: "and may be suspended and resumed", Create: waits, Updates: []Change{release, suspend(true), suspend(false)}},
	{Name: "the release of another Job does not count", Create: waits, Updates: []Change{all(suspend(false), annotate(gate.ReleasedAnnotation, `{"uid":"another"}`))}, Suspended: true},
	{Name: "the release of no Job does not count", Create: waits, Updates: []Change{all(noUID, suspend(false), annotate(gate.ReleasedAnnotation, `{"uid":""}`))}, Suspended: true},
	{Name: "a release that is no JSON does not count", Create: waits, Updates: []Change{all(suspend(false), annotate(gate.ReleasedAnnotation, "yes"))}, Suspended: true},
	{Name: "a Job that is put in a queue is Kueue's", Create: waits, Updates: []Change{all(suspend(false), queued)}},
	{Name: "a Job that a JobSet takes is the JobSet's", Create: waits, Updates: []Change{all(suspend(false), ownedBy("JobSet", true))}},
	{Name: "a label changes nothing", Create: waits, Updates: []Change{func(j *batchv1.Job) { j.Labels = map[string]string{"a": "b"} }}, Suspended: true},

	{
		Name:      "a copy of a released Job is a new one",
		Create:    all(waits, suspend(false), annotate(gate.ReleasedAnnotation, `{"uid":"1"}`), annotate(gate.SeenAnnotation, "{}"), annotate(gate.PausedAnnotation, "{}"), finalizers(theirs, gate.OutcomeFinalizer)),
		Suspended: true, Finalizers: []string{theirs}, Gone: []string{gate.ReleasedAnnotation, gate.SeenAnnotation, gate.PausedAnnotation},
	},
	{
		Name:   "so is one that waits for nothing any more",
		Create: all(annotate(gate.ReleasedAnnotation, `{"uid":"1"}`), finalizers(gate.OutcomeFinalizer)),
		Gone:   []string{gate.ReleasedAnnotation},
	},
	{
		Name:   "so is that of a Job of others",
		Create: all(waits, queued, annotate(gate.SeenAnnotation, "{}")),
		Gone:   []string{gate.SeenAnnotation},
	},
	{Name: "a Job that keeps its outcome is born with the finalizer", Create: annotate(gate.KeepOutcomeAnnotation, "true"), Finalizers: []string{gate.OutcomeFinalizer}},
	{
		Name: "so is one that waits, and others keep theirs", Create: all(waits, annotate(gate.KeepOutcomeAnnotation, "true"), finalizers(theirs)),
		Suspended: true, Finalizers: []string{theirs, gate.OutcomeFinalizer},
	},
	{Name: "a copy of it has the finalizer once", Create: all(annotate(gate.KeepOutcomeAnnotation, "true"), finalizers(gate.OutcomeFinalizer, theirs)), Finalizers: []string{gate.OutcomeFinalizer, theirs}},
	{Name: "one that says no has none", Create: all(annotate(gate.KeepOutcomeAnnotation, "false"), finalizers(gate.OutcomeFinalizer))},
	{Name: "a write that brings the annotation later brings no finalizer", Create: all(), Updates: []Change{annotate(gate.KeepOutcomeAnnotation, "true")}},
	{
		Name: "what the gate writes later stays", Create: waits,
		Updates:   []Change{all(annotate(gate.SeenAnnotation, "{}"), finalizers(gate.OutcomeFinalizer))},
		Suspended: true, Finalizers: []string{gate.OutcomeFinalizer},
	},

	{Name: "a Job that uses tokens is suspended", Create: uses, Suspended: true},
	{Name: "a Job that uses tokens and says that it runs is suspended", Create: all(uses, suspend(false)), Suspended: true},
	{Name: "a Job of another controller that uses tokens is not", Create: all(uses, managedBy("example.com/multi"))},
	{Name: "a write with suspend false keeps a Job suspended that uses tokens", Create: uses, Updates: []Change{suspend(false)}, Suspended: true},
	{Name: "so does one that takes away what it waits for", Create: all(uses, waits), Updates: []Change{all(suspend(false), remove(gate.DependsOnAnnotation))}, Suspended: true},
	{Name: "and one that has it wait instead", Create: uses, Updates: []Change{all(suspend(false), waits, remove(gate.UsesAnnotation))}, Suspended: true},
	{Name: "a write that takes uses away lets it run", Create: uses, Updates: []Change{all(suspend(false), remove(gate.UsesAnnotation))}},
	{Name: "a Job that runs is not suspended late by uses", Create: all(), Updates: []Change{uses, annotate("note", "x")}},
	{Name: "a Job that uses tokens and is released runs", Create: uses, Updates: []Change{release}},
	{Name: "a new Job that uses tokens replaces pods only when they have failed", Create: uses, Suspended: true, Limits: true, Replaces: batchv1.Failed},
	{Name: "also where it says otherwise", Create: all(uses, replaces(batchv1.TerminatingOrFailed)), Suspended: true, Limits: true, Replaces: batchv1.Failed},
	{Name: "a Job that uses none replaces them as it says", Create: all(waits, replaces(batchv1.TerminatingOrFailed)), Suspended: true, Limits: true, Replaces: batchv1.TerminatingOrFailed},
	{Name: "a copy of a Job that holds tokens holds none", Create: all(uses, holds), Suspended: true, Limits: true, Gone: []string{gate.TokensAnnotation, gate.TokensLabel}},
	{Name: "nor does a copy that uses none", Create: holds, Limits: true, Gone: []string{gate.TokensAnnotation, gate.TokensLabel}},
}

func uses(j *batchv1.Job) { annotate(gate.UsesAnnotation, "licence=2, db")(j) }

func replaces(policy batchv1.PodReplacementPolicy) Change {
	return func(j *batchv1.Job) { j.Spec.PodReplacementPolicy = ptr.To(policy) }
}

// holds is what a release writes to the Pod template.
func holds(j *batchv1.Job) {
	j.Spec.Template.Annotations = map[string]string{gate.TokensAnnotation: "etl/db=1"}
	j.Spec.Template.Labels = map[string]string{gate.TokensLabel: "true"}
}

func all(changes ...Change) Change {
	return func(j *batchv1.Job) {
		for _, change := range changes {
			change(j)
		}
	}
}

func annotate(key, value string) Change {
	return func(j *batchv1.Job) { metav1.SetMetaDataAnnotation(&j.ObjectMeta, key, value) }
}

func remove(key string) Change { return func(j *batchv1.Job) { delete(j.Annotations, key) } }

func waits(j *batchv1.Job) { annotate(gate.DependsOnAnnotation, "x")(j) }

func suspend(value bool) Change { return func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(value) } }

func noSuspend(j *batchv1.Job) { j.Spec.Suspend = nil }

func noUID(j *batchv1.Job) { j.UID = "" }

func managedBy(name string) Change { return func(j *batchv1.Job) { j.Spec.ManagedBy = ptr.To(name) } }

func queued(j *batchv1.Job) { j.Labels = map[string]string{"kueue.x-k8s.io/queue-name": "q"} }

func finalizers(all ...string) Change { return func(j *batchv1.Job) { j.Finalizers = all } }

func ownedBy(kind string, controller bool) Change {
	return func(j *batchv1.Job) {
		j.OwnerReferences = []metav1.OwnerReference{{
			APIVersion: "example.com/v1", Kind: kind, Name: "owner", UID: "1", Controller: ptr.To(controller),
		}}
	}
}

func release(j *batchv1.Job) {
	suspend(false)(j)
	annotate(gate.ReleasedAnnotation, `{"uid":"`+string(j.UID)+`","by":"test"}`)(j)
}
