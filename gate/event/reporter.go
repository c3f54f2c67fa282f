package event

import (
	"hash/maphash"
	"sync"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// ReasonObserved means that a gate which runs with --observe-only says what it would do.
const ReasonObserved = "Observed"

// MaxNote is the longest note of an event that the API server takes, in bytes.
const MaxNote = 1024

// Recorder takes events; events.EventRecorder of client-go is one.
type Recorder interface {
	Eventf(regarding, related runtime.Object, eventtype, reason, action, note string, args ...any)
}

// Reporter tells people of decisions by events on the Job, each once, until
// something else is to be said of the Job. What it forgets in a restart is told
// again, and the API server counts it up.
type Reporter struct {
	recorder Recorder
	seed     maphash.Seed

	mu   sync.Mutex
	last map[lang.Ref]said
}

// said is what was told of a Job; of the message, which may be long, only a hash.
type said struct {
	uid     types.UID
	reason  string
	message uint64
}

// NewReporter returns one that has told nothing; without a recorder it never does.
func NewReporter(recorder Recorder) *Reporter {
	return &Reporter{recorder: recorder, seed: maphash.MakeSeed(), last: map[lang.Ref]said{}}
}

// Report sends an event if there is something new to say. Waiting is the normal
// course of things and gets none; that tokens are short is told once, whatever is short of
// which.
func (r *Reporter) Report(job gate.Job, d gate.Decision) {
	ref := job.Ref()
	over := d.Action == gate.Releasing || d.Action == gate.Failing
	if over || d.Reason == "" || d.Reason == gate.ReasonWaiting || d.Reason == gate.ReasonTooManyStarting || d.Reason == gate.ReasonHeld {
		r.Forget(ref)
		if !over {
			return
		}
	}
	say := said{uid: job.UID, reason: d.Reason}
	if d.Reason != gate.ReasonLimitReached {
		say.message = maphash.String(r.seed, d.Message)
	}
	if r.recorder == nil || !over && !r.news(ref, say) {
		return
	}
	kind := corev1.EventTypeWarning
	if d.Action == gate.Releasing || d.Reason == ReasonObserved || d.Reason == gate.ReasonNotTaken || d.Reason == gate.ReasonLimitReached {
		kind = corev1.EventTypeNormal
	}
	r.recorder.Eventf(regarding(job), nil, kind, d.Reason, actions[d.Action], "%s", gate.Clip(d.Message, MaxNote))
}

// actions are the words for what the gate does, as events have them.
var actions = map[gate.Action]string{
	gate.Ignoring: "Ignoring", gate.Waiting: "Holding", gate.Releasing: "Releasing", gate.Failing: "Failing",
}

// news records what is said of a Job and reports whether it is new.
func (r *Reporter) news(ref lang.Ref, s said) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last[ref] == s {
		return false
	}
	r.last[ref] = s
	return true
}

// Forget has everything told again of a Job.
func (r *Reporter) Forget(ref lang.Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.last, ref)
}

// regarding returns as much of the Job as an event needs to point to it.
func regarding(job gate.Job) runtime.Object {
	meta := metav1.ObjectMeta{
		Namespace: job.Namespace, Name: job.Name, UID: job.UID, ResourceVersion: job.ResourceVersion,
	}
	if !job.IsJob() {
		return &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: job.APIVersion(), Kind: job.Noun()}, ObjectMeta: meta}
	}
	return &batchv1.Job{TypeMeta: metav1.TypeMeta{APIVersion: job.APIVersion(), Kind: job.Noun()}, ObjectMeta: meta}
}
