package access

import (
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Source tells what a Job may look at in other namespaces. It is called with
// the store locked and returns at once.
type Source interface {
	// Look returns what is known of the questions now. When a Job would see
	// another answer than the last time, it is enqueued.
	Look(ref lang.Ref, questions []gate.Question) gate.Access
	// Answer returns what is known of one question of a Job, and asks nobody.
	Answer(ref lang.Ref, q gate.Question) gate.Answer
	// Hurry has a question of a Job, which has these, asked before all others, and
	// reports whether that has been in vain for too long: nobody else may go on
	// waiting for the answer.
	Hurry(ref lang.Ref, questions []gate.Question, q gate.Question) (late bool)
	// Forget is called when a Job has no questions any more.
	Forget(ref lang.Ref)
}

// Fixed is the access of a gate that asks nobody.
type Fixed struct{ gate.Access }

// Look returns the same for all.
func (f Fixed) Look(lang.Ref, []gate.Question) gate.Access { return f.Access }

// Answer returns the same to all.
func (f Fixed) Answer(_ lang.Ref, q gate.Question) gate.Answer { return f.Access.Answer(q) }

// Hurry has nobody to ask.
func (Fixed) Hurry(lang.Ref, []gate.Question, gate.Question) bool { return false }

// Forget has nothing to forget.
func (Fixed) Forget(lang.Ref) {}
