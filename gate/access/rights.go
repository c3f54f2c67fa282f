package access

import (
	"sync"
	"time"

	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/gate/fairness"
	"depctl.dev/lang"
)

// How rights are asked for. An answer that opens is never older than maxAge;
// while Jobs wait for it, it is asked again long before. A denied one is asked
// again after a second, then after twice that, up to lastAsk, so that a grant
// opens soon.
const (
	maxAge   = time.Minute
	reAsk    = 30 * time.Second
	firstAsk = time.Second
	lastAsk  = 30 * time.Second
	// askGap is between two questions of one namespace that are only asked
	// again. It bounds what any number of Jobs without rights can cost.
	askGap = 50 * time.Millisecond
	// askers is how many questions are under way at once.
	askers = 8
)

// Rights is what is known of the rights of service accounts. A question is asked
// once however many Jobs wait for it. There are no calls out under its lock.
type Rights struct {
	reviews Reviews
	enqueue func(lang.Ref)
	clock   clock.PassiveClock
	// queue holds each question of answers that is to be asked, now or later.
	queue workqueue.TypedDelayingInterface[gate.Question]
	// line is the order of that queue.
	line *questions

	mu      sync.Mutex
	answers map[gate.Question]*answer
	jobs    map[lang.Ref][]gate.Question
	// slots has, by the namespace that asks, when the next question may be
	// asked again. They are apart, so that no tenant can hold up another.
	slots map[string]time.Time
}

// answer is what is known of one question.
type answer struct {
	value gate.Answer
	// at is when the question was sent.
	at time.Time
	// due is when it is to be asked again, and wait the time between.
	due  time.Time
	wait time.Duration
	// urgent reports that a Job waits for the answer, and failed that there
	// was none the last time: it is not urgent before it is due.
	urgent, failed bool
	// reserved reports that due is a slot of its own.
	reserved bool
	// hurried is since when a deletion waits for it; zero if none does.
	hurried time.Time
	// told has the Jobs that wait, and what each has seen.
	told map[lang.Ref]told
}

// told is what a Job has seen of an answer, and since when it waits.
type told struct {
	value gate.Answer
	since time.Time
}

// NewRights returns rights of which nothing is known. A Job is enqueued when it would see
// another answer than before.
func NewRights(reviews Reviews, enqueue func(lang.Ref), clock clock.PassiveClock) *Rights {
	line := newQuestions()
	return &Rights{
		reviews: reviews,
		enqueue: enqueue,
		clock:   clock,
		line:    line,
		queue:   fairness.Delaying("rights", line),
		answers: map[gate.Question]*answer{},
		jobs:    map[lang.Ref][]gate.Question{},
		slots:   map[string]time.Time{},
	}
}

// Look returns what is known of the questions of a Job, and has the others asked.
func (r *Rights) Look(ref lang.Ref, questions []gate.Question) gate.Access {
	if len(questions) == 0 {
		return gate.Answers(nil)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	r.follow(ref, questions, now)
	seen := make(gate.Answers, len(questions))
	for _, q := range questions {
		a := r.answers[q]
		seenBy := a.told[ref]
		value := a.show(seenBy.since, now)
		if value == gate.Unasked && !a.urgent && !(a.failed && now.Before(a.due)) {
			a.urgent, a.wait = true, 0
			r.queue.Add(q)
		}
		seenBy.value, seen[q] = value, value
		a.told[ref] = seenBy
	}
	return seen
}

// Answer returns what is known of a question of a Job, and asks nobody.
func (r *Rights) Answer(ref lang.Ref, q gate.Question) gate.Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, now := r.answers[q], r.clock.Now()
	if a == nil {
		return gate.Unasked
	}
	since := now
	if seenBy, waits := a.told[ref]; waits {
		since = seenBy.since
	}
	return a.show(since, now)
}

// LateAfter is how long a deletion waits for an answer that nobody gives. A tenant can
// make very many questions, and without a right he must not hold what is another's.
const LateAfter = 10 * time.Second

// Hurry has a question asked before all others, and reports whether that has been in vain
// for LateAfter.
func (r *Rights) Hurry(ref lang.Ref, questions []gate.Question, q gate.Question) (late bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	r.follow(ref, questions, now)
	a := r.answers[q]
	if a.hurried.IsZero() {
		a.hurried = now
	}
	if a.failed {
		return false // it is asked again when it is due; that is no tenant's doing
	}
	if !a.urgent {
		a.urgent, a.wait = true, 0
	}
	r.line.hurry(q)
	r.queue.Add(q)
	return now.Sub(a.hurried) > LateAfter
}

// show returns what a Job that waits since then may take for the answer now.
// What has become too old does not open. A denial stays one until it is known
// better, or the Job would hear of it again and again; but one from before its
// time is not for it.
func (a *answer) show(since, now time.Time) gate.Answer {
	switch {
	case a.value == gate.Allowed && now.Sub(a.at) >= maxAge:
		return gate.Unasked
	case a.value == gate.Denied && since.Sub(a.at) >= firstAsk:
		return gate.Unasked
	}
	return a.value
}

// follow makes these the questions of a Job.
func (r *Rights) follow(ref lang.Ref, questions []gate.Question, now time.Time) {
	old := r.jobs[ref]
	if len(old) > 0 && &old[0] == &questions[0] {
		return // the same list: its expression has not changed
	}
	r.drop(ref)
	r.jobs[ref] = questions
	for _, q := range questions {
		a := r.answers[q]
		if a == nil {
			a = &answer{told: map[lang.Ref]told{}}
			r.answers[q] = a
		}
		a.told[ref] = told{since: now}
	}
}

// Forget takes a Job from its questions.
func (r *Rights) Forget(ref lang.Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(ref)
}

// drop takes a Job from its questions. What nobody waits for goes when it is too
// old to be of use.
func (r *Rights) drop(ref lang.Ref) {
	for _, q := range r.jobs[ref] {
		delete(r.answers[q].told, ref)
	}
	delete(r.jobs, ref)
}
