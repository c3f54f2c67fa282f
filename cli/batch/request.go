package batch

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Context is what a request is made in: what runs, and what must be known of other
// Jobs, of the shell and of the time.
type Context struct {
	// Script or Command says what runs; the Manifest or the image does otherwise.
	Script  *Script
	Command []string
	// Manifest is what options are added to, if any.
	Manifest *batchv1.Job
	// IgnoreUnsupported makes notes of what a Job cannot do, and Ignore of what the
	// site has no use for.
	IgnoreUnsupported bool
	Ignore            Ignore
	// Lookup, Match and Namesakes tell about other Jobs; nil if nobody can be asked.
	Lookup    Lookup
	Match     Match
	Namesakes Namesakes
	// LookupEnv tells about the environment of the shell.
	LookupEnv func(name string) (string, bool)
	// Now is the time, in the zone that times are meant in.
	Now time.Time
}

// Script is a batch script.
type Script struct {
	// Name is for messages, and a Job without a name is called by it.
	Name string
	Text string
	// Args go to the script.
	Args []string
}

// request is what options ask for, in no system's words. An option that is given
// again replaces what it said before.
type request struct {
	Context
	// dialect is that of the script, or of the options; the command of the Job
	// gets its variables.
	dialect string

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
	onFailure, waitTimeout, hold string
	requeue, singleton           bool
	// exact says that no other Job may have the name.
	exact   bool
	retries *int32
	slots   slots
	// wrapped says that the script was made of an option.
	wrapped bool
	// numberings are those of arrays that cannot be asked for.
	numberings map[string]Numbering

	waits []wait
	// replaced says that what the manifest waits for does not count.
	replaced bool
	problems Problems
	notes    []string
}

// slots are processors that may be on several machines.
type slots struct {
	at      place
	count   int
	oneHost bool
	// perHost is how many are on one machine, 0 if it was not said.
	perHost int
}

// gpuShare is what each GPU brings with it.
type gpuShare struct {
	at          place
	cpus, tasks int
	memory      resource.Quantity
}

// newRequest returns a request that asks for nothing yet.
func newRequest(in Context) *request {
	if in.LookupEnv == nil {
		in.LookupEnv = func(string) (string, bool) { return "", false }
	}
	return &request{Context: in, numberings: map[string]Numbering{}}
}

// fail reports what is wrong, and what to do.
func (r *request) fail(at place, hint, format string, args ...any) {
	r.problems = append(r.problems, Problem{
		Where: at.String(), Message: fmt.Sprintf(format, args...), Hint: hint, line: at.line,
	})
}

// unsupported reports what a Job cannot do, or with IgnoreUnsupported that it
// was left out.
func (r *request) unsupported(at place, hint, format string, args ...any) {
	if r.IgnoreUnsupported {
		r.note(at, "left out: "+format, args...)
		return
	}
	r.problems = append(r.problems, Problem{
		Where: at.String(), Message: fmt.Sprintf(format, args...), Hint: hint, Unsupported: true, line: at.line,
	})
}

// note tells what was left out or changed.
func (r *request) note(at place, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if where := at.String(); where != "" {
		text = where + ": " + text
	}
	if !slices.Contains(r.notes, text) {
		r.notes = append(r.notes, text)
	}
}

// setEnv sets a variable, in place of what it was before.
func (r *request) setEnv(name, value string) {
	r.env = slices.DeleteFunc(r.env, func(v variable) bool { return v.name == name })
	r.env = append(r.env, variable{name: name, value: value})
}

// cpus returns how many processors were asked for, 1 if it was not said.
func (r *request) cpus() int64 {
	return cmp.Or(r.cpu.Value(), 1)
}

// setMemory asks for memory of the whole element.
func (r *request) setMemory(q resource.Quantity) { r.memory, r.memoryPerCPU = q, resource.Quantity{} }

// setMemoryPerCPU asks for memory for each of its processors.
func (r *request) setMemoryPerCPU(q resource.Quantity) {
	r.memoryPerCPU, r.memory = q, resource.Quantity{}
}

// setTime asks for a time to run, or reports that it cannot be read.
func (r *request) setTime(at place, d time.Duration, err error) {
	if err != nil {
		r.fail(at, "", "%s", err)
		return
	}
	r.time = d
}
