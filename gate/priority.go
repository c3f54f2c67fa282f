package gate

import (
	"cmp"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
)

// PriorityAnnotation is a whole number. Of the Jobs of a namespace that wait for tokens,
// those with the highest come first. Without it the PriorityClass of the pods counts, or
// that of the cluster by default, and 0 if there is none.
const PriorityAnnotation = "depctl.dev/priority"

// Priority is what a Job says of its priority.
type Priority struct {
	// Said reports whether PriorityAnnotation is there, and Value is what it says.
	Said  bool
	Value int64
	// Class is the PriorityClass of its pods, if they have one.
	Class string
}

// observePriority returns what a Job says, and the annotation where that is no number.
func observePriority(job *batchv1.Job) (p Priority, wrong string) {
	text, said := job.Annotations[PriorityAnnotation]
	if !said {
		return Priority{Class: job.Spec.Template.Spec.PriorityClassName}, ""
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		wrong = Clip(cmp.Or(text, `""`), 80)
	}
	return Priority{Said: true, Value: n}, wrong
}

// PriorityClasses are those of the cluster, by their names.
type PriorityClasses map[string]PriorityClass

// PriorityClass is what is known of one.
type PriorityClass struct {
	Value int32
	// Default reports whether pods have it that name none.
	Default bool
}

// BuiltInPriorityClasses returns those that every cluster has.
func BuiltInPriorityClasses() PriorityClasses {
	return PriorityClasses{"system-cluster-critical": {Value: 2_000_000_000}, "system-node-critical": {Value: 2_000_001_000}}
}

// Set takes in a PriorityClass.
func (c PriorityClasses) Set(class *schedulingv1.PriorityClass) {
	c[class.Name] = PriorityClass{Value: class.Value, Default: class.GlobalDefault}
}

// Of returns the priority of a Job. A class that does not exist counts 0: the API server
// refuses its pods.
func (c PriorityClasses) Of(p Priority) int64 {
	switch {
	case p.Said:
		return p.Value
	case p.Class != "":
		return int64(c[p.Class].Value)
	}
	var lowest *PriorityClass
	for _, class := range c {
		if class.Default && (lowest == nil || class.Value < lowest.Value) { // so Kubernetes has it, of several
			lowest = &class
		}
	}
	if lowest == nil {
		return 0
	}
	return int64(lowest.Value)
}
