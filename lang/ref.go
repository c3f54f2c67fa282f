package lang

import (
	"cmp"
	"strconv"
	"strings"

	"depctl.dev/lang/kind"
)

// The kinds that the language itself knows.
const (
	// KindJob is the kind of a reference that names none.
	KindJob = kind.Job
	// KindCronJob is the kind whose references mean runs of a schedule.
	KindCronJob = kind.CronJob
)

// PlainRun is the Run of a reference, in an expression, to a Job outside of all runs. It
// is written "name@".
const PlainRun = "@"

// Ref names one object: its kind in lower case, its namespace and its name. If
// the name is a glob (shard-*) or a label selector ({app=etl}, canonical), it
// names the set of the objects that match it in the namespace. A
// Ref is comparable and serves as a map key.
//
// In an expression an empty Namespace means that of the annotated Job, and an empty Run
// its run. Resolve fills both in.
type Ref struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	// Name is, of a Job with a run, that of its step.
	Name string `json:"name"`
	// Run is the name of the run of which a Job is a step, empty outside of all runs. Of a
	// CronJob it says which of its scheduled times is meant: an offset ("-1", "+2") from
	// that of the annotated Job, or, of what was looked up, the time itself in RFC 3339.
	Run string `json:"run,omitempty"`
}

// Job returns the reference to a batch/v1 Job outside of all runs.
func Job(namespace, name string) Ref {
	return Ref{Kind: KindJob, Namespace: namespace, Name: name}
}

// superseded ends the Run of a Job in whose place a later one of its step stands. No
// label has this sign.
const superseded = "#"

// Superseded returns the reference to a Job of this name in whose place, as the step that
// r names, a later one stands. No expression names it, and it is in no set; its own
// expression is read as that of the step.
func (r Ref) Superseded(name string) Ref {
	r.Name, r.Run = name, r.Run+superseded
	return r
}

// Resolve returns what r means in the expression of the Job by.
func (r Ref) Resolve(by Ref) Ref {
	if r.Namespace == "" && !r.clusterWide() {
		r.Namespace = by.Namespace
	}
	if r.Kind == KindJob {
		switch r.Run {
		case "":
			r.Run = strings.TrimSuffix(by.Run, superseded)
		case PlainRun:
			r.Run = ""
		}
	}
	return r
}

// clusterWide reports whether the objects of the kind are in no namespace.
func (r Ref) clusterWide() bool {
	if r.Kind == KindJob {
		return false
	}
	k, _ := kind.Of(r.Kind)
	return k.ClusterWide
}

// status is what a reference asks for that stands without one: the most that its kind can
// promise.
func (r Ref) status() Status {
	if r.Kind == KindJob || r.Kind == "" {
		return StatusSucceeded
	}
	k, known := kind.Of(r.Kind)
	if !known {
		return StatusSucceeded
	}
	return Status(k.Default())
}

// Object returns the object in which what r means is to be found: for a run of a CronJob,
// the CronJob.
func (r Ref) Object() Ref {
	if r.Kind == KindCronJob {
		r.Run = ""
	}
	return r
}

// Offset returns how many scheduled times before (negative) or after that of the annotated
// Job the run of a CronJob is that r means; 0 for that of the same period.
func (r Ref) Offset() int {
	if r.Kind != KindCronJob || !isOffset(r.Run) {
		return 0
	}
	n, _ := strconv.Atoi(r.Run)
	return n
}

// IsSet reports whether r names a set, by a glob or a label selector.
func (r Ref) IsSet() bool {
	for i := range len(r.Name) {
		if c := r.Name[i]; c == '*' || c == '?' || c == '{' {
			return true
		}
	}
	return false
}

// String returns the reference as it is written in an expression,
// [kind:][namespace/]name[@run], without a kind for Jobs.
func (r Ref) String() string {
	name := r.Name
	if r.Namespace == "" && isReserved(name) {
		name = `"` + name + `"`
	}
	if r.Namespace != "" {
		name = r.Namespace + "/" + name
	}
	if r.Kind != KindJob {
		name = r.Kind + ":" + name
	}
	switch r.Run {
	case "":
		return name
	case PlainRun:
		return name + "@"
	}
	return name + "@" + r.Run
}

// Compare orders references by namespace, run, name and kind, for output that is
// the same for the same input.
func (r Ref) Compare(o Ref) int {
	return cmp.Or(
		strings.Compare(r.Namespace, o.Namespace), strings.Compare(r.Run, o.Run),
		strings.Compare(r.Name, o.Name), strings.Compare(r.Kind, o.Kind))
}
