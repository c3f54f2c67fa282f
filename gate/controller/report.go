package controller

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

// ReasonPatchRefused is the reason of the event that says that the API server
// refused the same patch twice.
const ReasonPatchRefused = gate.ReasonPatchRefused

// maxNote is the longest note of an event that the API server takes, in bytes.
const maxNote = 1024

// Recorder takes events; events.EventRecorder of client-go is one.
type Recorder interface {
	Eventf(regarding, related runtime.Object, eventtype, reason, action, note string, args ...any)
}

// reporter tells people of decisions by events on the Job, each once, until
// something else is to be said of the Job. What it forgets in a restart is told
// again, and the API server counts it up.
type reporter struct {
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

func newReporter(recorder Recorder) *reporter {
	return &reporter{recorder: recorder, seed: maphash.MakeSeed(), last: map[lang.Ref]said{}}
}

// report sends an event if there is something new to say. Waiting is the normal
// course of things and gets none.
func (r *reporter) report(job gate.Job, d gate.Decision) {
	ref := job.Ref()
	over := d.Action == gate.Releasing || d.Action == gate.Failing
	if over || d.Reason == "" || d.Reason == gate.ReasonWaiting || d.Reason == gate.ReasonHeld {
		r.forget(ref)
		if !over {
			return
		}
	}
	if r.recorder == nil || !over && !r.news(ref, said{job.UID, d.Reason, maphash.String(r.seed, d.Message)}) {
		return
	}
	kind := corev1.EventTypeWarning
	if d.Action == gate.Releasing || d.Reason == ReasonObserved {
		kind = corev1.EventTypeNormal
	}
	r.recorder.Eventf(regarding(job), nil, kind, d.Reason, actions[d.Action], "%s", gate.Clip(d.Message, maxNote))
}

// actions are the words for what the gate does, as events have them.
var actions = map[gate.Action]string{
	gate.Ignoring: "Ignoring", gate.Waiting: "Holding", gate.Releasing: "Releasing", gate.Failing: "Failing",
}

// news records what is said of a Job and reports whether it is new.
func (r *reporter) news(ref lang.Ref, s said) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last[ref] == s {
		return false
	}
	r.last[ref] = s
	return true
}

func (r *reporter) forget(ref lang.Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.last, ref)
}

// regarding returns as much of the Job as an event needs to point to it.
func regarding(job gate.Job) *batchv1.Job {
	return &batchv1.Job{
		TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: job.Namespace, Name: job.Name, UID: job.UID, ResourceVersion: job.ResourceVersion,
		},
	}
}
