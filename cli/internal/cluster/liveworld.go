package cluster

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// LiveWorld keeps a world as a cluster changes, by events.
type LiveWorld struct {
	*Reading
	mu sync.Mutex
	// Changed has something in it when the world is another one than before.
	Changed chan struct{}
	spaces  map[string]bool
}

// Lock keeps the world as it is; unlock lets it go on.
func (f *LiveWorld) Lock() { f.mu.Lock() }

// Unlock lets the world go on.
func (f *LiveWorld) Unlock() { f.mu.Unlock() }

// Follow reads the Jobs as read does, and then every change. Whoever looks at the
// world holds the lock.
func (c *Reader) Follow(ctx context.Context, now time.Time) (*LiveWorld, error) {
	f := &LiveWorld{
		Reading: c.Reading(now),
		Changed: make(chan struct{}, 1), spaces: map[string]bool{},
	}
	if err := f.List(ctx, c.Namespace); err != nil {
		return nil, NotListed(c.Namespace, err)
	}
	f.start(ctx, c.Namespace)
	if err := f.Upstream(ctx); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	_, err := f.ask(ctx, slices.Collect(maps.Keys(f.World.Jobs)))
	return f, err
}

// Upstream begins to read namespaces in which something is waited for since the
// last time. What may not be watched there stays as it was found.
func (f *LiveWorld) Upstream(ctx context.Context) error {
	if f.Namespace == "" {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ref := range f.World.Wanted(f.Namespace) {
		if _, tried := f.Listed[ref.Namespace]; tried || ref.Namespace == f.Namespace {
			continue
		}
		if err := f.FollowUpstream(ctx); err != nil {
			return err
		}
		break
	}
	for space, forbidden := range f.Listed {
		if forbidden == nil {
			f.start(ctx, space)
		}
	}
	return nil
}

// start watches a namespace. An informer lists again where a watch was lost.
func (f *LiveWorld) start(ctx context.Context, namespace string) {
	if f.spaces[namespace] {
		return
	}
	f.spaces[namespace] = true
	jobs := f.client.Jobs(namespace)
	informer := cache.NewSharedIndexInformer(cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			return jobs.List(ctx, options)
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			return jobs.Watch(ctx, options)
		},
	}, f.client), &batchv1.Job{}, 0, cache.Indexers{})
	// Nothing of the pods but their account is looked at; an error would mean that
	// the informer runs already.
	_ = informer.SetTransform(func(object any) (any, error) {
		if job, ok := object.(*batchv1.Job); ok {
			job.ManagedFields = nil
			job.Spec.Template.Spec.Containers, job.Spec.Template.Spec.InitContainers, job.Spec.Template.Spec.Volumes = nil, nil, nil
		}
		return object, nil
	})
	// A lost connection is tried again; a line about it would break the drawing.
	_ = informer.SetWatchErrorHandlerWithContext(func(context.Context, *cache.Reflector, error) {})
	handlers, _ := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    f.set,
		UpdateFunc: func(_, object any) { f.set(object) },
		DeleteFunc: f.remove,
	})
	go informer.RunWithContext(ctx)
	go func() {
		if cache.WaitForCacheSync(ctx.Done(), handlers.HasSynced) {
			f.forget(namespace, informer.GetStore())
		}
	}()
}

// forget takes out what was deleted after it was listed and before the informer did
// so: of that no event tells.
func (f *LiveWorld) forget(namespace string, there cache.Store) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ref := range f.World.Jobs {
		if namespace != "" && ref.Namespace != namespace {
			continue
		}
		if _, exists, err := there.GetByKey(ref.Namespace + "/" + ref.Name); err == nil && !exists {
			f.World.Remove(ref)
			f.tell()
		}
	}
}

func (f *LiveWorld) set(object any) {
	job, ok := object.(*batchv1.Job)
	if !ok {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	observed := gate.Observe(job)
	if known, exists := f.World.Jobs[observed.Ref()]; exists && known.UID == observed.UID && known.ResourceVersion == observed.ResourceVersion {
		return
	}
	f.World.Add(observed)
	f.tell()
}

func (f *LiveWorld) remove(object any) {
	if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = gone.Obj
	}
	job, ok := object.(*batchv1.Job)
	if !ok {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.World.Remove(lang.Job(job.Namespace, job.Name))
	f.tell()
}

func (f *LiveWorld) tell() {
	select {
	case f.Changed <- struct{}{}:
	default:
	}
}
