package controller

import (
	"strings"
	"sync"
	"unicode/utf8"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// ReasonReleaseRefused is the reason of the event that says that the API server
// refused the same release patch twice.
const ReasonReleaseRefused = "ReleaseRefused"

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

	mu   sync.Mutex
	last map[lang.Ref]said
}

type said struct {
	uid             types.UID
	reason, message string
}

func newReporter(recorder Recorder) *reporter {
	return &reporter{recorder: recorder, last: map[lang.Ref]said{}}
}

// report sends an event if there is something new to say. Waiting is the normal
// course of things and gets none.
func (r *reporter) report(job gate.Job, d gate.Decision) {
	ref := job.Ref()
	kind, action, tell := corev1.EventTypeWarning, "Holding", true
	switch d.Reason {
	case gate.ReasonMet:
		kind, action = corev1.EventTypeNormal, "Releasing"
	case gate.ReasonForeignOwner, gate.ReasonStartedUnheld:
		action = "Ignoring"
	case gate.ReasonInvalidExpression, gate.ReasonDependencyFailed, gate.ReasonProblem:
	case ReasonObserved:
		kind, action = corev1.EventTypeNormal, "Observing"
	case ReasonReleaseRefused:
		action = "Releasing"
	default:
		tell = false
	}
	if !tell || d.Reason == gate.ReasonMet {
		r.forget(ref)
	}
	if !tell || r.recorder == nil || !r.news(ref, said{job.UID, d.Reason, d.Message}) {
		return
	}
	r.recorder.Eventf(regarding(job), nil, kind, d.Reason, action, "%s", clip(d.Message, maxNote))
}

// news records what is said of a Job and reports whether it is new.
func (r *reporter) news(ref lang.Ref, s said) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last[ref] == s {
		return false
	}
	if s.reason != gate.ReasonMet {
		r.last[ref] = s
	}
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

// clip cuts text to at most n bytes, at the end of a character, and shows that
// it did.
func clip(text string, n int) string {
	const more = "…"
	if len(text) <= n {
		return text
	}
	cut := n - len(more)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strings.TrimRight(text[:cut], "\n ") + more
}
