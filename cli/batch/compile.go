package batch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate"
)

// The annotations and the label of a submitted Job that package gate does not
// know.
const (
	// ArrayAnnotation records the numbers of the elements: 1-100:10.
	ArrayAnnotation = "depctl.dev/array"
	// ScriptAnnotation, of a pod, is the script that it runs.
	ScriptAnnotation = "depctl.dev/script"
	// CommentAnnotation is what people say of the Job.
	CommentAnnotation = "kubernetes.io/description"
	// NameLabel is the name that was given, also where Kubernetes adds to it.
	NameLabel = "depctl.dev/name"
)

// Input is what was asked for, and what must be known to make a Job of it.
type Input struct {
	// Script or Command says what runs; the Manifest or the image does otherwise.
	Script  *Script
	Command []string
	// Manifest is what options are added to, if any.
	Manifest *batchv1.Job
	// Options are those of the command line, which win over the script's.
	Options []Option
	// Dialect is whose directives are read, and whose variables are set; that
	// which the script has, if it is empty.
	Dialect Dialect
	// IgnoreUnsupported makes notes of what a Job cannot do.
	IgnoreUnsupported bool
	// Site has the defaults; nil for none.
	Site *Site
	// Lookup, Match and Namesakes tell about other Jobs; nil if nobody can be asked.
	Lookup    Lookup
	Match     Match
	Namesakes Namesakes
	// LookupEnv tells about the environment of the shell.
	LookupEnv func(name string) (string, bool)
	// Now is the time, in the zone that times are meant in.
	Now time.Time
	// Suffix is five random letters.
	Suffix string
}

// Option is one of the command line.
type Option struct {
	Dialect Dialect
	// Name and Value are of one option, --name=value; a switch has no value.
	Name, Value string
	// Line is options of another system, as its directives have them.
	Line string
}

// Submission is what is to be created.
type Submission struct {
	Job *batchv1.Job
	// Again is the generateName of the Job if another one has its name already;
	// empty if that is a mistake.
	Again string
	// Script is nil where the Job has it itself. Its owner, the Job, has yet to
	// be set.
	Script *corev1.ConfigMap
	// Notes say what was left out and what was changed.
	Notes []string
}

// Compile makes a Job of what was asked for. The error is of type Problems.
func Compile(in Input) (*Submission, error) {
	if in.LookupEnv == nil {
		in.LookupEnv = func(string) (string, bool) { return "", false }
	}
	r := &request{in: &in, dialect: in.Dialect, numberings: map[string]Numbering{}}
	lines := r.lines()
	for _, l := range lines {
		if r.dialect == "" && l.system.dialect != Depctl && !l.single {
			r.dialect = l.system.dialect
		}
		l.apply(r)
	}
	r.resolveSlots()
	r.resolveGPUs()
	b := &builder{request: r}
	submission := b.build()
	if len(r.problems) > 0 {
		return nil, r.problems.sorted()
	}
	submission.Notes = r.notes
	if r.name != "" && !r.exact && !r.generates() {
		submission.Again = r.shortName(true) + "-"
	}
	return submission, nil
}

// lines returns all options: those of the script, then the command line's.
func (r *request) lines() []*line {
	var lines []*line
	if r.in.Script != nil {
		lines = r.readScript(r.in.Script, r.in.Dialect)
	}
	for _, o := range r.in.Options {
		l := &line{system: systemOf(o.Dialect)}
		switch {
		case o.Name == "":
			list, err := words(o.Line)
			if err != nil {
				r.fail(place{flag: "--" + string(o.Dialect)}, "", "%s", err)
				continue
			}
			l.words = list
		case l.system.optionNamed("--"+o.Name).values == 0:
			l.words = []word{{text: "--" + o.Name}}
		default:
			l.single = true
			l.words = []word{{text: "--" + o.Name + "=" + o.Value}}
		}
		lines = append(lines, l)
	}
	return lines
}

// given returns the name that the Job was given, or one made of its script or
// command, which ends in - as its number is not said.
func (r *request) given() string {
	switch {
	case r.name != "":
		return r.name
	case r.in.Manifest != nil && r.in.Manifest.Name != "":
		return r.in.Manifest.Name
	case r.in.Manifest != nil && r.in.Manifest.GenerateName != "":
		return r.in.Manifest.GenerateName
	case r.in.Script != nil:
		return defaultName(r.in.Script.Name)
	case len(r.in.Command) > 0:
		return defaultName(r.in.Command[0])
	}
	return "job-"
}

// plainName returns the name without what Kubernetes adds to it.
func (r *request) plainName() string { return r.shortName(r.generates()) }

// shortName returns it with room for what Kubernetes adds to it.
func (r *request) shortName(generates bool) string {
	room := maxName
	if r.array != nil {
		room -= 1 + len(fmt.Sprint(r.array.Len()-1)) // of the names of pods
	}
	if generates {
		room -= 1 + 5
	}
	return plainName(strings.TrimSuffix(r.given(), "-"), room)
}

// generates reports whether Kubernetes adds to the name.
func (r *request) generates() bool { return r.singleton || strings.HasSuffix(r.given(), "-") }

func (r *request) manifestIsArray() bool { return isIndexed(r.in.Manifest) }

func isIndexed(job *batchv1.Job) bool {
	return job != nil && job.Spec.CompletionMode != nil && *job.Spec.CompletionMode == batchv1.IndexedCompletion &&
		job.Spec.Completions != nil && *job.Spec.Completions > 0
}

// Numbers returns the numbers of the elements of a Job, by its annotation or else
// its completion indexes; nil if it is no array.
func Numbers(job *batchv1.Job) (Numbering, error) {
	if !isIndexed(job) {
		return nil, nil
	}
	size := int(*job.Spec.Completions)
	text, ok := job.Annotations[ArrayAnnotation]
	if !ok {
		return Numbering{{0, size - 1, 1}}, nil
	}
	numbers, err := ParseNumbering(text)
	if err == nil && numbers.Len() != size {
		err = fmt.Errorf("%s are not its %d elements", text, size)
	}
	if err != nil {
		return nil, fmt.Errorf("annotation %s of Job %s: %w", ArrayAnnotation, job.Name, err)
	}
	return numbers, nil
}

// waiting returns the expression that the Job waits for, empty if for nothing.
func (b *builder) waiting() string {
	if len(b.waits) == 0 && !b.replaced && b.in.Manifest != nil {
		return b.in.Manifest.Annotations[gate.DependsOnAnnotation]
	}
	return b.expression()
}

// systemsNamed returns the names of all dialects.
func systemsNamed() []string {
	var names []string
	for _, d := range Dialects() {
		names = append(names, string(d))
	}
	return names
}

// ParseDialect reads the name of a dialect.
func ParseDialect(text string) (Dialect, error) {
	if text == "" || slices.Contains(systemsNamed(), text) {
		return Dialect(text), nil
	}
	return "", fmt.Errorf("unknown dialect %q, there are %s", text, strings.Join(systemsNamed(), ", "))
}
