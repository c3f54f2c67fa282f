package controller

import (
	"errors"
	"hash/maphash"
	"iter"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

const (
	// longText is how long a text may be that is read where the watch waits for it, in
	// bytes, unless it is a plain list of names, which takes little time. What is longer
	// is read by a decider, in the turn of its namespace.
	longText = 8 << 10
	// mostReadAtOnce is how much of such text of one namespace is read at the start, in
	// bytes: it takes a second.
	mostReadAtOnce = 1 << 20
	// longestMistake is how much is said of a text that cannot be read, in bytes.
	longestMistake = 2 << 10
)

// texts is the seed of the hashes of texts, which nobody outside can know.
var texts = maphash.MakeSeed()

// read returns the entry of a Job with what its text says. What was read before of the
// same text is not read again. The watch waits for it, so a long text is left to a
// decider. It is called without the lock.
func (s *store) read(job gate.Job) entry {
	if !job.Waits() {
		return entry{job: job}
	}
	s.mu.RLock()
	old, known := s.entries[s.keyOf(job.Identity())]
	s.mu.RUnlock()
	// Of a Deployment the service account may change, and with it what it may look at.
	known = known && old.job.UID == job.UID && old.job.Waits() && old.job.ServiceAccount == job.ServiceAccount
	same := known && !old.unread && sizeOf(old.job) == sizeOf(job) && old.job.Uses.Text == job.Uses.Text && old.job.Uses.Recorded == job.Uses.Recorded
	e := entry{job: job}
	switch {
	case same && old.excess == "" && old.invalid == nil && old.job.DependsOn == job.DependsOn && old.job.Results == job.Results:
		e.expr, e.questions, e.asksExit, e.asksResult, e.text = old.expr, old.questions, old.asksExit, old.asksResult, old.text
		e.others = old.others
		return e
	case same && (old.excess != "" || old.invalid != nil) && old.text == hash(job):
		// One that has no room is read again when there is some.
		e.excess, e.invalid, e.text, e.job.DependsOn = old.excess, old.invalid, old.text, ""
		return e
	case len(job.DependsOn) <= s.longText, !job.IsJob(), lang.IsListOfNames(job.DependsOn):
		return s.parse(job)
	}
	e.unread, e.text, e.job.DependsOn = true, hash(job), ""
	if known {
		e.expr, e.questions, e.asksExit, e.asksResult, e.others = old.expr, old.questions, old.asksExit, old.asksResult, old.others
	}
	return e
}

// parse returns the entry of a Job with what its text says, which takes as long as the
// text and the array.
func (s *store) parse(job gate.Job) entry {
	e := entry{job: job}
	if !job.Waits() {
		return e
	}
	e.text = hash(job)
	e.expr, e.invalid = job.Parse()
	e.questions = job.Questions(e.expr, &s.kinds)
	e.others = otherKinds(e.expr, job.Ref())
	e.asksExit = e.expr != nil && asksExitCodes(e.expr)
	e.asksResult = job.AsksResults(e.expr)
	e.expr = e.expr.Compact()
	if e.invalid != nil { // what is to be said of it, and not the text
		e.invalid = errors.New(gate.Clip(e.invalid.Error(), longestMistake))
		e.job.DependsOn = ""
	}
	return e
}

// targets returns what the checks of an expression ask about, in the order of the text
// and with repetitions, as the Job by means them.
func targets(expr *lang.Expr, by lang.Ref) iter.Seq[lang.Ref] {
	return func(yield func(lang.Ref) bool) {
		for _, check := range expr.Checks() {
			for i := range check.Targets {
				if !yield(check.Targets[i].Ref.Resolve(by)) {
					return
				}
			}
		}
	}
}

func hash(job gate.Job) uint64 { return maphash.String(texts, job.DependsOn) }

// sizeOf returns how many elements a Job has: whether its text can ever be right may
// depend on that.
func sizeOf(job gate.Job) int64 {
	if job.Object.Array == nil {
		return 0
	}
	return job.Object.Array.Size
}

// toRead reports whether the text of a Job is to be read by a decider: it is long, or
// there may be room for it by now.
func (s *store) toRead(ref lang.Ref) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e := s.entries[ref]
	if e.unread || e.excess == "" {
		return e.unread
	}
	return s.budget.fits(ref.Namespace, weight{}, s.budget.needs(ref), s.kept(ref.Namespace))
}
