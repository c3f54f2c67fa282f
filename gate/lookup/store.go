package lookup

import (
	"fmt"

	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/cache"

	"depctl.dev/gate/status"
	"depctl.dev/lang"
)

// partStore is the reflector's store for a part of a watch.
type partStore struct {
	watches *Watches
	kind    *looked
	watch   *watch
	slices  bool
	// listed: Replace has been called.
	listed bool
}

var _ cache.TransformingStore = &partStore{}

// fact is what is kept of an object: what expressions may learn of it. Of an EndpointSlice it is
// the Service, and whether an endpoint is ready.
type fact struct {
	ref    lang.Ref
	object *lang.Object
	labels map[string]string

	service lang.Ref
	ready   bool
}

// GetObjectMeta gives the name, for which the reflector asks while it collects.
func (f *fact) GetObjectMeta() metav1.Object {
	return &metav1.ObjectMeta{Namespace: f.ref.Namespace, Name: f.ref.Name}
}

// Transformer returns the function that reads an object. The reflector applies it while it
// collects a list.
func (s *partStore) Transformer() cache.TransformFunc {
	return func(object any) (any, error) { return s.fact(object) }
}

func (s *partStore) fact(object any) (*fact, error) {
	if known, ok := object.(*fact); ok {
		return known, nil
	}
	o, ok := object.(metav1.Object)
	if !ok {
		return nil, fmt.Errorf("expected a %s, the watch sent %T", s.kind.kind.Name, object)
	}
	if slice, whole := o.(*unstructured.Unstructured); s.slices && whole {
		service := lang.Ref{Kind: s.kind.kind.Name, Namespace: o.GetNamespace(), Name: o.GetLabels()[discoveryv1.LabelServiceName]}
		return &fact{ref: s.ref(o), service: service, ready: status.HasEndpoint(slice)}, nil
	}
	return &fact{ref: s.ref(o), labels: o.GetLabels(), object: Observe(s.kind.kind, o)}, nil
}

func (s *partStore) ref(o metav1.Object) lang.Ref {
	return lang.Ref{Kind: s.kind.kind.Name, Namespace: o.GetNamespace(), Name: o.GetName()}
}

// Add is called by the reflector with an object that is new.
func (s *partStore) Add(object any) error { return s.Update(object) }

// Update is called by the reflector with an object that changed.
func (s *partStore) Update(object any) error {
	f, err := s.fact(object)
	if err != nil {
		return err
	}
	s.watches.owner.Apply(func(b Board) { s.take(b, f) })
	return nil
}

// Delete is called by the reflector with the last state of an object that is gone.
func (s *partStore) Delete(object any) error {
	f, err := s.fact(object)
	if err != nil {
		return err
	}
	s.watches.owner.Apply(func(b Board) { s.drop(b, f.ref) })
	return nil
}

// Replace is called by the reflector with all objects there are, at the start and after a watch
// was lost. It takes effect at once and as a whole.
func (s *partStore) Replace(objects []any, _ string) error {
	facts, exist := make([]*fact, len(objects)), make(map[lang.Ref]bool, len(objects))
	for i, object := range objects {
		f, err := s.fact(object)
		if err != nil {
			return err
		}
		facts[i], exist[f.ref] = f, true
	}
	s.watches.owner.Apply(func(b Board) {
		for ref := range s.known() {
			if !exist[ref] {
				s.drop(b, ref)
			}
		}
		for _, f := range facts {
			s.take(b, f)
		}
		for _, job := range s.told() {
			b.Retell(job)
		}
	})
	return nil
}

// known yields what was there, as far as this part looks at it.
func (s *partStore) known() map[lang.Ref]bool {
	all := map[lang.Ref]bool{}
	if s.slices {
		for ref, service := range s.kind.slices {
			if s.watch.only.Name == "" || s.watch.only == service {
				all[ref] = true
			}
		}
		return all
	}
	for ref := range s.kind.there {
		if s.watch.only.Name == "" || s.watch.only == ref {
			all[ref] = true
		}
	}
	return all
}

// told notes that the list is known, and returns whom that concerns.
func (s *partStore) told() []lang.Ref {
	s.watches.mu.Lock()
	defer s.watches.mu.Unlock()
	again := s.listed
	if !s.listed {
		s.listed = true
		s.watch.unlisted--
	}
	if s.watch.unlisted > 0 {
		return nil
	}
	s.watch.listedAt = s.watches.now.Now()
	if again && s.watch.problem == "" {
		return nil
	}
	s.watch.problem = ""
	return s.kind.waiting(s.watch)
}

// Resync does nothing: what changes is seen in the watch.
func (s *partStore) Resync() error { return nil }

// take takes in the state of an object.
func (s *partStore) take(b Board, f *fact) {
	if !s.slices {
		s.kind.there[f.ref] = &seen{f.object, f.labels}
		s.kind.put(b, f.ref)
		return
	}
	if before, there := s.kind.slices[f.ref]; there && before != f.service {
		s.endpoint(b, before, f.ref, false)
	}
	s.kind.slices[f.ref] = f.service
	s.endpoint(b, f.service, f.ref, f.ready)
}

func (s *partStore) drop(b Board, ref lang.Ref) {
	if s.slices {
		s.endpoint(b, s.kind.slices[ref], ref, false)
		delete(s.kind.slices, ref)
		return
	}
	delete(s.kind.there, ref)
	b.Remove(ref, true)
}

// endpoint notes whether a slice has an endpoint of a Service that is ready.
func (s *partStore) endpoint(b Board, service, slice lang.Ref, ready bool) {
	ends := s.kind.endpoints[service]
	was := len(ends) > 0
	if ready && ends == nil {
		ends = map[string]bool{}
		s.kind.endpoints[service] = ends
	}
	if ready {
		ends[slice.Name] = true
	} else if delete(ends, slice.Name); len(ends) == 0 {
		delete(s.kind.endpoints, service)
	}
	if was != (len(ends) > 0) && s.kind.there[service] != nil {
		s.kind.put(b, service)
	}
}

// put puts an object on the board, with what is known of its endpoints.
func (k *looked) put(b Board, ref lang.Ref) {
	known := k.there[ref]
	object := *known.object
	if len(k.endpoints[ref]) > 0 {
		object.Ready, object.Started = true, true
	}
	b.Set(ref, &object, known.labels)
}
