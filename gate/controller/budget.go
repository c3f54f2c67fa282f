package controller

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// DefaultNamespaceMemory is what the gate keeps in memory for what the Jobs of one
// namespace say, in bytes, beside the 2 KiB that any Job takes.
const DefaultNamespaceMemory = 128 << 20

// What things take in memory, in bytes, rounded up (BenchmarkWeights).
const (
	weightOfEdge     = 40   // a prerequisite by name, at both of its ends
	weightOfTarget   = 650  // one in an expression that is no plain list of names
	weightOfVirtual  = 330  // an object that is named and does not exist
	weightOfMember   = 60   // an object in a set
	weightOfQuestion = 1800 // a right that must be asked for
	weightOfInterval = 20   // in a list of indexes
	weightOfOutcome  = 1600 // the outcome of a prerequisite that is gone
	weightOfLabel    = 120  // a label, beside its text
	// freeLabels is what the labels take that any Job may have.
	freeLabels = 1024
	// mostSetsNamed is how many sets the Jobs of one namespace may name: each takes time
	// whenever a Job comes in the namespace that it is about.
	mostSetsNamed = 1000
)

// budget counts what the store keeps because the Jobs of a namespace say so, and whose
// Jobs had no room in that. The store's lock guards it.
type budget struct {
	limit int64
	of    map[string]*account
	// freed are the namespaces that take less than when next was last called.
	freed map[string]bool
}

// account is what one namespace takes.
type account struct {
	weight
	// left are the Jobs of which no more is kept than any Job takes, in the order in
	// which they came, and need is what each would take. One that has got its room
	// stays in left for a while.
	left []lang.Ref
	need map[lang.Ref]weight
}

// weight is what a Job takes.
type weight struct {
	bytes, sets int64
}

func newBudget(limit int64) budget {
	if limit <= 0 {
		limit = DefaultNamespaceMemory
	}
	return budget{limit: limit, of: map[string]*account{}, freed: map[string]bool{}}
}

func (b *budget) account(namespace string) *account {
	a := b.of[namespace]
	if a == nil {
		a = &account{need: map[lang.Ref]weight{}}
		b.of[namespace] = a
	}
	return a
}

// change takes in that a Job takes something else than before.
func (b *budget) change(namespace string, from, to weight) {
	if from == to {
		return
	}
	a := b.account(namespace)
	a.bytes, a.sets = a.bytes+to.bytes-from.bytes, a.sets+to.sets-from.sets
	if to.bytes < from.bytes || to.sets < from.sets {
		b.freed[namespace] = true
	}
	b.drop(namespace, a)
}

func (b *budget) drop(namespace string, a *account) {
	if a.weight == (weight{}) && len(a.need) == 0 {
		delete(b.of, namespace)
	}
}

// fits reports whether there is room for something in place of what it was. also is
// what the graph keeps for the namespace beside.
func (b *budget) fits(namespace string, from, to weight, also int64) bool {
	var a weight
	if known := b.of[namespace]; known != nil {
		a = known.weight
	}
	return (to.bytes <= from.bytes || a.bytes+also+to.bytes-from.bytes <= b.limit) &&
		(to.sets <= from.sets || a.sets+to.sets-from.sets <= mostSetsNamed)
}

// leave notes that a Job has no room, and admit that it has, or is gone.
func (b *budget) leave(ref lang.Ref, need weight) {
	a := b.account(ref.Namespace)
	if _, known := a.need[ref]; !known {
		a.left = append(a.left, ref)
	}
	a.need[ref] = need
}

// needs returns what a Job would take that has no room.
func (b *budget) needs(ref lang.Ref) weight {
	if a := b.of[ref.Namespace]; a != nil {
		return a.need[ref]
	}
	return weight{}
}

func (b *budget) admit(ref lang.Ref) {
	a := b.of[ref.Namespace]
	if a == nil || len(a.need) == 0 {
		return
	}
	delete(a.need, ref)
	if len(a.left) > 2*len(a.need)+16 {
		a.left = slices.DeleteFunc(a.left, func(ref lang.Ref) bool {
			_, waits := a.need[ref]
			return !waits
		})
	}
	b.drop(ref.Namespace, a)
}

// mostFed is how many Jobs of a namespace are read again when one thing made room.
const mostFed = 16

// next returns Jobs that had no room and may have some now. also is what the graph keeps
// for a namespace beside.
func (b *budget) next(also func(string) int64) (list []lang.Ref) {
	for namespace := range b.freed {
		a, sum := b.of[namespace], weight{}
		if a == nil {
			continue
		}
		for n := min(len(a.left), mostFed); n > 0; n-- {
			ref := a.left[0]
			if need, waits := a.need[ref]; waits {
				sum.bytes, sum.sets = sum.bytes+need.bytes, sum.sets+need.sets
				if !b.fits(namespace, weight{}, sum, also(namespace)) {
					break
				}
				list = append(list, ref)
				a.left = append(a.left, ref) // until admit is told that it has its room
			}
			a.left = a.left[1:]
		}
	}
	clear(b.freed)
	return list
}

