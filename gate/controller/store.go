package controller

import (
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/clock"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/gate/access"
	"depctl.dev/gate/metrics"
	"depctl.dev/lang"
)

// store is what the gate knows of the cluster. The reflector is its only
// writer, but for answered; workers read under the lock. An entry never
// changes once it is in the map, it is replaced.
type store struct {
	// enqueue asks for a decision about a Job, because of what was seen at a time.
	// It is called without the lock.
	enqueue func(ref lang.Ref, seen time.Time)
	clock   clock.PassiveClock
	// watch tells the times at which something is seen.
	watch clock.PassiveClock
	// access tells what a Job may look at in other namespaces, and scope which
	// namespaces have Jobs of ours.
	access access.Source
	scope  Scope
	labels labelSets
	// kinds are those that can be looked up, besides Jobs.
	kinds kinds

	mu      sync.RWMutex
	entries map[lang.Ref]entry
	// keys has, by its name, the reference of each Job that is a step of a run.
	keys map[lang.Ref]lang.Ref
	// crons are the CronJobs, and upTo returns up to which resourceVersion the watch of Jobs has come; nil
	// while there is none. listedVersion is the resourceVersion of the last list of Jobs.
	crons         cronJobs
	upTo          atomic.Pointer[func() string]
	listedVersion string
	// superseded has, for each step, the references of the earlier Jobs of it.
	superseded map[lang.Ref]map[lang.Ref]bool
	// runs has the runs in which steps fail fast.
	runs runs
	// went has when objects went that somebody names, and listedAt is when all were last
	// listed.
	went     map[lang.Ref]time.Time
	listedAt time.Time
	graph    *depgraph.Graph
	// atOnce is how many steps of judging deadlocks are done with a change that brings it.
	// judging says that some are left, of which judge was told.
	atOnce  int
	judging bool
	judge   chan struct{}
	pods    pods
	// keptPods are those that carry gate.ResultFinalizer, by the Job that they name.
	keptPods map[lang.Ref][]gate.KeptPod
	// noResults says that no results are read.
	noResults bool
	// noKueue says that nothing is released through Kueue.
	noKueue bool
	// successes are told to the graph when they change, or what a Job needs.
	successes successes
	// jobsOnly says that pods are not watched.
	jobsOnly bool
	budget   budget
	// goers is how many Jobs wait and go near: where there is none, nobody is asked for them.
	goers int
	// limits are nil where the gate keeps none.
	limits *limits
	// lengths are how long Jobs take, nil where the gate keeps no limits.
	lengths *lengths
	// traces are nil where no spans are sent.
	traces *traces
	// passed are Jobs that went while there were texts still to be read.
	passed passed
	// longText is how long a text is that the watch leaves to a decider, in bytes.
	longText int
	// saveRest is how long a Job is left alone after outcomes were written to it.
	saveRest time.Duration
	// memory has, for each Job that is gone, those that remember its outcome.
	memory map[lang.Ref]map[lang.Ref]bool

	// unlisted are the kinds that are held and not all known yet; synced is closed when all are.
	unlisted   map[string]bool
	synced     chan struct{}
	syncedOnce sync.Once
}

// A store takes the reflector's objects as they come, and reads those at once that
// the reflector has to collect first.
var _ cache.TransformingStore = &store{}

func newStore(enqueue func(lang.Ref, time.Time), now clock.PassiveClock) *store {
	return &store{
		enqueue: enqueue,
		clock:   now,
		watch:   clock.RealClock{},
		access:  access.Fixed{Access: gate.Closed{}},
		entries: map[lang.Ref]entry{},
		keys:    map[lang.Ref]lang.Ref{},
		went:    map[lang.Ref]time.Time{}, superseded: map[lang.Ref]map[lang.Ref]bool{}, runs: runs{of: map[lang.Ref]*run{}},
		crons:  newCronJobs(),
		graph:  depgraph.New(),
		memory: map[lang.Ref]map[lang.Ref]bool{},
		passed: passed{since: map[lang.Ref]since{}},
		budget: newBudget(0), saveRest: restBetweenSaves, longText: longText,
		pods: pods{of: map[gate.Owner][]gate.Pod{}, count: map[string]int{}}, successes: successes{}, keptPods: map[lang.Ref][]gate.KeptPod{},
		atOnce: atOnce, judge: make(chan struct{}, 1), synced: make(chan struct{}), unlisted: map[string]bool{lang.KindJob: true},
	}
}

// Add is called by the reflector with a Job that is new.
func (s *store) Add(object any) error { return s.Update(object) }

// Update is called by the reflector with a Job that changed.
func (s *store) Update(object any) error {
	job, err := s.observe(object)
	if err != nil {
		return err
	}
	s.traces.learn(job, object)
	e := s.read(job)
	s.change(func() []lang.Ref {
		s.traces.see(job, object)
		return s.set(e)
	})
	return nil
}

// Delete is called by the reflector with the last state of a Job that is gone.
func (s *store) Delete(object any) error {
	job, err := s.observe(object)
	if err != nil {
		return err
	}
	s.change(func() []lang.Ref { return s.remove(s.keyOf(job.Identity())) })
	return nil
}

