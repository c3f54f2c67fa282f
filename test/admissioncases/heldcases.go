package admissioncases

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/gate"
	"depctl.dev/lang/kind"
)

var (
	depends  = note(gate.DependsOnAnnotation, "x")
	other    = note(gate.DependsOnAnnotation, "y")
	itIsHeld = func(k kind.Kind, o *unstructured.Unstructured) { gate.Hold(k, o) }
	nothing  = both()
	copied   = both(note(gate.ReleasedAnnotation, `{"uid":"1"}`), note(gate.SeenAnnotation, "{}"))

	gated     = func(k kind.Kind) bool { return k.Gated }
	notGated  = func(k kind.Kind) bool { return !k.Gated }
	versions  = func(k kind.Kind) bool { return k.Versions }
	noVersion = func(k kind.Kind) bool { return !k.Versions && !k.Gated }
	queues    = func(k kind.Kind) bool { return k.SuspendedBy != "" }
	noQueues  = func(k kind.Kind) bool { return k.SuspendedBy == "" }
	inQueue   = label("kueue.x-k8s.io/queue-name", "q")
)

// HeldCases are the rules of docs/design/holding.md on what is held at birth and kept, of all kinds but Jobs.
var HeldCases = []HeldCase{
	{Name: "what waits for nothing starts", Create: nothing},
	{Name: "what waits is held", Create: depends, Held: true},
	{Name: "what has an empty expression is held", Create: note(gate.DependsOnAnnotation, ""), Held: true},
	{Name: "what says that it starts is held", Create: both(depends, let), Held: true},
	{Name: "what says that it is held is", Create: both(depends, itIsHeld), Held: true},
	{Name: "what is held and waits for nothing is its owner's", Create: itIsHeld, Updates: []HeldChange{let}},
	{Name: "what a controller owns is not held", Create: both(depends, owned(true))},
	{Name: "what somebody has an interest in is held", Create: both(depends, owned(false)), Held: true},
	{Name: "what has labels is held", Create: both(depends, label("team", "data")), Held: true},
	{Name: "what Kueue can suspend, in a queue, is Kueue's", Of: queues, Create: both(depends, inQueue)},
	{Name: "anything else in a queue is held", Of: noQueues, Create: both(depends, inQueue), Held: true},

	{Name: "a write that drops the hold does not end it", Create: depends, Updates: []HeldChange{drop}, Held: true},
	{Name: "nor does one that ends it", Create: depends, Updates: []HeldChange{let}, Held: true},
	{Name: "nor one with another expression", Create: depends, Updates: []HeldChange{both(let, other)}, Held: true},
	{Name: "nor one with another image", Of: notGated, Create: depends, Updates: []HeldChange{both(let, image("other"))}, Held: true},
	{Name: "a write that takes the annotation away lets it start", Create: depends, Updates: []HeldChange{both(let, forget(gate.DependsOnAnnotation))}},
	{Name: "a write that brings the annotation lets it start", Create: itIsHeld, Updates: []HeldChange{both(let, depends)}},
	{Name: "what runs is not held late", Create: nothing, Updates: []HeldChange{depends, note("note", "x")}},
	{Name: "what a controller takes is that one's", Create: depends, Updates: []HeldChange{both(let, owned(true))}},
	{Name: "what comes into a queue is Kueue's", Of: queues, Create: depends, Updates: []HeldChange{both(let, inQueue)}},
	{Name: "the label comes back", Create: depends, Updates: []HeldChange{label("team", "data")}, Held: true},
	{Name: "and with it the hold", Create: depends, Updates: []HeldChange{both(let, label("team", "data"))}, Held: true},
	{Name: "what the gate writes while it waits stays", Create: depends, Updates: []HeldChange{note(gate.SeenAnnotation, "{}")}, Held: true, Kept: []string{gate.SeenAnnotation}},

	{Name: "what is released starts", Create: depends, Updates: []HeldChange{isReleased}, Kept: []string{gate.ReleasedAnnotation}},
	{Name: "and is not held by another expression alone", Create: depends, Updates: []HeldChange{isReleased, other}, Kept: []string{gate.ReleasedAnnotation}},
	{Name: "and may be stopped", Of: notGated, Create: depends, Updates: []HeldChange{isReleased, itIsHeld}, Held: true},
	{Name: "and started again", Of: notGated, Create: depends, Updates: []HeldChange{isReleased, itIsHeld, let}},
	{Name: "the record of a release comes back", Of: notGated, Create: depends, Updates: []HeldChange{isReleased, forget(gate.ReleasedAnnotation)}, Kept: []string{gate.ReleasedAnnotation}},
	{Name: "the release of another does not count", Create: depends, Updates: []HeldChange{both(let, note(gate.ReleasedAnnotation, `{"uid":"another"}`))}, Held: true},
	{Name: "the release of none does not count", Create: depends, Updates: []HeldChange{both(let, note(gate.ReleasedAnnotation, `{"uid":""}`))}, Held: true},
	{Name: "a release that is no JSON does not count", Create: depends, Updates: []HeldChange{both(let, note(gate.ReleasedAnnotation, "yes"))}, Held: true},

	{Name: "a copy of what was released is new", Create: both(depends, copied, let), Held: true, Gone: []string{gate.ReleasedAnnotation, gate.SeenAnnotation}},
	{Name: "so is one that waits for nothing any more", Of: notGated, Create: copied, Gone: []string{gate.ReleasedAnnotation, gate.SeenAnnotation}},
	{Name: "it remembers no versions", Of: versions, Create: both(depends, note(gate.MetAnnotation, "a b")), Held: true, Gone: []string{gate.MetAnnotation}},
	{Name: "it has no condition", Of: noVersion, Create: both(depends, note(gate.ConditionAnnotation, "{}")), Held: true, Gone: []string{gate.ConditionAnnotation}},

	{Name: "another version waits anew", Of: versions, Create: depends, Updates: []HeldChange{isReleased, both(other, image("other"))}, Held: true, Gone: []string{gate.ReleasedAnnotation, gate.SeenAnnotation}},
	{Name: "also one of what was never held", Of: versions, Create: nothing, Updates: []HeldChange{both(depends, image("other"))}, Held: true},
	{Name: "also without the record", Of: versions, Create: depends, Updates: []HeldChange{isReleased, both(other, image("other"), forget(gate.ReleasedAnnotation))}, Held: true, Gone: []string{gate.ReleasedAnnotation}},
	{Name: "another image alone does not wait", Of: versions, Create: depends, Updates: []HeldChange{isReleased, image("other")}, Kept: []string{gate.ReleasedAnnotation}},
	{Name: "another version that brings its record does not wait", Of: versions, Create: depends, Updates: []HeldChange{isReleased, both(other, image("other"), func(k kind.Kind, o *unstructured.Unstructured) {
		note(gate.ReleasedAnnotation, `{"uid":"`+string(o.GetUID())+`","by":"another"}`)(k, o)
	})}, Kept: []string{gate.ReleasedAnnotation}},
	{Name: "another version while it waits forgets what was seen", Of: versions, Create: depends, Updates: []HeldChange{note(gate.SeenAnnotation, "{}"), both(other, image("other"))}, Held: true, Gone: []string{gate.SeenAnnotation}},

	{Name: "gates of others stay", Of: gated, Create: both(depends, gates(theirs)), Held: true, Gates: []string{theirs}},
	{Name: "they go when somebody takes all away, and ours stays", Of: gated, Create: both(depends, gates(theirs)), Updates: []HeldChange{drop}, Held: true},
	{Name: "they stay when somebody takes ours away", Of: gated, Create: both(depends, gates(theirs)), Updates: []HeldChange{let}, Held: true, Gates: []string{theirs}},
	{Name: "they stay after the release", Of: gated, Create: both(depends, gates(theirs)), Updates: []HeldChange{isReleased}, Gates: []string{theirs}},
	{Name: "a static pod is not held", Of: gated, Create: both(depends, static)},
}
