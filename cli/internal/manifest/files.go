package manifest

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/cli-runtime/pkg/resource"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// Files reads the Jobs in manifests, with the CronJobs, limits and PriorityClasses beside
// them, as they would be right after they were applied. A Job that carries a uid was written
// by a cluster: it is taken as it was then.
type Files struct {
	resource.FilenameOptions
	Stdin io.Reader
	// Namespace is that of Jobs that name none.
	Namespace string
	// Run is the run of which all Jobs are steps; empty if they are none.
	Run string
}

// AnyRun stands for the name that a run will have.
const AnyRun = "run"

var (
	ofAnyRun  = regexp.MustCompile(`@` + AnyRun + `(\.?(?:$|[^A-Za-z0-9_.-]))`)
	anyAsName = regexp.MustCompile(`\brun ` + AnyRun + `\b`)
)

// Nameless takes AnyRun, which is the name of no run, out of a message.
func Nameless(message string) string {
	return anyAsName.ReplaceAllString(ofAnyRun.ReplaceAllString(message, "$1"), "the run")
}

func (f *Files) Read(_ context.Context, now time.Time) (*snapshot.World, []string, error) {
	b := resource.NewLocalBuilder().Unstructured().ContinueOnError().Flatten()
	options := f.FilenameOptions
	// The builder would read the process's standard input.
	if slices.Contains(options.Filenames, "-") {
		options.Filenames = slices.DeleteFunc(slices.Clone(options.Filenames), func(name string) bool { return name == "-" })
		b.Stream(f.Stdin, "standard input")
	}
	if len(options.Filenames) > 0 {
		b.FilenameParam(false, &options)
	}
	w := snapshot.NewWorld(now)
	w.Limits = snapshot.Limits{Known: true, Maps: gate.LimitMaps{}, Classes: gate.BuiltInPriorityClasses(), Boundless: true}
	var notes []string
	from, unnamed := map[lang.Ref]string{}, map[lang.Ref]int{}
	err := b.Do().Visit(func(info *resource.Info, err error) error {
		if err != nil {
			return err
		}
		if c, err := f.cronJob(info); c != nil || err != nil {
			if err == nil {
				w.PutTemplate(c)
			}
			return err
		}
		if isLimits, err := f.limits(info, w.Limits.Maps); isLimits || err != nil {
			return err
		}
		class := &schedulingv1.PriorityClass{}
		if isClass, err := as(info, schedulingv1.SchemeGroupVersion.WithKind("PriorityClass"), class); isClass || err != nil {
			if err == nil {
				w.Limits.Classes.Set(class)
			}
			return err
		}
		if isHeld, err := f.held(info, w, now); isHeld || err != nil {
			return err
		}
		job, err := f.job(info)
		if job == nil || err != nil {
			return err
		}
		if job.Name == "" {
			unnamed[lang.Job(job.Namespace, job.GenerateName)]++
			job.Name = standIn(job.GenerateName, unnamed[lang.Job(job.Namespace, job.GenerateName)])
			if len(unnamed) == 1 && unnamed[lang.Job(job.Namespace, job.GenerateName)] == 1 {
				notes = append(notes, fmt.Sprintf("Jobs with generateName get their names when they are made: one is shown as %s.", job.Name))
			}
		}
		if f.Run != "" && job.UID == "" {
			job.Labels = stepLabels(job, f.Run)
		}
		observed := AsApplied(job)
		if job.UID == "" {
			observed = madeAt(observed, now)
			if snapshot.IsEmpty(job) && observed.ForeignOwner == "" {
				observed.Object.Outcome, observed.Object.Finished = lang.Succeeded, now
			}
		}
		ref := observed.Ref()
		if before, twice := from[ref]; twice {
			notes = append(notes, fmt.Sprintf("Job %s in %s is shown, that in %s is not: the last one counts.",
				ref, info.Source, before))
		}
		from[ref] = info.Source
		w.Add(observed)
		w.NoteLength(job)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("reading manifests: %w", err)
	}
	return w, notes, nil
}

// standIn returns what a Job is called that has no name yet, the nth of those that
// begin so. The end is in signs that no name has, so that a set which has it for
// certain has it here too, and hardly any other.
func standIn(begin string, n int) string {
	if n == 1 {
		return begin + "…"
	}
	number := []rune(strconv.Itoa(n))
	for i, digit := range number {
		number[i] = []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[digit-'0']
	}
	return begin + "…" + string(number)
}

// job returns the Job that was read, nil if it is of another kind.
func (f *Files) job(info *resource.Info) (*batchv1.Job, error) {
	job := &batchv1.Job{}
	if ok, err := as(info, batchv1.SchemeGroupVersion.WithKind("Job"), job); !ok || err != nil {
		return nil, err
	}
	if job.Name == "" && job.GenerateName == "" {
		return nil, fmt.Errorf("%s: a Job has no metadata.name", info.Source)
	}
	if job.Namespace == "" {
		job.Namespace = f.Namespace
	}
	return job, nil
}

// limits takes in the limits of a namespace, and reports whether those were read.
func (f *Files) limits(info *resource.Info, into gate.LimitMaps) (bool, error) {
	object, ok := info.Object.(*unstructured.Unstructured)
	if !ok || object.GroupVersionKind() != corev1.SchemeGroupVersion.WithKind("ConfigMap") || object.GetName() != gate.LimitsName {
		return false, nil
	}
	data, _, err := unstructured.NestedStringMap(object.Object, "data")
	if err != nil {
		return false, fmt.Errorf("%s: ConfigMap %q: %w; write numbers in quotes", info.Source, gate.LimitsName, err)
	}
	into[cmp.Or(object.GetNamespace(), f.Namespace)] = data
	return true, nil
}

// held takes in an object of a kind that is held and is no Job, and reports whether it is one.
func (f *Files) held(info *resource.Info, into *snapshot.World, now time.Time) (bool, error) {
	object, ok := info.Object.(*unstructured.Unstructured)
	if !ok {
		return false, nil
	}
	k, is := kind.HeldAs(object.GroupVersionKind().Group, object.GetKind())
	if !is {
		return false, nil
	}
	typed := map[string]any{kind.Deployment: &appsv1.Deployment{}, kind.Pod: &corev1.Pod{}}[k.Name]
	if typed != nil { // the errors of its type name the field
		if _, err := as(info, object.GroupVersionKind(), typed); err != nil {
			return true, err
		}
	}
	if object.GetAnnotations()[gate.DependsOnAnnotation] == "" {
		return true, nil
	}
	object = object.DeepCopy()
	object.SetNamespace(cmp.Or(object.GetNamespace(), f.Namespace))
	into.AddHeld(heldAsApplied(k, object, now), object.GetAnnotations())
	return true, nil
}

// cronJob returns the CronJob that was read, nil if it is of another kind.
func (f *Files) cronJob(info *resource.Info) (*batchv1.CronJob, error) {
	c := &batchv1.CronJob{}
	if ok, err := as(info, batchv1.SchemeGroupVersion.WithKind("CronJob"), c); !ok || err != nil {
		return nil, err
	}
	if c.Name == "" {
		return nil, fmt.Errorf("%s: a CronJob has no metadata.name", info.Source)
	}
	if c.Namespace == "" {
		c.Namespace = f.Namespace
	}
	return c, nil
}

// as reads an object, and reports whether it is of a kind.
func as(info *resource.Info, kind schema.GroupVersionKind, into any) (bool, error) {
	object, ok := info.Object.(*unstructured.Unstructured)
	if !ok || object.GroupVersionKind() != kind {
		return false, nil
	}
	text, err := object.MarshalJSON()
	if err != nil {
		return false, fmt.Errorf("%s: %s %q: %w", info.Source, kind.Kind, object.GetName(), err)
	}
	// By way of JSON, whose errors name the field.
	if err := json.Unmarshal(text, into); err != nil {
		return false, fmt.Errorf("%s: %s %q is not as %s has it: %w", info.Source, kind.Kind, object.GetName(), kind.GroupVersion(), err)
	}
	return true, nil
}

// madeAt returns a Job as one that was made at a time: from then on it waits.
func madeAt(job gate.Job, now time.Time) gate.Job {
	object := *job.Object
	object.Created, job.Created = now, now
	job.Object = &object
	return job
}

// AsApplied returns the facts of a Job in a manifest. The API server drops the
// status that a manifest carries, and the admission policies suspend an
// annotated Job at birth, and replace pods of one that uses tokens only when they have failed.
func AsApplied(job *batchv1.Job) gate.Job {
	if job.UID != "" {
		return gate.Observe(job)
	}
	job.Status = batchv1.JobStatus{}
	job.CreationTimestamp, job.DeletionTimestamp = metav1.Time{}, nil
	observed := gate.Observe(job)
	if observed.AsksToWait() && observed.ForeignOwner == "" {
		observed.Suspended, observed.Uses.Overlaps = true, false
	}
	return observed
}
