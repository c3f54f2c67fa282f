package controller

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// successes are the pods that have succeeded of each Job that has not ended. The Job controller keeps a pod until it has counted it, so none is ever taken
// away again.
type successes map[gate.Owner]map[success]struct{}

// success is a pod that has succeeded: of an Indexed Job its index, because one counts
// of each, else its UID.
type success struct {
	index int64
	pod   types.UID
}

// add notes one, and reports whether it is news.
func (s successes) add(job gate.Owner, pod gate.Pod) bool {
	one := success{index: pod.Index}
	if pod.Index < 0 {
		one.pod = pod.UID
	}
	if s[job] == nil {
		s[job] = map[success]struct{}{}
	}
	_, known := s[job][one]
	s[job][one] = struct{}{}
	return !known
}

// succeeded takes in that a pod of a Job has, and returns the Job if that was the last
// that it needs.
func (s *store) succeeded(job gate.Job, pod gate.Pod) []lang.Ref {
	s.successes.add(job.Owner(), pod)
	if !s.spend(job) {
		return nil
	}
	return []lang.Ref{job.Ref()}
}

// spend notes whether all pods that a Job needs have succeeded, for those that wait
// for it, and reports that.
func (s *store) spend(job gate.Job) bool {
	spent := s.spent(job)
	s.graph.MarkEnding(job.Ref(), spent)
	return spent
}

func (s *store) spent(job gate.Job) bool { return gate.Spent(job, len(s.successes[job.Owner()])) }

// isEnding reports whether all pods that a Job needs have succeeded, and it does not say yet that it is complete.
func (s *store) isEnding(job gate.Job) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return job.IsJob() && job.Outcome() == lang.Undecided && s.spent(job)
}

// successStore is the reflector's store for pods that have succeeded.
type successStore struct{ *store }

var _ cache.TransformingStore = successStore{}

// Add is called by the reflector with a pod that has succeeded.
func (s successStore) Add(object any) error { return s.Update(object) }

// Update is called by the reflector with one that changed since.
func (s successStore) Update(object any) error {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return fmt.Errorf("expected a Pod, the watch sent %T", object)
	}
	if p, owner, ok := gate.ObservePod(pod); ok && p.Succeeded {
		s.change(func() []lang.Ref {
			e, known := s.owned(owner)
			if !known {
				return nil
			}
			if e.job.Outcome() != lang.Undecided { // only its result may be news
				return s.tells(e, pod)
			}
			if s.successes.add(owner, p) {
				s.sees(e, pod)
				e, _ = s.owned(owner)
			}
			return append(s.succeeded(e.job, p), s.tells(e, pod)...)
		})
	}
	return nil
}

// Delete is called by the reflector with a pod that is gone. It has succeeded all the
// same.
func (s successStore) Delete(any) error { return nil }

// Replace is called by the reflector with all pods that have succeeded, at the start
// and after a watch was lost.
func (s successStore) Replace(objects []any, _ string) error {
	for _, object := range objects {
		if err := s.Update(object); err != nil {
			return err
		}
	}
	return nil
}

// Resync does nothing: what changes is seen in the watch.
func (s successStore) Resync() error { return nil }

// Transformer returns the function that strips a pod of what gate.ObservePod does not
// read.
func (s successStore) Transformer() cache.TransformFunc { return bareResult }
