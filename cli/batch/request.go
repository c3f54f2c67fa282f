package batch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// request is what options ask for, in no system's words. An option that is given
// again replaces what it said before.
type request struct {
	in *Input
	// dialect is that of the script, or of the options; the command of the Job
	// gets its variables.
	dialect Dialect

	name, image, queue, workdir  string
	array                        Numbering
	limit                        int
	cpu, memory, memoryPerCPU    resource.Quantity
	memoryRequest, storage       resource.Quantity
	gpus                         int
	gpuShare                     gpuShare
	time                         time.Duration
	env                          []variable
	labels, annotations          [][2]string
	shell                        []string
	waits                        []wait
	onFailure, waitTimeout, hold string
	requeue, singleton, replaced bool
	// exact says that no other Job may have the name.
	exact   bool
	retries *int32
	slots   slots
	wrapped *Script

	numberings map[string]Numbering
	problems   Problems
	notes      []string
}

// variable is one of the environment.
type variable struct{ name, value string }

// slots are the processors of LSF, which may be on several machines.
type slots struct {
	at      place
	count   int
	oneHost bool
	// perHost is how many are on one machine, 0 if it was not said.
	perHost int
}

// gpuShare is what Slurm gives for each GPU.
type gpuShare struct {
	at          place
	cpus, tasks int
	memory      resource.Quantity
}

// wait is something to wait for, in the words of an option.
type wait struct {
	at place
	// key is the same for options that replace one another.
	key       string
	translate func(t *translation) term
}

func (r *request) fail(at place, hint, format string, args ...any) {
	r.problems = append(r.problems, Problem{
		Where: at.String(), Message: fmt.Sprintf(format, args...), Hint: hint, line: at.line,
	})
}

// unsupported reports what a Job cannot do, or with IgnoreUnsupported that it
// was left out.
func (r *request) unsupported(at place, hint, format string, args ...any) {
	if r.in.IgnoreUnsupported {
		r.note(at, "left out: "+format, args...)
		return
	}
	r.problems = append(r.problems, Problem{
		Where: at.String(), Message: fmt.Sprintf(format, args...), Hint: hint, Unsupported: true, line: at.line,
	})
}

func (r *request) note(at place, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if where := at.String(); where != "" {
		text = where + ": " + text
	}
	if !slices.Contains(r.notes, text) {
		r.notes = append(r.notes, text)
	}
}

// unknown reports a word that is no option of a system. One that is only misspelt
// must not be left out: it may be a dependency.
func (r *request) unknown(at place, s *system, f found, text string) {
	switch near := s.nearest(at.flag); {
	case s.dialect == Slurm && text == ":":
		r.refuseComponents(at)
	case len(text) < 2 || text[0] != '-':
		r.fail(at, "an option begins with -, and a value with blanks needs quotes", "%q is not an option of %s", text, s.dialect)
	case r.ignoresOption(at, s.dialect, at.flag):
	case len(f.several) > 1:
		var names []string
		for _, o := range f.several {
			names = append(names, o.spellings()[len(o.spellings())-1])
		}
		r.fail(at, "write one of "+strings.Join(names, ", "), "several options of %s begin like this", s.dialect)
	case near != "":
		r.fail(at, fmt.Sprintf("did you mean %s?", near), "this option of %s is not known", s.dialect)
	default:
		r.unsupported(at, hintIgnore, "this option of %s is not known", s.dialect)
	}
}

// waitFor adds something to wait for, in place of what the same key said before.
// That the command line wins over the script goes without saying.
func (r *request) waitFor(key string, at place, translate func(t *translation) term) {
	for _, w := range r.waits {
		if w.key == key && (w.at.line == 0) == (at.line == 0) {
			r.note(at, "it replaces %s: of several, the last one counts", w.at.flag)
		}
	}
	r.waits = slices.DeleteFunc(r.waits, func(w wait) bool { return w.key == key })
	if translate != nil {
		r.waits = append(r.waits, wait{at, key, translate})
	}
}

// setEnv sets a variable; an empty list of names has no effect.
func (r *request) setEnv(name, value string) {
	r.env = slices.DeleteFunc(r.env, func(v variable) bool { return v.name == name })
	r.env = append(r.env, variable{name, value})
}

// cpus returns how many processors were asked for, 1 if it was not said.
func (r *request) cpus() int64 {
	return cmp.Or(r.cpu.Value(), 1)
}
