package fault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// Field is what faults are done to: a cluster, a gate behind a proxy, and a graph.
type Field struct {
	Sandbox *sandbox.Sandbox
	Client  kubernetes.Interface
	Proxy   *Proxy
	Gate    *sandbox.Gate
	// Args are the flags of the gate, for another one of its kind.
	Args []string
	// Pods, if any, is what was recorded of the pods of elements.
	Pods *history.Pods
	// Spaces are the namespaces of the graph.
	Spaces []string
	// Span is about how long the graph runs: things that happen at some moments
	// happen within it.
	Span time.Duration

	// restarting is held while the API server is restarted: two faults that do it must
	// not kill each other's.
	restarting sync.Mutex

	mu   sync.Mutex
	hits map[string]int
	// faults are what the proxy does all the time.
	faults []Fault
}

// hit counts that a fault was injected.
func (f *Field) hit(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.hits == nil {
		f.hits = map[string]int{}
	}
	f.hits[what]++
}

// Hits returns how many faults were injected so far, by what was done.
func (f *Field) Hits() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.hits)
}

// Kind is one kind of fault.
type Kind struct {
	Name string
	// Cluster reports that the whole cluster is concerned, not one gate alone.
	Cluster bool
	// Ends reports that the gate's process is ended.
	Ends bool
	// fault is what the proxy does, nil if nothing.
	fault func(hit func(string)) Fault
	// do does something at some moments, and returns when it is over and fixed.
	do func(context.Context, *Field) error
}

// Named returns the kinds of these names, all if there are none.
func Named(names ...string) ([]Kind, error) {
	var chosen []Kind
	for _, name := range names {
		at := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Name == name })
		if at < 0 {
			return nil, fmt.Errorf("there is no fault %q, only %s", name, strings.Join(Names(Kinds), ", "))
		}
		chosen = append(chosen, Kinds[at])
	}
	if names == nil {
		chosen = slices.Clone(Kinds)
	}
	return chosen, nil
}

// Names returns the names of kinds.
func Names(kinds []Kind) (names []string) {
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return names
}

// Suffer does all these kinds of faults to the field at once, until ctx is done.
// When it returns, nothing is broken any more.
func (f *Field) Suffer(ctx context.Context, kinds ...Kind) error {
	f.faults = nil
	for _, k := range kinds {
		if k.fault != nil {
			f.faults = append(f.faults, k.fault(f.hit))
		}
	}
	f.Proxy.Inject(f.faults...)
	f.Proxy.Cut()
	var wg sync.WaitGroup
	errs := make([]error, len(kinds))
	for i, k := range kinds {
		if k.do != nil {
			wg.Go(func() {
				if errs[i] = k.do(ctx, f); errs[i] != nil {
					errs[i] = fmt.Errorf("fault %s: %w", k.Name, errs[i])
				}
			})
		}
	}
	wg.Wait()
	<-ctx.Done()
	f.Proxy.Inject()
	f.Proxy.Cut()
	return errors.Join(errs...)
}
