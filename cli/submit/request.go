package submit

import (
	"cmp"
	"fmt"
	"slices"
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
	memoryRequest                resource.Quantity
	gpus                         int
	time                         time.Duration
	env                          []variable
	labels, annotations          [][2]string
	shell                        []string
	waits                        []wait
	onFailure, waitTimeout, hold string
	requeue, singleton, replaced bool
	// exact says that no other Job may have the name, and speaking is whose option
	// is being read.
	exact    bool
	speaking Dialect
	retries  *int32
	slots    slots

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

func (r *request) unknown(at place, s *system, text string) {
	if s.dialect == Slurm && text == ":" {
		r.refuseComponents(at)
		return
	}
	if len(text) < 2 || text[0] != '-' {
		r.fail(at, "an option begins with -, and a value with blanks needs quotes", "%q is not an option of %s", text, s.dialect)
		return
	}
	// A dependency that is misspelt must not be left out.
	if near := s.nearest(at.flag); near != "" {
		r.fail(at, fmt.Sprintf("did you mean %s?", near), "this option of %s is not known", s.dialect)
		return
	}
	r.unsupported(at, "leave it out", "this option of %s is not known", s.dialect)
}

// nearest returns the option whose name begins alike, or nearly so.
func (s *system) nearest(name string) string {
	best, most := "", 3
	for _, o := range s.options {
		for _, other := range splitNames(o.names) {
			same := 0
			for same < min(len(name), len(other)) && name[same] == other[same] {
				same++
			}
			if same > most && len(name) > 3 {
				best, most = other, same
			}
		}
	}
	return best
}

// waitFor adds something to wait for, in place of what the same key said before.
func (r *request) waitFor(key string, at place, translate func(t *translation) term) {
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
