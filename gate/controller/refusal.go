package controller

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"depctl.dev/gate"
	"depctl.dev/gate/event"
	"depctl.dev/lang"
)

// refused reports whether the API server refused a patch because of what the
// Job now is: 409, or 422 where a test of the patch failed.
func refused(err error) bool {
	return apierrors.IsConflict(err) || apierrors.IsInvalid(err)
}

// lasting reports whether an error says that the API server will not have a write,
// rather than that it cannot take it now or that the object has changed: policies
// and webhooks refuse by 403 or 422, one that is away by 500, and RBAC by 403.
// Nothing of that is fixed unless people know.
func lasting(err error) bool {
	return apierrors.IsForbidden(err) || apierrors.IsInvalid(err) || apierrors.IsInternalError(err) || tooLarge(err)
}

// tooLarge reports whether an object would be larger than the API server, or etcd,
// takes. Another try does not help.
func tooLarge(err error) bool {
	return apierrors.IsRequestEntityTooLargeError(err) || err != nil && strings.Contains(err.Error(), "request is too large")
}

// kindOf returns what kind of refusal an error is. Texts differ from try to try, as
// by a time or a request's name in them.
func kindOf(err error) string {
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		return fmt.Sprint(status.Status().Code, " ", status.Status().Reason)
	}
	return ""
}

// refusals counts how often each Job's patch was refused in one way, so that what
// happens twice is told.
type refusals struct {
	mu   sync.Mutex
	last map[lang.Ref]streak
}

type streak struct {
	kind  string
	times int
}

func newRefusals() *refusals { return &refusals{last: map[lang.Ref]streak{}} }

// count records a refusal and returns how many of its kind there were in a row.
func (r *refusals) count(ref lang.Ref, err error) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := streak{kindOf(err), 1}
	if last := r.last[ref]; last.kind == s.kind {
		s.times += last.times
	}
	r.last[ref] = s
	return s.times
}

func (r *refusals) forget(ref lang.Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.last, ref)
}

// How long a pod whose patch was refused waits for the next try: a second, doubled
// with every refusal. Of many pods of a Job one is tried each second.
const (
	firstRefusal = time.Second
	lastRefusal  = 30 * time.Second
)

// jobRefused notes why a Job is not released, or failed, and returns what is kept of
// that.
func (s *store) jobRefused(job gate.Job, why string) string {
	why = gate.Clip(why, event.MaxNote/2)
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.entries[job.Ref()]; ok && e.job.UID == job.UID {
		e.job.Refused = why
		s.entries[job.Ref()] = e
	}
	return why
}

// podRefused notes that a patch of a pod was refused, as the nth of its Job, and
// returns what is known of that now.
func (s *store) podRefused(job gate.Owner, pod gate.Pod, n int, err error) gate.Refusal {
	r := gate.Refusal{Message: gate.Clip(err.Error(), event.MaxNote/2), Times: 1}
	if pod.Refused != nil {
		r.Times += pod.Refused.Times
	}
	wait := max(min(firstRefusal<<min(r.Times-1, 10), lastRefusal), time.Duration(n)*firstRefusal)
	r.Again = s.clock.Now().Add(wait)
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, known := slices.BinarySearchFunc(s.pods.of[job], pod, gate.ComparePods); known {
		s.pods.of[job][at].Refused = &r
	}
	return r
}

// podTaken notes that a patch of a pod was taken. If one was refused before, the
// others of its Job need not wait for their time.
func (s *store) podTaken(job gate.Owner, pod gate.Pod) (more bool) {
	if pod.Refused == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.pods.of[job] {
		s.pods.of[job][i].Refused = nil
	}
	return true
}
