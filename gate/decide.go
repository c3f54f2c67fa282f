package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
	ReasonProblem           = "Problem"
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
	// Next is when the decision may change by time alone; zero if it will not.
	Next time.Time
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
		perElement,
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
	return Decision{}, s.Job.Outcome() != lang.Undecided
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

func perElement(s Snapshot) (Decision, bool) {
	return Decision{
		Action: Waiting, Reason: ReasonProblem,
		Message: "held: the expression speaks of single elements of the Job (i, self[...]), which this gate cannot release yet",
	}, s.Expr.Elementwise()
}

func byVerdict(s Snapshot) Decision {
	subject := s.Job.Subject()
	verdict := s.Expr.Eval(s.World, subject, s.Now)
	d := Decision{Action: Waiting, Reasons: s.Expr.Reasons(s.World, subject, s.Now), Next: verdict.Next}
	switch {
	case verdict.Value == lang.True:
		d.Action, d.Reason, d.Message = Releasing, ReasonMet, "released: "
	case verdict.Value == lang.False:
		d.Reason, d.Message = ReasonDependencyFailed, "waits for ever as things stand: "
	case slices.ContainsFunc(d.Reasons, hasProblem):
		// What must be mended comes first: the rest will come by itself.
		slices.SortStableFunc(d.Reasons, func(a, b lang.Reason) int { return rank(a) - rank(b) })
		d.Reason, d.Message = ReasonProblem, "waiting, and something must be mended: "
	default:
		d.Reason, d.Message = ReasonWaiting, "waiting: "
	}
	d.Message += summary(d.Reasons)
	return d
}

// hasProblem reports whether somebody must mend something. A right that is being
// asked for will be known by itself.
func hasProblem(r lang.Reason) bool {
	return r.Problem != nil && r.Problem.Code != lang.ProblemUnasked
}

func rank(r lang.Reason) int {
	if hasProblem(r) {
		return 0
	}
	return 1
}

// summary says in words what the reasons found: the first three, and how many
// more there are.
func summary(reasons []lang.Reason) string {
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
		b.WriteString(reason.String())
	}
	return b.String()
}
