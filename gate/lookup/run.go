package lookup

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/klog/v2"

	"depctl.dev/lang"
)

// watch is one watch of a kind: of all objects, or of one.
type watch struct {
	// only is the object; without a name it is all objects, of a namespace if it has one.
	only lang.Ref
	// unlisted is how many of its lists are still to come, and problem why one cannot be had.
	unlisted int
	problem  string
	// listedAt is when all was last listed, before which it is not known what went; zero
	// while that is still to come.
	listedAt time.Time
	// unneeded is since when nobody needs it; zero while somebody does.
	unneeded time.Time
	stop     context.CancelFunc
	done     chan struct{}
}

// Run starts and stops watches until ctx is done, and returns when all have ended.
func (w *Watches) Run(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	for {
		next := w.adjust(ctx, &all)
		timer := w.timers.NewTimer(next)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-w.changed:
		case <-timer.C():
		}
		timer.Stop()
	}
}

// adjust has those watches run that are needed, and returns when to look again.
func (w *Watches) adjust(ctx context.Context, all *sync.WaitGroup) time.Duration {
	w.mu.Lock()
	names := make([]string, 0, len(w.kinds))
	for name := range w.kinds {
		names = append(names, name)
	}
	w.mu.Unlock()
	slices.Sort(names)
	next := time.Hour
	for _, name := range names {
		next = min(next, w.adjustKind(ctx, name, all))
	}
	return next
}

// adjustKind has those watches of a kind run that are needed, and returns when to look again.
func (w *Watches) adjustKind(ctx context.Context, name string, all *sync.WaitGroup) time.Duration {
	w.mu.Lock()
	k, now, next := w.kinds[name], w.timers.Now(), time.Hour
	var start, stop []*watch
	switch {
	case len(k.wanted) == 0:
		if left := k.unnamed.Add(idleTime).Sub(now); left > 0 {
			w.mu.Unlock()
			return left
		}
		for _, one := range k.single {
			stop = append(stop, one)
		}
		if k.whole != nil {
			stop = append(stop, k.whole)
		}
		delete(w.kinds, name)
	case k.whole != nil:
	case k.sets > 0 || len(k.wanted) > mostSingle:
		for _, one := range k.single {
			stop = append(stop, one)
		}
		// The facts of the others stay until all are listed.
		clear(k.single)
		k.whole = newWatch(k, lang.Ref{Namespace: w.clients.Namespace})
		start = append(start, k.whole)
	default:
		for ref := range k.wanted {
			if one := k.single[ref]; one != nil {
				one.unneeded = time.Time{}
				continue
			}
			k.single[ref] = newWatch(k, ref)
			start = append(start, k.single[ref])
		}
		for ref, one := range k.single {
			if k.wanted[ref] != nil {
				continue
			}
			if one.unneeded.IsZero() {
				one.unneeded = now
			}
			if left := one.unneeded.Add(idleTime).Sub(now); left > 0 {
				next = min(next, left)
				continue
			}
			delete(k.single, ref)
			stop = append(stop, one)
		}
	}
	gone := w.kinds[name] == nil
	w.mu.Unlock()
	// Those that stop come first: one in the middle of a step would bring what is older than
	// what the next one has listed.
	for _, one := range stop {
		one.stop()
		<-one.done
	}
	w.forgetFacts(k, stop, gone)
	for _, one := range start {
		running, cancel := context.WithCancel(klog.NewContext(ctx, klog.FromContext(ctx).WithValues("kind", name)))
		one.stop = cancel
		all.Go(func() {
			defer close(one.done)
			defer cancel()
			w.watch(running, k, one)
		})
	}
	return next
}

func newWatch(k *looked, only lang.Ref) *watch {
	return &watch{only: only, unlisted: len(k.parts()), done: make(chan struct{})}
}

// forgetFacts takes from the board what nobody looks at any more.
func (w *Watches) forgetFacts(k *looked, stopped []*watch, all bool) {
	if len(stopped) == 0 {
		return
	}
	w.owner.Apply(func(b Board) {
		for ref := range k.there {
			if all || k.whole == nil && slices.ContainsFunc(stopped, func(one *watch) bool { return one.only == ref }) {
				delete(k.there, ref)
				delete(k.endpoints, ref)
				maps.DeleteFunc(k.slices, func(_, service lang.Ref) bool { return service == ref })
				b.Remove(ref, false)
			}
		}
	})
}
