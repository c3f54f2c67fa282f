package output

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

// File is one of the sources.
type File struct{ Name, Text string }

// Place is a line of a file; a file as a whole has line 0.
type Place struct {
	File string
	Line int
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

func (p Place) compare(q Place) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line))
}

// Problem is a part of the source that could not be carried.
type Problem struct {
	Place
	// Message says what and why, and Hint what to do; it may be empty.
	Message, Hint string
}

func (p Problem) String() string {
	text := p.Place.String() + ": " + p.Message
	if p.Hint != "" {
		text += "\n  " + p.Hint
	}
	return text
}

// Entry says what a part of the source became.
type Entry struct {
	Place
	Part, Became string
}

// Object is one manifest, with what it was made of.
type Object struct {
	Place
	// Part is what people call it in the source.
	Part   string
	Object runtime.Object
}

// Output is what an importer returns.
type Output struct {
	Objects  []Object
	Report   []Entry
	Problems []Problem

	limits map[string]string
}

// Fail reports what could not be carried.
func (o *Output) Fail(at Place, hint, format string, args ...any) {
	p := Problem{Place: at, Message: fmt.Sprintf(format, args...), Hint: hint}
	if !slices.Contains(o.Problems, p) {
		o.Problems = append(o.Problems, p)
	}
}

// Note says what a part became.
func (o *Output) Note(at Place, part, format string, args ...any) {
	e := Entry{Place: at, Part: part, Became: fmt.Sprintf(format, args...)}
	if !slices.Contains(o.Report, e) {
		o.Report = append(o.Report, e)
	}
}

// Add takes a manifest.
func (o *Output) Add(at Place, part string, object runtime.Object) {
	o.Objects = append(o.Objects, Object{Place: at, Part: part, Object: object})
}

// Limit says how many tokens a limit has. Two that differ are a problem.
func (o *Output) Limit(at Place, name, tokens string) {
	if o.limits == nil {
		o.limits = map[string]string{}
	}
	if before, there := o.limits[name]; there && before != tokens {
		o.Fail(at, "give both the same number", "the limit %s is %s here and %s elsewhere", name, tokens, before)
		return
	}
	o.limits[name] = tokens
}

// Finish puts the limits before the Jobs, and problems and report into the order of the
// source.
func (o *Output) Finish() {
	if len(o.limits) > 0 {
		limits := &corev1.ConfigMap{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
			ObjectMeta: metav1.ObjectMeta{Name: gate.LimitsName},
			Data:       maps.Clone(o.limits),
		}
		o.Objects = append([]Object{{Part: "how many run at once; a namespace has one such ConfigMap", Object: limits}}, o.Objects...)
		o.limits = nil
	}
	slices.SortStableFunc(o.Problems, func(a, b Problem) int { return a.compare(b.Place) })
	slices.SortStableFunc(o.Report, func(a, b Entry) int { return a.compare(b.Place) })
}

// NewJob returns a Job whose pods are not tried again.
func NewJob(name string) *batchv1.Job {
	return &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: batchv1.JobSpec{
			BackoffLimit: new(int32),
			Template:     corev1.PodTemplateSpec{Spec: corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever}},
		},
	}
}

// NewMark returns a Job that does nothing, and so marks a point of the graph. It has a
// pod: one without is complete at once, whatever it waits for.
func NewMark(name string) *batchv1.Job {
	job := NewJob(name)
	job.Spec.Template.Spec.Containers = []corev1.Container{{Name: Main, Image: MarkImage, Command: []string{"true"}}}
	return job
}

// MarkImage is what marks run.
const MarkImage = "busybox:1.37"

// Main is the name of the container that runs the command.
const Main = "main"

// Annotate sets an annotation that is not empty.
func Annotate(job *batchv1.Job, key, value string) {
	if value != "" {
		metav1.SetMetaDataAnnotation(&job.ObjectMeta, key, value)
	}
}

// Hold keeps a Job from running until somebody releases it. What else it waits for must be
// said before: a Job that waits for nothing is held by nobody, and is created suspended.
func Hold(job *batchv1.Job, why string) {
	Annotate(job, gate.HoldAnnotation, Printable(why))
	if job.Annotations[gate.DependsOnAnnotation] == "" && job.Annotations[gate.UsesAnnotation] == "" {
		job.Spec.Suspend = ptr.To(true)
	}
}

// Printable returns text on one line, without what cannot be printed.
func Printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
	return strings.Join(strings.Fields(text), " ")
}
