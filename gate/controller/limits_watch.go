package controller

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/gate/stream"
	"depctl.dev/lang"
)

// limitReflector returns what lists and watches the ConfigMaps of limits, and no others.
func (c *Controller) limitReflector(logger klog.Logger) *cache.Reflector {
	maps := c.client.CoreV1().ConfigMaps(metav1.NamespaceAll)
	only := metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector(metav1.ObjectNameField, gate.LimitsName).String()}
	return stream.Resuming(c.client, maps, only, &corev1.ConfigMap{}, limitStore{c}, cache.ReflectorOptions{Name: "limits", Logger: &logger})
}

// limitStore is the reflector's store for limits.
type limitStore struct{ c *Controller }

var _ cache.ReflectorStore = limitStore{}

func (s limitStore) Add(object any) error { return s.Update(object) }

func (s limitStore) Update(object any) error { return s.take(object, false) }

func (s limitStore) Delete(object any) error { return s.take(object, true) }

func (s limitStore) take(object any, gone bool) error {
	m, ok := object.(*corev1.ConfigMap)
	if !ok {
		return fmt.Errorf("expected a ConfigMap, the watch sent %T", object)
	}
	data := m.Data
	if gone {
		data = nil
	}
	s.c.decideAll(s.c.store.limits.set(m.Namespace, data))
	return nil
}

// Replace takes in all limits there are.
func (s limitStore) Replace(objects []any, _ string) error {
	exist := map[string]bool{}
	for _, object := range objects {
		if m, ok := object.(*corev1.ConfigMap); ok {
			exist[m.Namespace] = true
		}
	}
	for _, namespace := range s.c.store.limits.namespaces() {
		if !exist[namespace] {
			s.c.decideAll(s.c.store.limits.set(namespace, nil))
		}
	}
	for _, object := range objects {
		if err := s.Update(object); err != nil {
			return err
		}
	}
	if s.c.store.limits.know() {
		s.c.decideAll(s.c.store.usingLimits())
	}
	return nil
}

// Resync does nothing: what changes is seen in the watch.
func (s limitStore) Resync() error { return nil }

// namespaces returns those that have limits.
func (l *limits) namespaces() (list []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for namespace := range l.said {
		list = append(list, namespace)
	}
	return list
}

// know notes that all limits are known, and reports whether that is new.
func (l *limits) know() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	fresh := !l.listed
	l.listed = true
	return fresh
}

// set takes in the ConfigMap of a namespace, nil where it is gone, and returns the Jobs that
// see other limits.
func (l *limits) set(namespace string, data map[string]string) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	changed := map[limit.Name]bool{}
	for key, old := range l.said[namespace] {
		if text, stays := data[key]; !stays || text != old {
			changed[limit.Name{Namespace: namespace, Key: key}] = true
		}
	}
	for key := range data {
		if _, was := l.said[namespace][key]; !was {
			changed[limit.Name{Namespace: namespace, Key: key}] = true
		}
	}
	if l.said[namespace] = data; data == nil {
		delete(l.said, namespace)
	}
	for name := range changed {
		if n, err := limit.ParseTokens(data[name.Key]); err == nil { // what is not there is no number
			l.pool.SetLimit(name, n)
			continue
		}
		l.pool.RemoveLimit(name)
	}
	refs := l.next()
	for _, claim := range l.waiting {
		if slices.ContainsFunc(claim.Needs, func(n limit.Need) bool { return changed[n.Limit] }) {
			refs = append(refs, claim.Ref) // what is said of it changes
		}
	}
	return refs
}
