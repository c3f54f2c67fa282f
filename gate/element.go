package gate

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"depctl.dev/lang"
)

// Why a Job fails of which an element can never run, and no backoffLimitPerIndex
// says that the others go on. These are no dependency reasons: others of its
// elements may have run, so the Job has failed and was not skipped.
const (
	// ReasonElementFailed: an element can never run, and without
	// backoffLimitPerIndex the Job fails with it.
	ReasonElementFailed = "ElementDependencyFailed"
	// ReasonElementTimeout: an element waited longer than WaitTimeoutAnnotation
	// allows, and without backoffLimitPerIndex the Job fails with it.
	ReasonElementTimeout = "ElementDependencyTimeout"
)

// mostAtOnce is how many pods one decision speaks of: after those it is time to
// look at the world again.
const mostAtOnce = 256

// Elements is what should happen to the pods of a Job that is released element by
// element.
type Elements struct {
	// Open are those to be let go, in order of index, and Fail those whose
	// elements can never run.
	Open []Pod
	Fail []Failure
	// More reports whether there is more to do after that.
	More bool
	// Short is how many more could be let go, and have no tokens yet.
	Short int
	// Refused counts the pods of which the last patch was refused, whether they are
	// to be tried again now or later.
	Refused int
}

// Failure is a pod that must fail, and why.
type Failure struct {
	Pod             Pod
	Reason, Message string
}

// limit returns how many elements may run at once, 0 for any number.
func (j Job) limit() (int64, error) {
	if j.ArrayLimit == "" {
		return 0, nil
	}
	limit, err := strconv.ParseInt(j.ArrayLimit, 10, 32)
	switch {
	case err != nil || limit < 1:
		return 0, &Mistake{ArrayLimitAnnotation, fmt.Sprintf("is %q, it must be a number of 1 or more, as in \"10\"", j.ArrayLimit)}
	case j.Object.Array == nil:
		return 0, &Mistake{ArrayLimitAnnotation, "is for arrays, and this Job is not Indexed: set completionMode: Indexed, or parallelism"}
	}
	return limit, nil
}

// wholeJobsOnly holds what a gate may not touch that may not touch pods.
func wholeJobsOnly(s Snapshot) (Decision, bool) {
	return Decision{
		Action: Waiting, Reason: ReasonProblem,
		Message: "held: the expression speaks of single elements (i, self[...]), and this gate runs without --arrays: kubectl apply -k deploy/arrays turns them on",
	}, s.JobsOnly && (s.Job.Gated || s.Expr != nil && s.Expr.Elementwise())
}

// grouped holds a Job whose elements could not start one by one, and of which the
// first may wait forever for what another must do.
func grouped(s Snapshot) (Decision, bool) {
	return Decision{
		Action: Waiting, Reason: ReasonProblem,
		Message: "held: the expression speaks of single elements (i, self[...]), and the pods of this Job start together (spec.scheduling, or schedulingGroup of the Pod template): make it without that, or let it wait as a whole",
	}, s.Job.Grouped && !s.Job.Released && s.Expr != nil && s.Expr.Elementwise()
}

// byElement decides about a Job that has been released element by element.
func byElement(s Snapshot) (Decision, bool) {
	if !s.Job.byElement() {
		return Decision{}, false
	}
	if s.Job.Ending || s.Pods == nil {
		return Decision{}, true
	}
	policy, _ := s.Job.policy() // invalidAnnotation has looked at it
	limit, _ := s.Job.limit()
	o := s.elements(policy)
	if s.Job.Edited && s.Expr != nil {
		// What the rest of the text says has been true once, but not of this text.
		switch _, value, next := s.eval(s.Expr); value {
		case lang.True:
		case lang.False:
			o.Open, o.Never = nil, lang.Between(0, o.size-1)
		default:
			o.Open, o.Next, o.also = nil, next, s.Expr.Reasons(s.World, s.Job.Subject(), s.Now)
		}
	}
	next, over := s.deadline()
	switch {
	case over: // what is past is no time to look again
		o.Never, o.reason = lang.Between(0, o.size-1).Minus(o.Open), ReasonDependencyTimeout
	case policy == Wait:
		o.Never, o.Next = nil, soonest(o.Next, next)
	default:
		o.Next = soonest(o.Next, next)
	}
	return o.decide(s, limit), true
}

