package lang

import "time"

// Outcome is how an object ended. The zero Outcome is Undecided.
type Outcome uint8

// The outcomes of an object. Skipped means that it never ran because its own
// dependencies could not be met.
const (
	Undecided Outcome = iota
	Succeeded
	Failed
	Skipped
)

// Object is what an expression may learn about one object that exists.
type Object struct {
	UID     string
	Created time.Time
	// Outcome is Undecided until the object has finished for good.
	Outcome Outcome
	// Reason is the reason that a failed object gives, in CamelCase.
	Reason string
	// Finished is when Outcome was decided; zero before.
	Finished time.Time
}

// World answers what an expression asks about the cluster.
type World interface {
	// Object returns what is known of the object that ref names, and nil
	// if there is none. The caller must not change it.
	Object(ref Ref) *Object
}
