package controller

import (
	"context"
	"fmt"
	"maps"

	schedulingv1 "k8s.io/api/scheduling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/stream"
	"depctl.dev/lang"
)

// priorityReflector returns what lists and watches the PriorityClasses.
func (c *Controller) priorityReflector(logger klog.Logger) *cache.Reflector {
	classes := c.client.SchedulingV1().PriorityClasses()
	return stream.Resuming(c.client, classes, metav1.ListOptions{}, &schedulingv1.PriorityClass{}, priorityStore{c}, cache.ReflectorOptions{
		Name: "priorityclasses", Logger: &logger,
	})
}

// countPriorities reads the PriorityClasses, unless the watch has told of them: the first tokens
// are given by them, too. A gate that may not read them gives tokens as if there were none.
func (c *Controller) countPriorities(ctx context.Context) error {
	if c.store.limits.knowsClasses() {
		return nil
	}
	list, err := c.client.SchedulingV1().PriorityClasses().List(ctx, metav1.ListOptions{})
	if apierrors.IsForbidden(err) {
		klog.FromContext(ctx).Error(err, "PriorityClasses count nothing: apply deploy/components/limits, which has the right to list them")
		return nil
	}
	if err != nil {
		return fmt.Errorf("listing PriorityClasses: %w", err)
	}
	classes := gate.PriorityClasses{}
	for i := range list.Items {
		classes.Set(&list.Items[i])
	}
	c.store.limits.foresee(classes)
	return nil
}

func (l *limits) knowsClasses() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.classified
}

// foresee takes in PriorityClasses that the watch has not told of. What it tells is newer.
func (l *limits) foresee(classes gate.PriorityClasses) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.classified {
		l.reorder(classes)
	}
}

// classify takes in all PriorityClasses there are, and returns who is given tokens.
func (l *limits) classify(classes gate.PriorityClasses) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.classified = true
	return l.reorder(classes)
}

// reclassify takes in a PriorityClass, nil if it is gone.
func (l *limits) reclassify(name string, class *schedulingv1.PriorityClass) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	classes := maps.Clone(l.classes)
	delete(classes, name)
	if class != nil {
		classes.Set(class)
	}
	return l.reorder(classes)
}

// reorder has those in line stand by other PriorityClasses, and returns who is given tokens.
func (l *limits) reorder(classes gate.PriorityClasses) []lang.Ref {
	if maps.Equal(l.classes, classes) {
		return nil
	}
	l.classes = classes
	for uid, claim := range l.waiting {
		by := claim.By(classes)
		if by.Priority == claim.Priority {
			continue
		}
		// One after the other: a heap may have one at most that is not in its place.
		l.waiting[uid] = by
		if l.pool.Waits(uid) {
			l.pool.Wait(uid, claim.Ref.Namespace, claim.Needs)
		}
	}
	return l.next()
}

// priorityStore is the reflector's store for PriorityClasses.
type priorityStore struct{ c *Controller }

var _ cache.ReflectorStore = priorityStore{}

func (s priorityStore) Add(object any) error { return s.Update(object) }

func (s priorityStore) Update(object any) error { return s.take(object, false) }

func (s priorityStore) Delete(object any) error { return s.take(object, true) }

func (s priorityStore) take(object any, gone bool) error {
	class, ok := object.(*schedulingv1.PriorityClass)
	if !ok {
		return fmt.Errorf("expected a PriorityClass, the watch sent %T", object)
	}
	name := class.Name
	if gone {
		class = nil
	}
	s.c.decideAll(s.c.store.limits.reclassify(name, class))
	return nil
}

// Replace takes in all PriorityClasses there are.
func (s priorityStore) Replace(objects []any, _ string) error {
	classes := gate.PriorityClasses{}
	for _, object := range objects {
		if class, ok := object.(*schedulingv1.PriorityClass); ok {
			classes.Set(class)
		}
	}
	s.c.decideAll(s.c.store.limits.classify(classes))
	return nil
}

// Resync does nothing: what changes is seen in the watch.
func (s priorityStore) Resync() error { return nil }