// Replace is called by the reflector with all Jobs there are, at the start and
// after a watch was lost. It takes effect at once and as a whole.
func (s *store) Replace(objects []any, version string) error {
	all, exist, long := make([]entry, len(objects)), make(map[lang.Ref]bool, len(objects)), map[string]int{}
	for i, object := range objects {
		job, err := s.collect(object)
		if err != nil {
			return err
		}
		e := s.read(job.Job)
		if e.unread && long[job.Namespace] < mostReadAtOnce {
			// At the start nothing is known that stands until then.
			long[job.Namespace] += len(job.DependsOn)
			e = s.parse(job.Job)
		}
		all[i], exist[job.Identity()] = e, true
	}
	s.change(func() (affected []lang.Ref) {
		s.listedAt, s.listedVersion = s.clock.Now(), version
		for ref, e := range s.entries {
			if e.job.IsJob() && !exist[e.job.Identity()] {
				affected = append(affected, s.remove(ref)...)
			}
		}
		for _, e := range all {
			s.traces.see(e.job, nil)
			affected = append(affected, s.set(e)...)
		}
		if s.limits != nil {
			s.limits.relisted(all, s.clock.Now())
			s.unrank(s.lengths.settle())
		}
		return append(affected, s.watchedAnew()...)
	})
	s.allKnown(lang.KindJob)
	return nil
}

// Resync does nothing: what changes is seen in the watch.
func (s *store) Resync() error { return nil }

// answered takes in a Job as the API server returned it from a patch, without
// waiting for the watch. It says nothing of a Job that is gone by now.
func (s *store) answered(patched runtime.Object) { s.learned(patched, s.read) }

// reread takes in a Job whose text was not read, or has no room; now it is read.
func (s *store) reread(job runtime.Object) { s.learned(job, s.parse) }

func (s *store) learned(answer runtime.Object, read func(gate.Job) entry) {
	job, err := s.observe(answer)
	if err != nil {
		return // it was patched as what is held
	}
	e := read(job)
	s.change(func() []lang.Ref {
		if known, ok := s.entries[s.keyOf(job.Identity())]; ok && known.job.UID == job.UID {
			return s.set(e)
		}
		return nil
	})
}

// change does something to the store, and asks for a decision about all whom it
// affects.
func (s *store) change(do func() []lang.Ref) {
	seen := s.watch.Now()
	s.mu.Lock()
	affected := do()
	if !s.judging {
		affected = append(affected, s.settle(s.atOnce)...)
	}
	affected = append(affected, s.graph.TakeNudgeable()...)
	affected = append(affected, s.budget.next(s.kept)...)
	metrics.KnownJobs.Set(float64(len(s.entries)))
	s.mu.Unlock()
	for _, ref := range affected {
		s.enqueue(ref, seen)
	}
}

func (s *store) put(ref lang.Ref, e entry) (affected []lang.Ref) {
	s.memorize(ref, e.seen)
	old := s.entries[ref]
	affected = s.runs.change(ref, old, e)
	s.entries[ref] = e
	s.goers += e.goers() - old.goers()
	delete(s.went, ref)
	if len(e.questions) == 0 || !e.job.Waits() {
		s.access.Forget(ref)
	}
	s.want(ref, old, e)
	n := e.job.Node(e.expr)
	n.SeesOtherwise = len(e.seen) > 0 || len(e.questions) > 0
	affected = append(affected, s.graph.Set(ref, n)...)
	if s.runs.foreseen(ref, old.job, e.job) {
		return affected
	}
	return s.withRuns(ref, affected)
}

// withRuns adds to those that the change of an object affects the steps of runs that may go with their run now, or
// may not any more.
func (s *store) withRuns(ref lang.Ref, affected []lang.Ref) []lang.Ref {
	return append(affected, s.runs.behind(s.graph, ref)...)
}

func (s *store) remove(ref lang.Ref) []lang.Ref {
	e, ok := s.entries[ref]
	if !ok {
		return nil
	}
	s.unnote(e.job)
	s.traces.forget(e.job)
	affected, named := s.atRisk(ref), s.namedCronJobs(ref)
	s.passed.read(ref, 0)
	if e.job.Outcome() != lang.Undecided {
		if e.job.Outcome() == lang.Succeeded && e.job.Object.Result == nil {
			known := *e.job.Object
			known.Result = gate.Untold()
			e.job.Object = &known
		}
		affected = append(affected, s.hand(ref, e.job)...)
		s.passed.pass(e.job)
	}
	s.memorize(ref, nil)
	s.want(ref, e, entry{})
	s.budget.admit(ref)
	s.budget.change(ref.Namespace, e.weight, weight{})
	affected = append(affected, s.runs.change(ref, e, entry{})...)
	delete(s.entries, ref)
	s.goers -= e.goers()
	s.unmeasure(ref)
	delete(s.successes, e.job.Owner())
	s.access.Forget(ref)
	affected = append(affected, s.withRuns(ref, s.graph.Remove(ref))...)
	s.gone(ref)
	affected = append(affected, s.renamed(named)...)
	affected = append(affected, s.goneRun(e.job)...)
	if s.limits != nil {
		affected = append(affected, s.limits.remove(e.job, s.clock.Now())...)
	}
	return append(append(affected, s.promote(ref)...), ref)
}

// size returns how many Jobs there are.
func (s *store) size() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.entries)
}
