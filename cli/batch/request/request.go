package request

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"depctl.dev/cli/batch/notation"
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
	// Limits says which limit scripts of the site mean by a name.
	Limits map[string]string
	// Lookup, Match and Namesakes tell about other Jobs; nil if nobody can be asked.
	Lookup    Lookup
	Match     Match
	Namesakes Namesakes
	// ByID finds the Job that a number stands for; nil if Jobs have no numbers.
	ByID ByID
	// Host is where the Job is submitted from; nil where that does not matter.
	Host *Host
	// ID is the number of the Job, 0 for none. It is a part of its name.
	ID int64
	// Mapped says that directories of the host are in the pods too.
	Mapped bool
	// LookupEnv tells about the environment of the shell.
	LookupEnv func(name string) (string, bool)
	// Environ is all of it, as NAME=VALUE, in order.
	Environ []string
	// Now is the time, in the zone that times are meant in.
	Now time.Time
}

// Script is a batch script.
type Script struct {
	// Name is for messages, and a Job without a name is called by it.
	Name string
	Text string
	// Path is where the file is, on the machine where it is submitted; empty for text
	// that is in no file.
	Path string
	// Args go to the script.
	Args []string
}

// Request is what options ask for, in no system's words. An option that is given
// again replaces what it said before.
type Request struct {
	Context
	// Dialect is that of the script, or of the options; the command of the Job
	// gets its variables.
	Dialect string

	Name, Image, Queue, Workdir string
	Account, Output, Error      string
	// Depends is what it waits for, in the words of the system, for those who list Jobs.
	Depends                      string
	Append                       bool
	Array                        notation.Numbering
	Limit                        int
	CPU, Memory, MemoryPerCPU    resource.Quantity
	MemoryRequest, Storage       resource.Quantity
	GPUs                         int
	Time                         time.Duration
	Env                          []Variable
	Labels, Annotations          [][2]string
	Shell                        []string
	OnFailure, WaitTimeout, Hold string
	Requeue, Singleton           bool
	// Passes says whether the variables of the shell go into the Job; nil if that is not
	// said.
	Passes *bool
	// Exact says that no other Job may have the name.
	Exact   bool
	Retries *int32
	// Wrapped says that the script was made of an option.
	Wrapped bool
	// Numberings are those of arrays that cannot be asked for.
	Numberings map[string]notation.Numbering

	// Problems and Notes are what was reported.
	Problems Problems
	Notes    []string

	waits []wait
	// uses are the limits of which each element takes tokens.
	uses []use
	// replaced says that what the manifest waits for does not count.
	replaced bool
}

// New returns a request that asks for nothing yet.
func New(in Context) *Request {
	if in.LookupEnv == nil {
		in.LookupEnv = func(string) (string, bool) { return "", false }
	}
	return &Request{Context: in, Numberings: map[string]notation.Numbering{}}
}

// Fail reports what is wrong, and what to do.
func (r *Request) Fail(at Place, hint, format string, args ...any) {
	r.Problems = append(r.Problems, Problem{
		Where: at.String(), Message: fmt.Sprintf(format, args...), Hint: hint, line: at.Line,
	})
}

// Unsupported reports what a Job cannot do, or with IgnoreUnsupported that it
// was left out.
func (r *Request) Unsupported(at Place, hint, format string, args ...any) {
	if r.IgnoreUnsupported {
		r.Note(at, "left out: "+format, args...)
		return
	}
	r.Problems = append(r.Problems, Problem{
		Where: at.String(), Message: fmt.Sprintf(format, args...), Hint: hint, Unsupported: true, line: at.Line,
	})
}

// Note tells what was left out or changed.
func (r *Request) Note(at Place, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if where := at.String(); where != "" {
		text = where + ": " + text
	}
	if !slices.Contains(r.Notes, text) {
		r.Notes = append(r.Notes, text)
	}
}

// SetEnv sets a variable, in place of what it was before.
func (r *Request) SetEnv(name, value string) {
	r.Env = slices.DeleteFunc(r.Env, func(v Variable) bool { return v.Name == name })
	r.Env = append(r.Env, Variable{Name: name, Value: value})
}

// CPUs returns how many processors were asked for, 1 if it was not said.
func (r *Request) CPUs() int64 {
	return cmp.Or(r.CPU.Value(), 1)
}

// SetMemory asks for memory of the whole element.
func (r *Request) SetMemory(q resource.Quantity) { r.Memory, r.MemoryPerCPU = q, resource.Quantity{} }

// SetMemoryPerCPU asks for memory for each of its processors.
func (r *Request) SetMemoryPerCPU(q resource.Quantity) {
	r.MemoryPerCPU, r.Memory = q, resource.Quantity{}
}

// SetTime asks for a time to run, or reports that it cannot be read.
func (r *Request) SetTime(at Place, d time.Duration, err error) {
	if err != nil {
		r.Fail(at, "", "%s", err)
		return
	}
	r.Time = d
}
