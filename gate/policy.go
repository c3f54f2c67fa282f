package gate

import (
	"fmt"
	"time"

	"depctl.dev/lang"
)

// Policy is what becomes of a Job whose expression is false.
type Policy string

// The policies; Fail is the default.
const (
	// Fail fails the Job, which counts as skipped.
	Fail Policy = "fail"
	// Wait leaves it suspended until things have changed.
	Wait Policy = "wait"
	// Run takes a prerequisite that is over for one that succeeded.
	Run Policy = "run"
)

func (j Job) policy() (Policy, error) {
	switch p := Policy(j.OnFailure); p {
	case "":
		return Fail, nil
	case Fail, Wait, Run:
		return p, nil
	default:
		return "", &Mistake{OnFailureAnnotation, fmt.Sprintf("is %q, it must be fail, wait or run", j.OnFailure)}
	}
}

// SkipsHeld reports whether the object counts as skipped while it is held because its expression is false:
// what never ends, such as a Deployment, cannot be failed.
func (j Job) SkipsHeld() bool {
	policy, _ := j.policy()
	return !j.canFail() && policy == Fail
}

// timeout returns how long the Job waits from its creation, 0 forever.
func (j Job) timeout() (time.Duration, error) {
	if j.WaitTimeout == "" {
		return 0, nil
	}
	timeout, err := lang.ParseDuration(j.WaitTimeout)
	if err != nil {
		return 0, &Mistake{WaitTimeoutAnnotation, fmt.Sprintf("is %q: %v; write it as in 90s, 10m or 2h", j.WaitTimeout, err)}
	}
	return timeout, nil
}
