package lang

// The findings of Vet, warnings where nothing else is said. The examples are run
// for a Job named "me" that is not Indexed, with an Indexed Job "array" of 10.
const (
	// SelfReference: an error: the Job waits for itself.
	//
	// Example: me
	SelfReference Code = "self-reference"

	// NotIndexed: an error: i or self in a Job that is not Indexed.
	//
	// Example: a[i]
	NotIndexed Code = "not-indexed"

	// NoRun: an error: run in a Job without the label of a run.
	//
	// Example: run
	NoRun Code = "no-run"

	// SelfCycle: an error: elements of the Job wait for one another.
	//
	// Example: self[i-1], self[i+1]
	SelfCycle Code = "self-cycle"

	// UnknownKind: this kind is not among those that are known: an error if the Job cannot do
	// without it, as it is held forever.
	//
	// Example: jbo:a
	UnknownKind Code = "unknown-kind"

	// OpenSet: a glob or selector without a number is true of the members that are there,
	// and more may be applied later.
	//
	// Example: shard-*
	OpenSet Code = "open-set"

	// StatusSuffix: a name ends in a status: legal, but Argo's way to ask for a result.
	//
	// Example: a.succeeded
	StatusSuffix Code = "status-suffix"

	// KindAsNamespace: a namespace is the name of a kind: kubectl's form is not that of the
	// language.
	//
	// Example: job/extract
	KindAsNamespace Code = "kind-as-namespace"

	// Duplicate: a check is repeated beside itself.
	//
	// Example: a, b, a
	Duplicate Code = "duplicate"

	// Contradiction: a check and its opposite stand in the same all-of.
	//
	// Example: a, not a
	Contradiction Code = "contradiction"

	// WholeArrayFails: the array has no backoffLimitPerIndex: its first failure ends it, and all
	// elements that have not completed count as failed.
	//
	// Example: succeeded(array[*]) >= 90%
	WholeArrayFails Code = "whole-array-fails"

	// NoSuchElement: the array has no element with this index.
	//
	// Example: array[99]
	NoSuchElement Code = "no-such-element"
)
