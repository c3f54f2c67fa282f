package lookup

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// Board is where facts are put. Its methods are called inside of Owner.Apply.
type Board interface {
	// Set takes in an object, with its labels.
	Set(ref lang.Ref, o *lang.Object, labels map[string]string)
	// Remove takes an object out: it is gone, or nobody looks at it any more.
	Remove(ref lang.Ref, gone bool)
	// Retell has a Job looked at again: what it waits for can be looked up now, or cannot
	// any more.
	Retell(job lang.Ref)
}

// Owner owns a Board.
type Owner interface {
	// Apply calls do with the board as one step: nobody sees a part of it.
	Apply(do func(Board))
}

// Clients are what Watches lists and watches with.
type Clients struct {
	Dynamic   dynamic.Interface
	Metadata  metadata.Interface
	Resources Resources
	// Namespace is where sets, and objects of which many are named, are looked up; empty
	// for all namespaces.
	Namespace string
	// Forbidden says that objects may not be looked up, and what to do; nil for the gate's
	// words.
	Forbidden func(context.Context, schema.GroupResource) string
	// Heard, if it is not nil, is called with what came of each request: nil if the API
	// server has answered, else why not.
	Heard func(request string, err error)
}

const (
	// mostSingle is how many objects of a kind have a watch of their own.
	mostSingle = 16
	// idleTime is how long a watch stays that nobody needs.
	idleTime = time.Minute
)

// Watches looks up objects that Jobs name. Make one with New; Run starts and stops watches.
type Watches struct {
	clients Clients
	owner   Owner
	// now tells the time of facts, and timers that of the gate.
	now    clock.PassiveClock
	timers clock.WithTicker

	mu      sync.Mutex
	kinds   map[string]*looked
	changed chan struct{}
}

// New returns Watches that put facts on the board of owner.
func New(clients Clients, owner Owner, now clock.PassiveClock) *Watches {
	return &Watches{
		clients: clients, owner: owner, now: now, timers: clock.RealClock{}, kinds: map[string]*looked{}, changed: make(chan struct{}, 1),
	}
}

// looked is a kind that somebody names. The fields up to board are guarded by Watches.mu;
// those behind it by the owner of the board.
type looked struct {
	kind kind.Kind
	// wanted has who names an object or a set, and sets is how many of these are sets.
	wanted map[lang.Ref]map[lang.Ref]bool
	sets   int
	// resource is where the API server has the objects, and found whether that is known.
	resource schema.GroupVersionResource
	found    bool
	// whole is the watch of all objects, single those of one each.
	whole  *watch
	single map[lang.Ref]*watch
	// unnamed is since when nobody names the kind; zero while somebody does.
	unnamed time.Time

	// there has the objects that are on the board. Of Services, slices has the Service of each
	// EndpointSlice, and endpoints those slices of a Service that have an endpoint that is ready.
	there     map[lang.Ref]*seen
	slices    map[lang.Ref]lang.Ref
	endpoints map[lang.Ref]map[string]bool
}

// seen is what was last put on the board.
type seen struct {
	object *lang.Object
	labels map[string]string
}

// Want notes that a Job waits for these objects and sets of other kinds than Jobs.
func (w *Watches) Want(by lang.Ref, refs []lang.Ref) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ref := range refs {
		k := w.kinds[ref.Kind]
		if k == nil {
			of, known := kind.Of(ref.Kind)
			if !known || of.Name != ref.Kind {
				continue // nobody can look it up
			}
			k = &looked{
				kind: of, wanted: map[lang.Ref]map[lang.Ref]bool{}, single: map[lang.Ref]*watch{},
				there: map[lang.Ref]*seen{}, slices: map[lang.Ref]lang.Ref{}, endpoints: map[lang.Ref]map[string]bool{},
			}
			if of.IsBuiltIn() {
				k.resource, k.found = gate.ResourceOf(of), true
			}
			w.kinds[ref.Kind] = k
		}
		if k.wanted[ref] == nil {
			k.wanted[ref] = map[lang.Ref]bool{}
			if ref.IsSet() {
				k.sets++
			}
			w.wake()
		}
		k.wanted[ref][by] = true
		k.unnamed = time.Time{}
	}
}

// Forget notes that a Job does not wait for these objects and sets any more.
func (w *Watches) Forget(by lang.Ref, refs []lang.Ref) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ref := range refs {
		k := w.kinds[ref.Kind]
		if k == nil || !k.wanted[ref][by] {
			continue
		}
		if delete(k.wanted[ref], by); len(k.wanted[ref]) > 0 {
			continue
		}
		if delete(k.wanted, ref); ref.IsSet() {
			k.sets--
		}
		if len(k.wanted) == 0 {
			k.unnamed = w.timers.Now()
		}
		w.wake()
	}
}

func (w *Watches) wake() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// Resource returns where the API server has the objects of a kind, and whether that is known.
func (w *Watches) Resource(name string) (schema.GroupVersionResource, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if k := w.kinds[name]; k != nil && k.found {
		return k.resource, true
	}
	k, known := kind.Of(name)
	return gate.ResourceOf(k), known && k.Listed()
}

// Problem returns why what ref names cannot be looked up now; nil if it can.
func (w *Watches) Problem(ref lang.Ref) *lang.Problem {
	if _, known := kind.Of(ref.Kind); !known {
		return gate.UnknownKind(ref.Kind)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	one := w.of(ref)
	switch {
	case one != nil && one.problem != "":
		return &lang.Problem{Code: lang.ProblemUnwatched, Message: one.problem}
	case one == nil || one.unlisted > 0:
		return &lang.Problem{Code: lang.ProblemUnasked, Message: "asking the API server for " + ref.Kind + " " + ref.Name}
	}
	return nil
}

// ListedAt returns since when it is known whether an object exists; zero if it is not known.
func (w *Watches) ListedAt(ref lang.Ref) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if one := w.of(ref); one != nil {
		return one.listedAt
	}
	return time.Time{}
}

// of returns the watch of an object or a set, nil if there is none.
func (w *Watches) of(ref lang.Ref) *watch {
	k := w.kinds[ref.Kind]
	switch {
	case k == nil:
		return nil
	case k.whole != nil:
		return k.whole
	default:
		return k.single[ref]
	}
}

// Open returns how many watches there are, by kind.
func (w *Watches) Open() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	open := map[string]int{}
	for name, k := range w.kinds {
		if n := len(k.single); k.whole != nil {
			open[name] = n + 1
		} else if n > 0 {
			open[name] = n
		}
	}
	return open
}