// excess says why nothing of a Job is kept.
func (b *budget) excess(namespace string) string {
	return fmt.Sprintf("held: the Jobs of namespace %s name too much: the gate keeps %s and %d sets for one namespace "+
		"(--namespace-memory); give the Job fewer prerequisites, or wait until others of the namespace are over",
		namespace, resource.NewQuantity(b.limit, resource.BinarySI), mostSetsNamed)
}

// weigh returns what is kept of a Job, beside what any Job takes.
func weigh(e entry) (w weight) {
	job := e.job
	w.bytes = max(0, weighLabels(job.Labels)-freeLabels)
	if array := job.Object.Array; array != nil {
		w.bytes += weightOfInterval * int64(len(array.Completed)+len(array.Failed))
	}
	w.bytes += weighResult(job.Object) + weighPlaces(e.places()) + int64(len(job.Uses.Text)+len(job.Uses.Recorded)+len(job.Uses.Priority.Class))
	if !job.Waits() {
		return w
	}
	w.bytes += int64(len(job.DependsOn)+len(job.QueueGates)+len(job.Results)+len(job.Hold)+len(job.Refused)) + weightOfQuestion*int64(len(e.questions))
	if e.invalid != nil {
		w.bytes += int64(len(e.invalid.Error()))
	}
	for _, gone := range e.seen {
		w.bytes += weighOutcome(gone)
	}
	for ref, gone := range job.Seen {
		if _, known := e.seen[ref]; !known {
			w.bytes += weighOutcome(gone)
		}
	}
	if e.expr == nil {
		return w
	}
	if names := e.expr.Names(); names != nil {
		w.bytes += weightOfEdge * int64(len(names))
		return w
	}
	sets := map[lang.Ref]bool{}
	for target := range targets(e.expr, job.Ref()) {
		w.bytes += weightOfTarget + weightOfEdge
		if target.IsSet() {
			sets[target] = true
		}
	}
	w.sets = int64(len(sets))
	return w
}

// weighOwn returns what is kept of a Job beside its text.
func weighOwn(job gate.Job) int64 {
	job.DependsOn = ""
	return weigh(entry{job: job}).bytes
}

// stripped returns a Job that has no place: what any Job takes, and nothing that its
// namespace can make longer.
func stripped(job gate.Job) gate.Job {
	if job.Waits() {
		job.DependsOn, job.Results, job.TemplateResults, job.Hold, job.Seen = "", "", nil, "", nil
		job.QueueGates = ""
		if job.Suspended { // what runs unheld takes what it says
			job.Uses.Text = ""
		}
	}
	job.Labels, job.Refused = nil, ""
	if job.Object.Array != nil {
		known, array := *job.Object, *job.Object.Array
		array.Completed, array.Failed = nil, nil
		known.Array = &array
		known.Problem = &lang.Problem{Code: lang.ProblemTooLarge, Message: "the gate has no room for its indexes: its namespace takes too much (--namespace-memory)"}
		job.Object = &known
	}
	return job
}

// brief shortens what nobody needs in full: a value that is longer is a mistake.
func brief(job gate.Job) gate.Job {
	for _, value := range []*string{&job.OnFailure, &job.WaitTimeout, &job.ResultContainer, &job.ArrayLimit, &job.ForeignOwner, &job.Near} {
		*value = gate.Clip(*value, 100)
	}
	job.Hold = gate.Clip(job.Hold, 1<<10)
	if !job.Waits() {
		job.DependsOn, job.Seen = "", nil
		job.Results, job.TemplateResults = "", nil
	}
	return job
}

func weighOutcome(gone gate.RecordedOutcome) int64 {
	bytes := weightOfOutcome + weighLabels(gone.Labels) + weighResult(gone.Object) + weighPlaces(gone.Ran)
	if array := gone.Object.Array; array != nil {
		bytes += weightOfInterval * int64(len(array.Completed))
	}
	return bytes
}

func weighPlaces(ran []gate.Place) (n int64) {
	for _, p := range ran {
		n += weightOfLabel + int64(len(p.Node)+len(p.Zone)+len(p.Region))
	}
	return n
}

func weighResult(o *lang.Object) int64 {
	if o.Result == nil {
		return 0
	}
	return int64(len(o.Result.Value) + len(o.Result.Lost))
}

func weighLabels(labels map[string]string) (n int64) {
	for key, value := range labels {
		n += weightOfLabel + int64(len(key)+len(value))
	}
	return n
}
