package controller

import (
	"reflect"
	"unique"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/client-go/tools/cache"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// newsworthy reports whether the state of a Job is to be looked at by a decider: that
// of one that waits, the first after that, and what was said on it and is true no
// more, also by a write that came late.
func newsworthy(old, job gate.Job, known bool) bool {
	switch {
	case known && equal(old, job):
		return false
	case job.Waits(), job.Owed(), job.Edited:
		return true
	default:
		return known && old.Waits()
	}
}

// open returns the Jobs about which there may be something to do.
func (s *store) open() []lang.Ref {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []lang.Ref
	for ref, e := range s.entries {
		if e.job.AtRisk || e.job.Guarded || newsworthy(gate.Job{}, e.job, false) || s.spent(e.job) {
			all = append(all, ref)
		}
	}
	return append(all, s.crons.Refs()...)
}

// equal reports whether two states of a Job are the same to a decision about
// it.
func equal(a, b gate.Job) bool {
	a.ResourceVersion, b.ResourceVersion = "", ""
	a.Labels, b.Labels = nil, nil
	a.Room, b.Room = 0, 0
	return reflect.DeepEqual(a, b)
}

// older reports whether resourceVersion a is of an earlier state than b. What
// cannot be compared is not older: the API server has the last word anyway.
func older(a, b string) bool {
	order, err := resourceversion.CompareResourceVersion(a, b)
	return err == nil && order < 0
}

// listed is a Job as the reflector collects it: what is read of it, and nothing else. A
// list of very many Jobs is never in memory as it came.
type listed struct{ gate.Job }

// GetObjectMeta gives the name, for which the reflector asks while it collects.
func (o *listed) GetObjectMeta() metav1.Object {
	return &metav1.ObjectMeta{Namespace: o.Namespace, Name: o.Name}
}

// Transformer returns the function that reads a Job. The reflector applies it while
// it collects a list.
func (s *store) Transformer() cache.TransformFunc {
	return func(object any) (any, error) { return s.collect(object) }
}

func (s *store) collect(object any) (*listed, error) {
	if known, ok := object.(*listed); ok {
		return known, nil
	}
	job, err := s.observe(object)
	if err == nil {
		s.traces.learn(job, object)
	}
	return &listed{job}, err
}

// observe reads a Job. One that is not ours to release counts as not annotated:
// others may still wait for it.
func (s *store) observe(object any) (gate.Job, error) {
	held, err := observeHeld(object)
	if err != nil {
		return gate.Job{}, err
	}
	observed := brief(held)
	observed.Namespace, observed.ServiceAccount = unique.Make(observed.Namespace).Value(), unique.Make(observed.ServiceAccount).Value()
	observed.Labels = s.labels.share(observed.Labels)
	if !s.scope.Has(observed.Namespace) {
		observed.Annotated, observed.DependsOn, observed.Gated, observed.Uses.Said = false, "", false, false
		observed.Condition, observed.Release = nil, nil // another gate's
	}
	return observed, nil
}
