package gate

import (
	"fmt"
	"time"

	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// Action is what should be done about a Job.
type Action uint8

// The actions. Ignoring and Waiting write nothing to the Job.
const (
	// Ignoring leaves the Job alone: it is not, or no longer, ours to decide.
	Ignoring Action = iota
	// Waiting keeps the Job suspended.
	Waiting
	// Releasing un-suspends the Job.
	Releasing
	// Failing makes the Job controller fail the Job, which never ran, or of which
	// an element never can.
	Failing
	// Opening lets elements of the Job run, which is released already.
	Opening
)

// String returns "ignore", "wait", "release", "fail" or "open".
func (a Action) String() string {
	switch a {
	case Waiting:
		return "wait"
	case Releasing:
		return "release"
	case Failing:
		return "fail"
	case Opening:
		return "open"
	default:
		return "ignore"
	}
}

// The reasons of a Decision, also those of the events that speak of it.
const (
	// ReasonForeignOwner: another controller, such as Kueue or JobSet, decides when
	// the Job runs, and the gate leaves it alone.
	ReasonForeignOwner = "ForeignOwner"
	// ReasonStartedUnheld: the Job was started by somebody else before it was held,
	// and its dependencies were not looked at.
	ReasonStartedUnheld = "StartedUnheld"
	// ReasonEditedLate: the expression was edited after the Job had been released,
	// which changes nothing.
	ReasonEditedLate = "EditedAfterRelease"
	// ReasonInvalidExpression: the expression cannot be read. The message shows
	// where.
	ReasonInvalidExpression = "InvalidExpression"
	// ReasonInvalidAnnotation: another annotation cannot be read.
	ReasonInvalidAnnotation = "InvalidAnnotation"
	// ReasonHeld: the Job has the annotation HoldAnnotation.
	ReasonHeld = "Held"
	// ReasonDependencyCycle: the Job is in a deadlock. The message names a cycle.
	ReasonDependencyCycle = "DependencyCycle"
	// ReasonProblem: somebody must fix something other than an annotation, such as a
	// missing right. The message says what.
	ReasonProblem = "Problem"
	// ReasonWaiting: the dependencies are not met yet. The message says which. Of a
	// Job that is released element by element it says how many may run, and what the
	// first of the others waits for.
	ReasonWaiting = "Waiting"
	// ReasonMet: the Job is released. The message says because of what. Of a Job that
	// is released element by element, all elements may run.
	ReasonMet = "Met"
)

// Snapshot is everything that a decision may look at.
type Snapshot struct {
	Job Job
	// Expr is the parsed expression of the Job. It is nil if the Job has
	// none, or one that does not parse; then Invalid says why.
	Expr    *lang.Expr
	Invalid error
	// World is the objects around the Job.
	World lang.World
	// Cycle is the shortest cycle of a deadlock that the Job is in: each waits
	// for the next, and the last for the first. Nil if it is in none.
	Cycle []lang.Ref
	// Failure is that of the run of the Job, nil if no step of it has failed.
	Failure *RunFailure
	// Pods are those of a Job that is released element by element, in the order
	// of ComparePods; nil while they are not known.
	Pods []Pod
	// Excess says why nothing is kept of what the Job says, so that Expr is nil: its
	// namespace says too much. Empty if it is kept.
	Excess string
	// JobsOnly reports whether the gate may not touch pods, and so not release
	// elements.
	JobsOnly bool
	// NoResults reports whether the gate may not read results.
	NoResults bool
	// NoKueue reports whether the gate may not release what waits in queues of Kueue.
	NoKueue bool
	// Tokens says who may take tokens of limits; nil where the gate keeps none.
	Tokens Tokens
	// MaxStarting is how many pods may be without a node before further Jobs wait; 0 for any
	// number. Tokens counts them.
	MaxStarting int64
	// Now is when the decision is made.
	Now time.Time
}

// Decision is what should happen to a Job, and why.
type Decision struct {
	Action Action
	// Reason is in CamelCase; empty if there is nothing to say.
	Reason string
	// Message is for people: lower case, no full stop.
	Message string
	// Reasons are what decides the expression, where the decision asked for it.
	Reasons []lang.Reason
	// Elements is what Opening does, and PerElement reports whether Releasing
	// leaves each element to itself.
	Elements   *Elements
	PerElement bool
	// Handler reports whether Releasing is for the failure of the run.
	Handler bool
	// Results are those that the pods of the Job get, where Releasing.
	Results map[string]string
	// Wants are the tokens for which the Job is in line.
	Wants limit.Needs
	// Next is when the decision may change by time alone; zero if it will not.
	Next time.Time
}

// check looks for one fact in a snapshot, and says whether it holds and what
// follows.
type check func(Snapshot) (Decision, bool)

// Decide returns what should happen to the Job of the snapshot. The list is
// the specification; doc.go says why each check stands where it does.
func Decide(s Snapshot) Decision {
	d := inTime(s, decide(s))
	d.Handler = d.Action == Releasing && s.Failure.Handles(s.Job.Ref())
	return d
}

func decide(s Snapshot) Decision {
	for _, holds := range [...]check{
		notAnnotated,
		finished,
		beingDeleted,
		foreignOwned,
		isReleased,
		startedUnheld,
		invalidAnnotation,
		invalidExpression,
		onHold,
		overBudget,
		kueueRefuses,
		wholeJobsOnly,
		resultsOff,
		limitsOff,
		metBefore,
		grouped,
		failFast,
		byElement,
	} {
		if decision, ok := holds(s); ok {
			return decision
		}
	}
	return byVerdict(s)
}

func notAnnotated(s Snapshot) (Decision, bool) {
	return Decision{}, !s.Job.AsksToWait() && !s.Job.byElement()
}

func finished(s Snapshot) (Decision, bool) {
	return Decision{}, s.Job.Outcome() != lang.Undecided
}

func beingDeleted(s Snapshot) (Decision, bool) {
	return Decision{}, s.Job.BeingDeleted
}

func foreignOwned(s Snapshot) (Decision, bool) {
	return Decision{
		Reason:  ReasonForeignOwner,
		Message: fmt.Sprintf("not held: %s decides when this %s runs", s.Job.ForeignOwner, s.Job.Noun()),
	}, s.Job.ForeignOwner != ""
}

func isReleased(s Snapshot) (Decision, bool) {
	if s.Job.byElement() {
		return Decision{}, false
	}
	if s.Job.Edited {
		return Decision{
			Reason:  ReasonEditedLate,
			Message: "released already, by what " + DependsOnAnnotation + " said then; " + s.Job.again(),
		}, true
	}
	return Decision{}, s.Job.Released
}

func startedUnheld(s Snapshot) (Decision, bool) {
	return Decision{
		Reason:  ReasonStartedUnheld,
		Message: "the " + s.Job.Noun() + " was started by somebody else and is left alone: its dependencies were not waited for",
	}, !s.Job.Suspended && !s.Job.Released
}

func invalidAnnotation(s Snapshot) (Decision, bool) {
	err := s.Job.Mistake()
	if err == nil && s.Expr != nil && s.Job.Results != "" && !s.Job.Released {
		err = s.Job.unawaited(s.Expr)
	}
	if err == nil {
		return Decision{}, false
	}
	return Decision{Action: Waiting, Reason: ReasonInvalidAnnotation, Message: "held: " + err.Error()}, true
}

func invalidExpression(s Snapshot) (Decision, bool) {
	if s.Invalid == nil {
		return Decision{}, false
	}
	return Decision{Action: Waiting, Reason: ReasonInvalidExpression, Message: s.Invalid.Error()}, true
}

func onHold(s Snapshot) (Decision, bool) {
	message := "held by annotation " + HoldAnnotation
	if s.Job.Hold != "" {
		message = "held: " + s.Job.Hold
	}
	return Decision{Action: Waiting, Reason: ReasonHeld, Message: message}, s.Job.OnHold
}

// lookAgain is how long a Job that had no room waits at most for another look.
const lookAgain = 5 * time.Minute

func overBudget(s Snapshot) (Decision, bool) {
	return Decision{Action: Waiting, Reason: ReasonProblem, Message: s.Excess, Next: s.Now.Add(lookAgain)}, s.Excess != ""
}
