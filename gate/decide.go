package gate

import (
	"fmt"
	"strings"

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
)

// String returns "ignore", "wait" or "release".
func (a Action) String() string {
	switch a {
	case Waiting:
		return "wait"
	case Releasing:
		return "release"
	default:
		return "ignore"
	}
}

// The reasons of a Decision, also those of the events that speak of it.
const (
	ReasonForeignOwner      = "ForeignOwner"
	ReasonStartedUnheld     = "StartedUnheld"
	ReasonInvalidExpression = "InvalidExpression"
	ReasonHeld              = "Held"
	ReasonWaiting           = "Waiting"
	ReasonMet               = "Met"
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
}

// Decision is what should happen to a Job, and why.
type Decision struct {
	Action Action
	// Reason is in CamelCase; empty if there is nothing to say.
	Reason string
	// Message is for people: lower case, no full stop.
	Message string
	// Verdict is that of the expression, where the decision asked for it.
	Verdict lang.Verdict
}

// check looks for one fact in a snapshot, and says whether it holds and what
// follows.
type check func(Snapshot) (Decision, bool)

// Decide returns what should happen to the Job of the snapshot. The list is
// the specification; doc.go says why each check stands where it does.
func Decide(s Snapshot) Decision {
	for _, holds := range [...]check{
		notAnnotated,
		finished,
		beingDeleted,
		foreignOwned,
		released,
		startedUnheld,
		invalidExpression,
		onHold,
	} {
		if decision, ok := holds(s); ok {
			return decision
		}
	}
	return byVerdict(s)
}

func notAnnotated(s Snapshot) (Decision, bool) {
	return Decision{}, !s.Job.Annotated
}

func finished(s Snapshot) (Decision, bool) {
	return Decision{}, s.Job.Outcome != lang.Undecided
}

func beingDeleted(s Snapshot) (Decision, bool) {
	return Decision{}, s.Job.BeingDeleted
}

func foreignOwned(s Snapshot) (Decision, bool) {
	return Decision{
		Reason:  ReasonForeignOwner,
		Message: fmt.Sprintf("not held: %s decides when this Job runs", s.Job.ForeignOwner),
	}, s.Job.ForeignOwner != ""
}

func released(s Snapshot) (Decision, bool) {
	return Decision{}, s.Job.Released
}

func startedUnheld(s Snapshot) (Decision, bool) {
	return Decision{
		Reason:  ReasonStartedUnheld,
		Message: "the Job was started by somebody else and is left alone: its dependencies were not waited for",
	}, !s.Job.Suspended
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

func byVerdict(s Snapshot) Decision {
	verdict := s.Expr.Eval(s.World, s.Job.Namespace)
	d := Decision{Verdict: verdict}
	switch verdict.Value {
	case lang.True:
		d.Action, d.Reason = Releasing, ReasonMet
		d.Message = "released: " + names(verdict.Reasons) + " succeeded"
	case lang.False:
		d.Action, d.Reason = Waiting, ReasonDependencyFailed
		d.Message = "waits for ever as things stand: " + names(verdict.Reasons) + " did not succeed"
	default:
		d.Action, d.Reason = Waiting, ReasonWaiting
		d.Message = "waiting for " + names(verdict.Reasons)
	}
	return d
}

// names lists the objects of the reasons, the first three by name.
func names(reasons []lang.Reason) string {
	const most = 3
	var b strings.Builder
	for i, reason := range reasons {
		if i == most && len(reasons) > most+1 {
			fmt.Fprintf(&b, " and %d more", len(reasons)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(reason.Ref.String())
	}
	return b.String()
}
