package lookup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	apiwatch "k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"depctl.dev/gate"
	"depctl.dev/gate/stream"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// longestProblem is how much of an error of the API server is told, in bytes.
const longestProblem = 300

// retrying is how long a kind waits that cannot be looked up.
func retrying() *wait.Backoff {
	return &wait.Backoff{Duration: time.Second, Factor: 2, Jitter: 0.2, Steps: 10, Cap: 15 * time.Second}
}

// part is one list and watch that a watch consists of.
type part struct {
	resource schema.GroupVersionResource
	// slices: they are the EndpointSlices of Services.
	slices bool
}

// parts returns what must be listed and watched for a kind.
func (k *looked) parts() []part {
	all := []part{{resource: k.resource}}
	if k.kind.HasEndpoints() {
		all = append(all, part{discoveryv1.SchemeGroupVersion.WithResource("endpointslices"), true})
	}
	return all
}

// watch looks up what one is for until ctx is done.
func (w *Watches) watch(ctx context.Context, k *looked, one *watch) {
	retry := retrying()
	for ctx.Err() == nil {
		if err := w.resolve(ctx, k); err != nil {
			w.problem(k, one, err)
			if !w.sleep(ctx, retry.Step()) {
				return
			}
			continue
		}
		retry = retrying()
		w.stream(ctx, k, one)
	}
}

func (w *Watches) sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-w.timers.After(d):
		return true
	}
}

// resolve finds out where the API server has the objects of a kind.
func (w *Watches) resolve(ctx context.Context, k *looked) error {
	w.mu.Lock()
	found := k.found
	w.mu.Unlock()
	if found {
		return nil
	}
	resource, err := w.clients.Resources.Find(ctx, k.kind)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	k.resource, k.found = resource, true
	return nil
}

// stream lists and watches until ctx is done, or the API server does not have the resource.
func (w *Watches) stream(ctx context.Context, k *looked, one *watch) {
	running, stop := context.WithCancel(ctx)
	defer stop()
	w.mu.Lock()
	parts := k.parts()
	one.unlisted, one.listedAt = len(parts), time.Time{}
	w.mu.Unlock()
	var all sync.WaitGroup
	defer all.Wait()
	for _, p := range parts {
		all.Go(func() {
			w.reflector(running, k, one, p, func(err error) {
				if w.problem(k, one, err); apierrors.IsNotFound(err) {
					w.mu.Lock()
					k.found = k.kind.IsBuiltIn()
					w.mu.Unlock()
					stop()
				}
			}).RunWithContext(running)
		})
	}
}

// reflector returns what lists and watches a part of what one is for.
func (w *Watches) reflector(ctx context.Context, k *looked, one *watch, p part, failed func(error)) *cache.Reflector {
	logger := klog.FromContext(ctx)
	only := metav1.ListOptions{}
	if one.only.Name != "" && p.slices {
		only.LabelSelector = discoveryv1.LabelServiceName + "=" + one.only.Name
	} else if one.only.Name != "" {
		only.FieldSelector = fields.OneTermEqualSelector(metav1.ObjectNameField, one.only.Name).String()
	}
	store := &partStore{watches: w, kind: k, watch: one, slices: p.slices}
	options := cache.ReflectorOptions{Name: p.resource.Resource, Logger: &logger, TypeDescription: p.resource.String(), Backoff: retrying()}
	if k.kind.OnlyMetadata && !p.slices {
		objects := w.clients.Metadata.Resource(p.resource).Namespace(one.only.Namespace)
		return stream.Resuming(w.clients.Metadata, noting[*metav1.PartialObjectMetadataList]{objects, failed}, only, &metav1.PartialObjectMetadata{}, store, options)
	}
	objects := w.clients.Dynamic.Resource(p.resource).Namespace(one.only.Namespace)
	return stream.Resuming(w.clients.Dynamic, noting[*unstructured.UnstructuredList]{objects, failed}, only, &unstructured.Unstructured{}, store, options)
}

// noting lists and watches, and tells of errors.
type noting[L runtime.Object] struct {
	objects stream.Served[L]
	failed  func(error)
}

func (n noting[L]) List(ctx context.Context, o metav1.ListOptions) (L, error) {
	list, err := n.objects.List(ctx, o)
	if err != nil {
		n.failed(err)
	}
	return list, err
}

func (n noting[L]) Watch(ctx context.Context, o metav1.ListOptions) (apiwatch.Interface, error) {
	watch, err := n.objects.Watch(ctx, o)
	if err != nil {
		n.failed(err)
	}
	return watch, err
}

// problem notes why objects cannot be looked up, and tells those who wait for them. What passes
// by itself is no problem: what is known stays true until then.
func (w *Watches) problem(k *looked, one *watch, err error) {
	w.mu.Lock()
	at := k.resource.GroupResource()
	w.mu.Unlock()
	message := describe(k.kind, at, err)
	if message == "" {
		return
	}
	w.owner.Apply(func(b Board) {
		for _, job := range w.setProblem(k, one, message) {
			b.Retell(job)
		}
	})
}

func (w *Watches) setProblem(k *looked, one *watch, message string) []lang.Ref {
	w.mu.Lock()
	defer w.mu.Unlock()
	if one.problem == message {
		return nil
	}
	one.problem = message
	return k.waiting(one)
}

// describe says what keeps a kind from being looked up, with what to do; empty if it passes by
// itself.
func describe(k kind.Kind, at schema.GroupResource, err error) string {
	var status apierrors.APIStatus
	switch {
	case !errors.As(err, &status):
		var unanswered interface{ Timeout() bool }
		if errors.As(err, &unanswered) || errors.Is(err, context.Canceled) {
			return ""
		}
		return clip(err.Error())
	case apierrors.IsForbidden(err):
		return gate.Unwatchable(at)
	case apierrors.IsNotFound(err):
		return fmt.Sprintf("this cluster has no kind %s (%s)", k.Name, at)
	case apierrors.IsTooManyRequests(err), apierrors.IsServiceUnavailable(err), apierrors.IsServerTimeout(err), apierrors.IsTimeout(err),
		apierrors.IsResourceExpired(err), apierrors.IsGone(err), apierrors.IsUnauthorized(err):
		return ""
	}
	return fmt.Sprintf("the API server cannot list %s: %s", at, clip(err.Error()))
}

func clip(s string) string {
	if len(s) > longestProblem {
		s = strings.ToValidUTF8(s[:longestProblem], "") + "..."
	}
	return s
}

// waiting returns the Jobs that wait for what a watch is for. The caller has the lock of Watches.
func (k *looked) waiting(one *watch) []lang.Ref {
	var list []lang.Ref
	for ref, jobs := range k.wanted {
		if one.only.Name == "" || one.only == ref {
			list = slices.AppendSeq(list, maps.Keys(jobs))
		}
	}
	return list
}
