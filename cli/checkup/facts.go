package checkup

import (
	"time"

	"depctl.dev/gate"
)

// Facts are what was found. What could not be looked at has an error.
type Facts struct {
	// Server is the version of the API server, Major and Minor as numbers.
	Server       string
	Major, Minor int
	// Policies reports whether the API server has MutatingAdmissionPolicies. From 1.36 on it does, but not where it
	// emulates an earlier version.
	Policies bool
	// CLI is the version of this program, and Gate that of the gate; empty if it could
	// not be asked. Image is the gate's.
	CLI, Gate, Image string

	// Installed is the namespace of the gate, and Release the Helm release that installed it; empty if none did.
	Installed, Release string

	Deployment      bool
	DeploymentError error
	Wanted, Ready   int32
	Arrays, Limits  bool
	// RanksPods tells that the gate writes ranks to pods, for Scheduler.
	RanksPods bool
	Scheduler Scheduler
	// HeldKinds are the kinds beside Jobs that the gate holds.
	HeldKinds   []string
	ObserveOnly bool
	// Alone tells that the gate elects no leader.
	Alone bool

	// Leader is who holds the Lease, and Renewed when it said so last.
	Leader     string
	Renewed    time.Time
	Lease      time.Duration
	LeaseError error

	// Word is when a gate last wrote to a Job, as far as the Jobs tell.
	Word time.Time

	// Held reports whether the API server would suspend an annotated Job that is made
	// in Namespace, unless HoldError says why that could not be tried.
	Held      bool
	HoldError error
	Namespace string

	// MissingLeash are the leash's policies and bindings that are not there.
	MissingLeash []string
	LeashError   error
	// MissingRights are what the gate may not do, as in "patch jobs.batch".
	MissingRights []string
	RightsError   error

	// Kinds are the kinds of objects that the gate may look up, and BarredKinds those that it
	// may not, both of those that the cluster has.
	Kinds       []string
	BarredKinds []BarredKind
	KindsError  error

	// Jobs counts those of each state, and Overdue those that could have been released
	// a minute ago. Elementwise are those that wait for a gate with --arrays.
	Jobs                 map[gate.State]int
	Overdue, Elementwise int
	Unheld               int
	JobsError            error
	Scope                string
	Now                  time.Time
}

// BarredKind is a kind of objects that the gate may not look up.
type BarredKind struct {
	Name, Group, Resource string
	// Listed: it is in the table of kinds.
	Listed bool
	// Jobs is how many Jobs that wait name one.
	Jobs int
}

// Level says how bad a finding is.
type Level string

// The levels.
const (
	OK      Level = "ok"
	Warning Level = "warning"
	Failure Level = "failure"
)

// Finding is one line. Its JSON is a promise.
type Finding struct {
	Check   string `json:"check"`
	Level   Level  `json:"level"`
	Message string `json:"message"`
	// Fix is the command that fixes it, if there is one.
	Fix string `json:"fix,omitempty"`
}

// NotChecked says what no client can find out.
var NotChecked = []string{
	"the flags of kube-controller-manager, such as --concurrent-job-syncs and --kube-api-qps, by which Jobs start and end: the API does not show them",
}
