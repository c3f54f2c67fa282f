package controller

import (
	"fmt"
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// watchKinds has these kinds looked up besides Jobs, which have a watch of their own.
func (s *store) watchKinds(kinds gate.Kinds) {
	s.kinds, s.unlisted = slices.DeleteFunc(slices.Clone(kinds), func(k gate.Kind) bool { return k.Name == lang.KindJob }), map[string]bool{}
	for _, kind := range s.kinds {
		s.unlisted[kind.Name] = true
	}
}

// kindReflector returns what lists and watches the objects of a kind other than Jobs.
func (c *Controller) kindReflector(logger klog.Logger, kind gate.Kind) *cache.Reflector {
	objects := c.dynamic.Resource(kind.Resource)
	return resuming(c.dynamic, objects, metav1.ListOptions{}, &unstructured.Unstructured{}, newKindStore(c.store, kind), cache.ReflectorOptions{
		Name: kind.Resource.Resource, Logger: &logger, TypeDescription: kind.Resource.String(),
	})
}

// kindStore is the reflector's store for objects of one kind.
type kindStore struct {
	*store
	kind gate.Kind
	// there are the objects that exist. The reflector is the only one that asks.
	there map[lang.Ref]bool
}

var _ cache.TransformingStore = kindStore{}

func newKindStore(s *store, kind gate.Kind) kindStore {
	return kindStore{s, kind, map[lang.Ref]bool{}}
}

// fact is what is kept of an object: what expressions may learn of it, and its labels.
type fact struct {
	ref    lang.Ref
	object *lang.Object
	labels map[string]string
	// cronJob is what matters of a CronJob.
	cronJob schedule.CronJob
}

// GetObjectMeta gives the name, for which the reflector asks while it collects.
func (f *fact) GetObjectMeta() metav1.Object {
	return &metav1.ObjectMeta{Namespace: f.ref.Namespace, Name: f.ref.Name}
}

// Transformer returns the function that reads an object. The reflector applies it while
// it collects a list.
func (s kindStore) Transformer() cache.TransformFunc {
	return func(object any) (any, error) { return s.fact(object) }
}

func (s kindStore) fact(object any) (*fact, error) {
	if known, ok := object.(*fact); ok {
		return known, nil
	}
	o, ok := object.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("expected a %s, the watch sent %T", s.kind.Name, object)
	}
	ref := lang.Ref{Kind: s.kind.Name, Namespace: o.GetNamespace(), Name: o.GetName()}
	if s.kind.Name == lang.KindCronJob { // its runs are what is asked about
		facts, err := gate.ObserveCronJob(o)
		return &fact{ref: ref, cronJob: facts}, err
	}
	read, err := s.kind.Object(o)
	if err != nil {
		return nil, err
	}
	return &fact{ref: ref, object: read, labels: s.labels.share(o.GetLabels())}, nil
}

// Add is called by the reflector with an object that is new.
func (s kindStore) Add(object any) error { return s.Update(object) }

// Update is called by the reflector with an object that changed.
func (s kindStore) Update(object any) error {
	f, err := s.fact(object)
	if err != nil {
		return err
	}
	s.change(func() []lang.Ref { return s.take(f) })
	return nil
}

// take takes in the state of an object and returns whose decision it may change.
func (s kindStore) take(f *fact) []lang.Ref {
	s.there[f.ref] = true
	if f.ref.Kind == lang.KindCronJob {
		return s.takeCronJob(f.cronJob)
	}
	delete(s.went, f.ref)
	s.ready(f.object, s.graph.Object(f.ref))
	return s.withRuns(f.ref, s.graph.Set(f.ref, depgraph.Node{Object: f.object, Labels: f.labels}))
}

func (s kindStore) drop(ref lang.Ref) []lang.Ref {
	delete(s.there, ref)
	if ref.Kind == lang.KindCronJob {
		return s.dropCronJob(ref)
	}
	affected := s.withRuns(ref, s.graph.Remove(ref))
	s.gone(ref)
	return affected
}

// Delete is called by the reflector with the last state of an object that is gone.
func (s kindStore) Delete(object any) error {
	f, err := s.fact(object)
	if err != nil {
		return err
	}
	s.change(func() []lang.Ref { return s.drop(f.ref) })
	return nil
}

// Replace is called by the reflector with all objects there are, at the start and after
// a watch was lost. It takes effect at once and as a whole.
func (s kindStore) Replace(objects []any, _ string) error {
	facts, exist := make([]*fact, len(objects)), map[lang.Ref]bool{}
	for i, object := range objects {
		f, err := s.fact(object)
		if err != nil {
			return err
		}
		facts[i], exist[f.ref] = f, true
	}
	s.change(func() (affected []lang.Ref) {
		for ref := range s.there {
			if !exist[ref] {
				affected = append(affected, s.drop(ref)...)
			}
		}
		for _, f := range facts {
			affected = append(affected, s.take(f)...)
		}
		if s.unlisted[s.kind.Name] {
			s.unlisted = maps.Clone(s.unlisted)
			delete(s.unlisted, s.kind.Name)
			for ref, e := range s.entries { // what does not exist is known now, too
				if e.job.Waits() {
					affected = append(affected, ref)
				}
			}
		}
		return affected
	})
	return nil
}
