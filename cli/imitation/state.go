package imitation

import (
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// State is how an element of a Job stands, in no system's words.
type State string

// The states. Those up to Suspended may still end, the others have.
const (
	// Waiting is for what other Jobs, a time, a person or a limit keep from running.
	Waiting State = "waiting"
	// Queued may run, and has no room, no pod, or no container yet.
	Queued State = "queued"
	// Running is for what runs, or has run and is tried again.
	Running State = "running"
	// Suspended is for what was running, and was stopped by a person.
	Suspended State = "suspended"

	Succeeded State = "succeeded"
	// Failed ended with an exit code, or with a signal.
	Failed State = "failed"
	// TimedOut ended as its time was over, and OutOfMemory as it took too much of that.
	TimedOut    State = "timed out"
	OutOfMemory State = "out of memory"
	// Lost ended with its node, or was evicted from it.
	Lost State = "lost"
	// Cancelled was ended by a person.
	Cancelled State = "cancelled"
	// Unmet never ran: what it waited for cannot come true.
	Unmet State = "unmet"
)

// Ended reports whether nothing more comes of it.
func (s State) Ended() bool {
	switch s {
	case Waiting, Queued, Running, Suspended:
		return false
	}
	return true
}

// Why is what an element waits for, where it is Waiting or Queued.
type Why string

// What there is to wait for.
const (
	// Nothing is for what is about to start.
	Nothing Why = ""
	// Hold is a person's.
	Hold Why = "hold"
	// Dependency is other Jobs, and NeverMet other Jobs that can no longer come true.
	Dependency Why = "dependency"
	NeverMet   Why = "never met"
	// Begin is a time.
	Begin Why = "begin"
	// Limit is tokens of a limit, and Crowd a cluster in which too much starts at once.
	Limit Why = "limit"
	Crowd Why = "crowd"
	// Room is a node that has what the pod needs.
	Room Why = "room"
	// ArrayLimit is another element of the same array, of which only so many run at once.
	ArrayLimit Why = "array limit"
)

// Element is a Job, or one element of an array.
type Element struct {
	// Index is the completion index, and Task the number that people know; both are 0
	// of a Job that is no array.
	Index, Task int
	// ID is the number of the element where each has one, else that of the Job.
	ID    int64
	State State
	Why   Why
	// Exit is the exit code, and Signal what ended it, if something did.
	Exit, Signal int
	// Started and Ended are zero where it has not.
	Started, Ended time.Time
	Node, Pod      string
	// Message says more, in Kubernetes' words.
	Message string

	podUID types.UID
}
