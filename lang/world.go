package lang

import "time"

// Outcome is how an object ended. The zero Outcome is Undecided.
type Outcome uint8

// The outcomes of an object. Skipped means that it never ran because its own
// dependencies could not be met, or timed out.
const (
	Undecided Outcome = iota
	Succeeded
	Failed
	Skipped
)

// World answers what an expression asks about the cluster.
type World interface {
	// Object returns what is known of the object that ref names, its
	// namespace filled in, and nil if there is none. What cannot be looked up
	// is an Object with a Problem. The caller must not change it.
	Object(ref Ref) *Object
	// Members returns the objects of the set that ref names by a glob or a
	// selector, sorted by name and without the annotated Job: those that exist,
	// and those that finished while the set was waited for. The problem, if
	// any, is why they cannot be listed.
	//
	// Of a CronJob they are its runs of those scheduled times that ref means for the
	// annotated Job, and the name of each is its time in RFC 3339. A time whose Job is
	// still to come is a member without an object.
	Members(ref Ref) ([]Member, *Problem)
	// AbsentSince returns since when an object that does not exist is known to be absent;
	// zero if nobody has seen it go.
	AbsentSince(ref Ref) time.Time
}

// Member is an object of a set.
type Member struct {
	Name   string
	Object *Object
}

// Object is what an expression may learn about one object that exists. Facts
// only grow: what is zero is not known yet. The exception is Ready.
type Object struct {
	UID     string
	Created time.Time
	// Outcome is Undecided until the object has finished for good.
	Outcome Outcome
	// Reason is the reason that a failed object gives, in CamelCase.
	Reason string
	// Finished is when Outcome was decided; zero if that is not known.
	Finished time.Time
	// Exit is the exit code of a failed object; nil while nobody has looked.
	// An expression asks for it only where AsksExitCode says so.
	Exit *Exit
	// Started says that a pod of it is or was ready, succeeded or failed, and
	// StartedAt since when; zero if that is not known.
	Started   bool
	StartedAt time.Time
	// Ready says that as many pods as it wants now are ready, and ReadyAt
	// since when; zero if that is not known.
	Ready   bool
	ReadyAt time.Time
	// Array is nil unless the object is an Indexed Job.
	Array *Array
	// Conditions are those of an object that is no Job, as far as they are True.
	Conditions []Condition
	// Result is what the object said when it succeeded; nil while nobody has looked. An
	// expression asks for it only where AsksResult says so.
	Result *Result
	// Handler says that it was released to deal with the failure of its run.
	Handler bool
	// NamesRun says that its expression speaks of a whole run, which so leaves it out.
	NamesRun bool
	// RunSize is how many steps its run has at least; 0 if nobody said so.
	RunSize int64
	// Problem is why nothing can be learned about the object, nil if it can.
	Problem *Problem
}

// Condition is a condition of an object that is True, and Since when it became so; zero if
// it does not say.
type Condition struct {
	Type  string
	Since time.Time
}

// condition returns since when a condition is True, and whether it is.
func (o *Object) condition(name string) (since time.Time, is bool) {
	for _, c := range o.Conditions {
		if c.Type == name {
			return c.Since, true
		}
	}
	return time.Time{}, false
}

// Result is what is known of the result of an object.
type Result struct {
	Value string
	// Lost says that the value can no longer be learned, and why.
	Lost string
}

// Array is what is known of the elements of an Indexed Job.
type Array struct {
	// Size is the number of completions.
	Size int64
	// PerIndex says that the Job has a backoffLimitPerIndex.
	PerIndex bool
	// Completed and Failed are the Job's completedIndexes and failedIndexes,
	// Failed with the elements whose pod the gate failed.
	Completed, Failed Indexes
	// Started and Ready are known from the pods.
	Started, Ready Indexes
	// Elements has more about some elements, by index.
	Elements map[int64]Element
	// Told are the failed elements whose exit codes have been looked for. Where
	// Elements has none of such an element, it can no longer be learned.
	Told Indexes
}

// Has reports whether the array has an element of this index.
func (a *Array) Has(index int64) bool { return 0 <= index && index < a.Size }

// Element is what is known of one element of an array beyond its status.
type Element struct {
	// Finished is when its last pod finished, or when that was first seen.
	Finished time.Time
	// Started and Ready are when its pod was; zero if not known.
	Started, Ready time.Time
	// Exit is its exit code if it failed; nil while it is not known.
	Exit *Exit
}

// Exit is what is known of an exit code.
type Exit struct {
	Code int32
	// Lost says that the code can no longer be learned: the pod is gone.
	Lost bool
}

// Subject is the annotated Job: whose expression it is.
type Subject struct {
	Ref Ref
	// Object has its UID, when it was created and, for i and self[...], its
	// Array. It may be nil where nothing of this is known.
	Object *Object
}

// ProblemCode says what kind of problem one is. Codes are stable.
type ProblemCode string

// The problems. Each makes a check unknown, under "not" too, until somebody
// fixes it.
const (
	// ProblemForbidden: the Job's service account may not look at the object.
	ProblemForbidden ProblemCode = "forbidden"
	// ProblemUnasked: whether it may is not known yet; nobody needs to fix it.
	ProblemUnasked ProblemCode = "unasked"
	// ProblemUnknownKind: this gate cannot look up objects of the kind.
	ProblemUnknownKind ProblemCode = "unknown-kind"
	// ProblemUnwatched: this gate cannot look up objects of the kind now, though it knows it.
	ProblemUnwatched ProblemCode = "unwatched"
	// ProblemUnreadable: what the object says of its status has no shape that is known.
	ProblemUnreadable ProblemCode = "unreadable"
	// ProblemLost: the object finished and went while nobody looked.
	ProblemLost ProblemCode = "lost"
	// ProblemNotIndexed: an element of a Job that is not Indexed.
	ProblemNotIndexed ProblemCode = "not-indexed"
	// ProblemNoSuchElement: an index outside the array.
	ProblemNoSuchElement ProblemCode = "no-such-element"
	// ProblemExitCodeLost: the exit code can no longer be learned.
	ProblemExitCodeLost ProblemCode = "exit-code-lost"
	// ProblemResultLost: the result can no longer be learned, or there is none.
	ProblemResultLost ProblemCode = "result-lost"
	// ProblemNoRun: a Job outside of all runs asks about its run.
	ProblemNoRun ProblemCode = "no-run"
	// ProblemAnyOrAll: several scheduled times are meant, and the text does not say whether
	// any or all.
	ProblemAnyOrAll ProblemCode = "any-or-all"
	// ProblemTooLarge: the arrays are too large for this expression.
	ProblemTooLarge ProblemCode = "too-large"
)

// Problem is why a check cannot be decided, now or ever, unless something is
// fixed.
type Problem struct {
	Code ProblemCode `json:"code"`
	// Message is a sentence for people, lower case and without full stop.
	Message string `json:"message"`
}
