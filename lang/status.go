package lang

import (
	"slices"
	"strings"
	"time"
)

// Status is what a check asks of an object.
type Status string

// The statuses, as they are written.
const (
	StatusSucceeded Status = "succeeded"
	StatusFailed    Status = "failed"
	StatusSkipped   Status = "skipped"
	StatusFinished  Status = "finished"
	StatusStarted   Status = "started"
	StatusReady     Status = "ready"
	StatusExists    Status = "exists"
	// StatusAbsent is of single objects only, and always with a delay.
	StatusAbsent Status = "absent"
	// StatusTime is time(...): now is that time or later. It has no targets, and so
	// no entry in the table.
	StatusTime Status = "time"
)

// statusSpec is all there is to know about a status that takes targets. To add a
// status, add its entry to statusTable, its row to TestStatuses, its case to the model
// that the property tests compare with (model_test.go), and its line to
// docs/reference/language.md. A fact that no Object has yet is added there (world.go), to what
// may become of one (options in satisfiable_test.go), and in gate/object.go.
type statusSpec struct {
	name Status
	// object returns the value for an object without a problem.
	object func(o *Object) Value
	// elements returns the elements of an array that have the status, and those that
	// never will. It is not asked about a Job that was skipped: object is.
	elements func(o *Object, e elementSets) (yes, no Indexes)
	// since returns since when the value is decided, and zero while that is not known.
	since func(u unit, t timestamps) time.Time
	// describe says in words how what has not ended stands to the status.
	describe func(u unit) string
	// foreign are the words of Slurm, PBS, LSF, Grid Engine, DAGMan and Argo for it,
	// in lower case.
	foreign []string
	// neverFalse: nothing rules it out forever, so "not" of it is never true.
	neverFalse bool
	// revocable: it may be undone before the object ends.
	revocable bool
	// outcome: it asks how an object ended. On-dependency-failure "run" asks in its
	// place whether the object ended at all.
	outcome bool
	// needsStart: an element must be released before it has the status, or it never has
	// it. So an element that asks this of itself waits forever.
	needsStart bool
	// needsCount: of a set, it does not say whether any or all are meant.
	needsCount bool
	// keys are those that it takes, which narrow down what is true.
	keys []string
}

// statusTable has the statuses in the order of the documentation.
var statusTable = [...]statusSpec{
	{
		name:     StatusSucceeded,
		object:   func(o *Object) Value { return decided(o.ended(), o.Outcome == Succeeded) },
		elements: func(_ *Object, e elementSets) (yes, no Indexes) { return e.completed, e.failed },
		since:    unit.endedAt,
		describe: unit.describeEnd,
		foreign:  []string{"done", "ok", "success", "succeed", "complete", "completed", "afterok", "aftercorr", "numdone", "post_done", "all"},
		outcome:  true, needsStart: true, keys: []string{"result"},
	},
	{
		name:     StatusFailed,
		object:   func(o *Object) Value { return decided(o.ended(), o.Outcome == Failed) },
		elements: func(_ *Object, e elementSets) (yes, no Indexes) { return e.failed, e.completed },
		since:    unit.endedAt,
		describe: unit.describeEnd,
		foreign:  []string{"exit", "fail", "error", "errored", "afternotok", "numexit", "post_err"},
		outcome:  true, needsStart: true, needsCount: true, keys: []string{"reason", "code"},
	},
	{
		name:   StatusSkipped,
		object: func(o *Object) Value { return decided(o.ended() || o.Started, o.Outcome == Skipped) },
		elements: func(o *Object, e elementSets) (yes, no Indexes) {
			if o.Started {
				return nil, e.all // of a Job that started, no element can be skipped
			}
			return nil, e.started(o)
		},
		since:    unit.notSkippedAt,
		describe: unit.describeSkip,
		foreign:  []string{"omitted"},
		outcome:  true, needsCount: true,
	},
	{
		name:     StatusFinished,
		object:   func(o *Object) Value { return decided(o.ended(), true) },
		elements: func(_ *Object, e elementSets) (yes, no Indexes) { return e.completed.Union(e.failed), nil },
		since:    unit.endedAt,
		describe: unit.describeEnd,
		foreign:  []string{"ended", "terminated", "afterany", "numended", "hold_jid", "hold_jid_ad"},
		outcome:  true, needsStart: true, neverFalse: true,
	},
	{
		name:     StatusStarted,
		object:   func(o *Object) Value { return decided(o.ended() || o.Started, o.Outcome != Skipped) },
		elements: func(o *Object, e elementSets) (yes, no Indexes) { return e.started(o), nil },
		since:    unit.startedAt,
		describe: unit.describeStart,
		foreign:  []string{"start", "running", "after", "afterstart", "numrun", "numstart"},

		needsStart: true,
	},
	{
		name:   StatusReady,
		object: func(o *Object) Value { return decided(o.ended() || o.Ready, o.Outcome == Succeeded || !o.ended()) },
		elements: func(o *Object, e elementSets) (yes, no Indexes) {
			return e.completed.Union(o.Array.Ready.Intersect(e.all).Minus(e.failed)), e.failed
		},
		since:    unit.readyAt,
		describe: unit.describeReady,
		foreign:  []string{"available", "daemoned"},

		needsStart: true, revocable: true, keys: []string{"condition"},
	},
	{
		name:     StatusExists,
		object:   func(*Object) Value { return True },
		elements: func(_ *Object, e elementSets) (yes, no Indexes) { return e.all, nil },
		since:    func(_ unit, t timestamps) time.Time { return t.created },
		describe: func(unit) string { return "exists" },

		neverFalse: true,
	},
	{
		// What does not exist is looked at in view.absent.
		name:     StatusAbsent,
		object:   func(*Object) Value { return False },
		elements: func(_ *Object, e elementSets) (yes, no Indexes) { return nil, e.all },
		since:    func(_ unit, t timestamps) time.Time { return t.created },
		describe: func(unit) string { return "exists" },

		revocable: true,
	},
}

// noStatus is what a word means that is no status: nothing is ever known of it.
var noStatus = statusSpec{
	object:   func(*Object) Value { return Unknown },
	elements: func(*Object, elementSets) (yes, no Indexes) { return nil, nil },
	since:    func(unit, timestamps) time.Time { return time.Time{} },
	describe: unit.describeEnd,
}

func (s Status) spec() *statusSpec {
	for i := range statusTable {
		if statusTable[i].name == s {
			return &statusTable[i]
		}
	}
	return &noStatus
}

// hasFalse reports whether the status can ever be ruled out for an object.
func (s Status) hasFalse() bool { return s != StatusTime && !s.spec().neverFalse }

// statuses are those that take targets, in the order of the documentation.
func statuses() []Status {
	list := make([]Status, len(statusTable))
	for i := range statusTable {
		list[i] = statusTable[i].name
	}
	return list
}

// statusNamed returns the status that word is, "" if it is none.
func statusNamed(word string) Status { return Status(word).spec().name }

// foreignStatus returns the status that a word of another scheduler, in lower case,
// stands for; "" if it is of none.
func foreignStatus(word string) Status {
	for i := range statusTable {
		if slices.Contains(statusTable[i].foreign, word) {
			return statusTable[i].name
		}
	}
	return ""
}

func statusList() string {
	var names []string
	for _, s := range statuses() {
		names = append(names, string(s))
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