// decide goes through the pods of the Job, element by element.
func (o elementEval) decide(s Snapshot, limit int64) Decision {
	array := s.Job.Object.Array
	together := slices.ContainsFunc(s.Pods, func(p Pod) bool { return p.Grouped && p.waits() })
	if array == nil {
		array = &lang.Array{} // somebody put our gate into a Job that has no elements
	}
	d := Decision{Action: Opening, Next: o.Next, Elements: &Elements{}}
	var running int64
	for pods := range elementsOf(s.Pods) {
		if array.Has(pods[0].Index) && released(pods) && !over(pods, array) {
			running++
		}
	}
	var refused *Pod
	for pods := range elementsOf(s.Pods) {
		index := pods[0].Index
		at := slices.IndexFunc(pods, Pod.waits)
		if at >= 0 && pods[at].Refused != nil {
			if d.Elements.Refused++; refused == nil {
				refused = &pods[at]
			}
		}
		switch {
		case at < 0:
		case o.Never.Contains(index) && !array.PerIndex && !released(pods) && !o.Open.Contains(index):
			return Decision{Action: Failing, Reason: elementReasons[o.reason], Message: o.why(s, index)}
		case !pods[at].mayTry(s.Now): // it holds up no other, and takes no place from one
			d.Next = soonest(d.Next, pods[at].Refused.Again)
		case released(pods): // a retry, and its element runs already
			d.open(pods[at])
		case o.Open.Contains(index), index < 0:
			if limit == 0 || running < limit {
				running++
				d.open(pods[at])
			}
		case o.Never.Contains(index):
			if len(d.Elements.Fail) == mostAtOnce {
				d.Elements.More = true
			} else {
				d.Elements.Fail = append(d.Elements.Fail, Failure{Pod: pods[at], Reason: o.reason, Message: o.why(s, index)})
			}
		}
	}
	short := d.takeTokens(s)
	d.Reason, d.Message = ReasonMet, fmt.Sprintf("released: all %d elements may run", o.size)
	if left := o.size - o.Open.Len(); left > 0 {
		d.Reason, d.Message = ReasonWaiting, fmt.Sprintf("released element by element: %d of %d may run, %d wait", o.Open.Len(), o.size, left-o.Never.Len())
		if len(o.Never) > 0 {
			d.Message += fmt.Sprintf(", %d never run: %s", o.Never.Len(), Clip(o.Never.String(), 100))
		}
		if d.Reasons = o.reasons(s, lang.Unknown); left > o.Never.Len() && len(d.Reasons) > 0 {
			d.Message += "; the first: " + summary(d.Reasons)
		}
	}
	d.tellShort(short)
	if together {
		d.Reason = ReasonProblem
		d.Message = "something must be fixed: this cluster schedules the pods of a Job as a group (WorkloadWithJob), so one that waits keeps the others from starting; " + d.Message
	}
	switch said := s.Job.Condition; {
	case refused != nil:
		d.Reason = ReasonPatchRefused
		d.Message += fmt.Sprintf("; but the API server refuses to change %d of their pods, trying again, element %d: %s",
			d.Elements.Refused, refused.Index, refused.Refused.Message)
	case !together && said != nil && said.Reason == ReasonPatchRefused && len(d.Elements.Open)+len(d.Elements.Fail) > 0:
		// A gate has tried; whoever asks now has not.
		d.Reason, d.Message = said.Reason, said.Message
	}
	return d
}

var elementReasons = map[string]string{
	ReasonDependencyFailed: ReasonElementFailed, ReasonDependencyTimeout: ReasonElementTimeout,
}

func (d *Decision) open(pod Pod) {
	if len(d.Elements.Open) > mostAtOnce {
		return // takeTokens cuts them off, and sees that there are more
	}
	d.Elements.Open = append(d.Elements.Open, pod)
}

// soonest returns the earlier of two times, of which zero means never.
func soonest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// deadline returns when the wait of the Job ends, zero for never, and whether that
// has been.
func (s Snapshot) deadline() (at time.Time, over bool) {
	timeout, err := s.Job.timeout()
	if timeout == 0 || err != nil {
		return time.Time{}, false
	}
	at = s.Job.Created.Add(timeout + s.Job.Paused.until(s.Now))
	return at, !s.Now.Before(at)
}
