package controller

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/gate/lookup"
	"depctl.dev/gate/schedule"
	"depctl.dev/gate/stream"
	"depctl.dev/lang"
)

// kinds are the kinds of objects that are no Jobs.
type kinds struct {
	// schedules: CronJobs are watched, and unlisted that not all of them are known yet.
	schedules, unlisted bool
	// others looks up all other kinds; nil if nobody does.
	others *lookup.Watches
}

// cronJobResource is where the API server has CronJobs.
func cronJobResource() schema.GroupVersionResource {
	return batchv1.SchemeGroupVersion.WithResource("cronjobs")
}

// Resource returns where the API server has the objects of a kind, and whether that is known.
func (k *kinds) Resource(name string) (schema.GroupVersionResource, bool) {
	switch {
	case name == lang.KindCronJob:
		return cronJobResource(), k.schedules
	case k.others == nil:
		return schema.GroupVersionResource{}, false
	}
	return k.others.Resource(name)
}

// Problem returns why what ref names cannot be looked up now; nil if it can. It is called with the
// store's lock.
func (k *kinds) Problem(ref lang.Ref) *lang.Problem {
	switch {
	case ref.Kind == lang.KindCronJob && k.schedules && k.unlisted:
		return &lang.Problem{Code: lang.ProblemUnasked, Message: "asking the API server for CronJobs"}
	case ref.Kind == lang.KindCronJob && k.schedules:
		return nil
	case ref.Kind == lang.KindCronJob, k.others == nil:
		return gate.UnknownKind(ref.Kind)
	}
	return k.others.Problem(ref)
}

// otherKinds returns the objects and sets that an expression of a Job names and that are looked up
// by name.
func otherKinds(expr *lang.Expr, by lang.Ref) (refs []lang.Ref) {
	if expr == nil {
		return nil
	}
	for ref := range targets(expr, by) {
		if ref.Kind != lang.KindJob && ref.Kind != lang.KindCronJob && ref.Kind != "" {
			refs = append(refs, ref)
		}
	}
	return refs
}

// want has those objects looked up that a Job waits for now.
func (s *store) want(ref lang.Ref, old, e entry) {
	if s.kinds.others == nil || len(old.others)+len(e.others) == 0 {
		return
	}
	if e.job.Waits() {
		s.kinds.others.Want(ref, e.others)
	}
	still := map[lang.Ref]bool{}
	for _, other := range e.others {
		still[other] = e.job.Waits()
	}
	var gone []lang.Ref
	for _, other := range old.others {
		if !still[other] {
			gone = append(gone, other)
		}
	}
	s.kinds.others.Forget(ref, gone)
}

// Apply takes in what was seen of objects of other kinds, as one step.
func (s *store) Apply(do func(lookup.Board)) {
	s.change(func() []lang.Ref {
		b := &board{store: s}
		do(b)
		return b.affected
	})
}

// board is where facts of objects of other kinds are put. It is used with the store's lock.
type board struct {
	*store
	affected []lang.Ref
}

// Set takes in an object. What is held has a watch of its own.
func (b *board) Set(ref lang.Ref, o *lang.Object, labels map[string]string) {
	if _, held := b.entries[ref]; held {
		return
	}
	old := b.graph.Object(ref)
	delete(b.went, ref)
	b.ready(o, old)
	if o.Outcome != lang.Undecided && o.Finished.IsZero() { // it does not say when
		if o.Finished = b.clock.Now(); old != nil && old.UID == o.UID && old.Outcome == o.Outcome {
			o.Finished = old.Finished
		}
	}
	b.affected = append(b.affected, b.withRuns(ref, b.graph.Set(ref, depgraph.Node{Object: o, Labels: b.labels.share(labels)}))...)
}

// Remove takes an object out.
func (b *board) Remove(ref lang.Ref, gone bool) {
	if _, held := b.entries[ref]; held {
		return
	}
	b.affected = append(b.affected, b.withRuns(ref, b.graph.Remove(ref))...)
	if gone {
		b.gone(ref)
	}
}

// Retell has a Job looked at again. By now it may be known where the API server has a kind, and so
// which rights the Job needs.
func (b *board) Retell(ref lang.Ref) {
	e, known := b.entries[ref]
	if !known || !e.job.Waits() {
		return
	}
	if questions := e.job.Questions(e.expr, &b.kinds); len(questions) != len(e.questions) {
		e.questions = questions
		b.affected = append(b.affected, b.put(ref, e)...)
	}
	b.affected = append(b.affected, ref)
}

// cronJobReflector returns what lists and watches CronJobs.
func (c *Controller) cronJobReflector(logger klog.Logger) *cache.Reflector {
	objects := c.dynamic.Resource(cronJobResource())
	return stream.Resuming(c.dynamic, objects, metav1.ListOptions{}, &unstructured.Unstructured{}, newCronJobStore(c.store), cache.ReflectorOptions{
		Name: "cronjobs", Logger: &logger, TypeDescription: "batch/v1, Resource=cronjobs",
	})
}

// cronJobStore is the reflector's store for CronJobs.
type cronJobStore struct {
	*store
	// there are the CronJobs that exist. The reflector is the only one that asks.
	there map[lang.Ref]bool
}

var _ cache.TransformingStore = cronJobStore{}

func newCronJobStore(s *store) cronJobStore { return cronJobStore{s, map[lang.Ref]bool{}} }

// fact is what is kept of a CronJob.
type fact struct {
	ref     lang.Ref
	cronJob schedule.CronJob
}

// GetObjectMeta gives the name, for which the reflector asks while it collects.
func (f *fact) GetObjectMeta() metav1.Object {
	return &metav1.ObjectMeta{Namespace: f.ref.Namespace, Name: f.ref.Name}
}

// Transformer returns the function that reads an object. The reflector applies it while
// it collects a list.
func (s cronJobStore) Transformer() cache.TransformFunc {
	return func(object any) (any, error) { return s.fact(object) }
}

func (s cronJobStore) fact(object any) (*fact, error) {
	if known, ok := object.(*fact); ok {
		return known, nil
	}
	o, ok := object.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("expected a CronJob, the watch sent %T", object)
	}
	facts, err := gate.ObserveCronJob(o)
	return &fact{gate.CronJobRef(o.GetNamespace(), o.GetName()), facts}, err
}

// Add is called by the reflector with an object that is new.
func (s cronJobStore) Add(object any) error { return s.Update(object) }

// Update is called by the reflector with an object that changed.
func (s cronJobStore) Update(object any) error {
	f, err := s.fact(object)
	if err != nil {
		return err
	}
	s.change(func() []lang.Ref { return s.take(f) })
	return nil
}

// take takes in the state of an object and returns whose decision it may change.
func (s cronJobStore) take(f *fact) []lang.Ref {
	s.there[f.ref] = true
	return s.takeCronJob(f.cronJob)
}

func (s cronJobStore) drop(ref lang.Ref) []lang.Ref {
	delete(s.there, ref)
	return s.dropCronJob(ref)
}

// Delete is called by the reflector with the last state of an object that is gone.
func (s cronJobStore) Delete(object any) error {
	f, err := s.fact(object)
	if err != nil {
		return err
	}
	s.change(func() []lang.Ref { return s.drop(f.ref) })
	return nil
}

// Replace is called by the reflector with all objects there are, at the start and after
// a watch was lost. It takes effect at once and as a whole.
func (s cronJobStore) Replace(objects []any, _ string) error {
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
		if s.kinds.unlisted {
			s.kinds.unlisted = false
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
