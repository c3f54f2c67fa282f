package lookup

import (
	"cmp"
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
		if !w.resolve(ctx, k, one) {
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

// resolve finds out where the API server has the objects of a kind, and reports whether it could.
func (w *Watches) resolve(ctx context.Context, k *looked, one *watch) bool {
	w.mu.Lock()
	at, found := k.resource, k.found
	w.mu.Unlock()
	if found {
		return true
	}
	resource, err := w.clients.Resources.Find(ctx, k.kind)
	w.came(ctx, k, one, at.GroupResource(), err)
	if err != nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	k.resource, k.found = resource, true
	return true
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
			w.reflector(running, k, one, p, func(ctx context.Context, err error) {
				if w.came(ctx, k, one, p.resource.GroupResource(), err); apierrors.IsNotFound(err) {
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
func (w *Watches) reflector(ctx context.Context, k *looked, one *watch, p part, came func(context.Context, error)) *cache.Reflector {
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
		return stream.Resuming(w.clients.Metadata, noting[*metav1.PartialObjectMetadataList]{objects, came}, only, &metav1.PartialObjectMetadata{}, store, options)
	}
	objects := w.clients.Dynamic.Resource(p.resource).Namespace(one.only.Namespace)
	return stream.Resuming(w.clients.Dynamic, noting[*unstructured.UnstructuredList]{objects, came}, only, &unstructured.Unstructured{}, store, options)
}

// noting lists and watches, and tells what came of it.
type noting[L runtime.Object] struct {
	objects stream.Served[L]
	came    func(context.Context, error)
}

func (n noting[L]) List(ctx context.Context, o metav1.ListOptions) (L, error) {
	list, err := n.objects.List(ctx, o)
	n.came(ctx, err)
	return list, err
}

func (n noting[L]) Watch(ctx context.Context, o metav1.ListOptions) (apiwatch.Interface, error) {
	watch, err := n.objects.Watch(ctx, o)
	n.came(ctx, err)
	return watch, err
}

// came takes in what came of a request. An error that says why objects cannot be looked up is
// told to those who wait for them. What passes by itself is no problem: what is known stays
// true until then.
func (w *Watches) came(ctx context.Context, k *looked, one *watch, at schema.GroupResource, err error) {
	message := ""
	if err != nil {
		message = w.describe(ctx, k.kind, at, err)
	}
	if message != "" {
		err = nil // this is an answer
		w.owner.Apply(func(b Board) {
			for _, job := range w.setProblem(k, one, message) {
				b.Retell(job)
			}
		})
	}
	if w.clients.Heard != nil && ctx.Err() == nil {
		w.clients.Heard(fmt.Sprintf("%s %s/%s", cmp.Or(at.Resource, k.kind.Name), one.only.Namespace, one.only.Name), err)
	}
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
func (w *Watches) describe(ctx context.Context, k kind.Kind, at schema.GroupResource, err error) string {
	var status apierrors.APIStatus
	switch {
	case !errors.As(err, &status):
		var unanswered interface{ Timeout() bool }
		if errors.As(err, &unanswered) || errors.Is(err, context.Canceled) {
			return ""
		}
		return clip(err.Error())
	case apierrors.IsForbidden(err) && w.clients.Forbidden != nil:
		return w.clients.Forbidden(ctx, at)
	case apierrors.IsForbidden(err):
		return gate.Unwatchable(at)
	case apierrors.IsNotFound(err):
		return fmt.Sprintf("this cluster has no kind %s (%s); install what brings it", k.Name, at)
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
