package controller

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/gate/access"
	"depctl.dev/gate/event"
	"depctl.dev/gate/fairness"
	"depctl.dev/gate/lookup"
	"depctl.dev/gate/metrics"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// How long a Job whose patch failed waits for the next try: 50 ms, doubled with
// every failure, up to 10 s.

const (
	firstRetry = 50 * time.Millisecond
	lastRetry  = 10 * time.Second
)

// Controller releases Jobs whose dependencies are met. Make one with New, and
// call Watch and Lead once each.
type Controller struct {
	client     kubernetes.Interface
	dynamic    dynamic.Interface
	store      *store
	queue      workqueue.TypedRateLimitingInterface[lang.Ref]
	reporter   *event.Reporter
	conditions *conditions
	refusals   *refusals
	share      *fairness.Share
	// unsaved counts the refusals of outcomes that are written to a Job.
	unsaved   *refusals
	rights    *access.Rights
	stopwatch *metrics.Stopwatch
	gauge     *metrics.StateGauge
	observer  bool
	nudges    bool
	nudged    nudged
	ranksPods bool
	clock     clock.PassiveClock
	workers   int
	identity  string
	// held are the kinds beside Jobs that are held.
	held     []kind.Kind
	ledUntil func() time.Time
	// leading is set by Lead. Before, the queue would only grow.
	leading atomic.Bool
}

// New returns a Controller that watches all Jobs that the client can list.
func New(client kubernetes.Interface, o Options) *Controller {
	if o.Workers <= 0 {
		o.Workers = 16
	}
	if o.Clock == nil {
		o.Clock = clock.RealClock{}
	}
	c := &Controller{
		client: client, dynamic: o.Dynamic,
		queue: workqueue.NewTypedRateLimitingQueueWithConfig(
			workqueue.NewTypedItemExponentialFailureRateLimiter[lang.Ref](firstRetry, lastRetry),
			workqueue.TypedRateLimitingQueueConfig[lang.Ref]{Name: "jobs", DelayingQueue: fairness.Delaying("jobs", fairness.NewJobQueue())}),
		reporter:  event.NewReporter(o.Recorder),
		refusals:  newRefusals(),
		share:     fairness.NewShare(),
		unsaved:   newRefusals(),
		stopwatch: metrics.NewStopwatch(clock.RealClock{}),
		gauge:     metrics.NewStateGauge(),
		observer:  o.ObserveOnly,
		nudges:    o.Nudge && !o.ObserveOnly,
		ranksPods: o.RankPods,
		clock:     o.Clock,
		workers:   o.Workers,
		identity:  o.Identity,

		held: o.Held,
	}
	c.store = newStore(c.enqueue, o.Clock)
	for _, k := range o.Held {
		c.store.unlisted[k.Name] = true
	}
	c.store.watch = c.stopwatch.Clock
	c.store.kinds.schedules, c.store.kinds.unlisted = o.Schedules, o.Schedules
	if o.Metadata != nil {
		clients := lookup.Clients{Dynamic: o.Dynamic, Metadata: o.Metadata, Resources: lookup.ResourcesOf(client.Discovery().RESTClient())}
		c.store.kinds.others = lookup.New(clients, c.store, o.Clock)
	}
	c.store.scope, c.store.jobsOnly, c.store.noResults, c.store.budget = o.Scope, !o.Arrays, !o.Results, newBudget(o.NamespaceMemory)
	c.store.noKueue = !o.Kueue
	if o.Traces != nil {
		c.store.traces = newTraces(o.Traces, c.store.scope)
		c.ledUntil = o.LedUntil
	}
	if o.Limits {
		c.store.keepLimits()
		if o.MaxStarting > 0 && !o.ObserveOnly {
			c.store.countStarting(o.MaxStarting)
		}
	}
	if o.Conditions != nil && o.ConditionRate > 0 && !o.ObserveOnly {
		c.conditions = newConditions(writer{o.Conditions.BatchV1(), o.HeldConditions}, o.ConditionRate, c.store, o.Clock)
	}
	switch o.CrossNamespace {
	case OpenNamespaces:
		c.store.access = access.Fixed{Access: gate.Open{}}
	case DenyNamespaces:
		c.store.access = access.Fixed{Access: gate.Closed{}}
	default:
		if o.Reviews == nil {
			o.Reviews = client.AuthorizationV1().SubjectAccessReviews()
		}
		c.rights = access.NewRights(o.Reviews, c.answered, o.Clock)
		c.store.access = c.rights
	}
	return c
}

// enqueue is called when something was seen that may change the decision about a
// Job. A standby leaves that to Lead, which looks at all.
func (c *Controller) enqueue(ref lang.Ref, seen time.Time) {
	if !c.leading.Load() {
		return
	}
	c.stopwatch.Start(ref, seen)
	c.queue.Add(ref)
}

// answered is called when a Job would see another answer about its rights than
// before. The finalizers of what it waits for may hang on that too.
func (c *Controller) answered(ref lang.Ref) {
	now := c.stopwatch.Clock.Now()
	c.enqueue(ref, now)
	for _, concerned := range c.store.mayConcern(ref) {
		c.enqueue(concerned, now)
	}
}

// Synced returns a channel that is closed when all that is held was listed once.
func (c *Controller) Synced() <-chan struct{} { return c.store.synced }

// Watch keeps what is known of the cluster up to date until ctx is done. It
// writes nothing: a standby that only watches can lead at once.
func (c *Controller) Watch(ctx context.Context) {
	var wg sync.WaitGroup
	if !c.store.jobsOnly {
		wg.Go(func() { c.podReflector(klog.FromContext(ctx)).RunWithContext(ctx) })
	}
	afterJobs := func(reflector func(klog.Logger) *cache.Reflector) {
		wg.Go(func() {
			select {
			case <-c.Synced(): // a pod says nothing of a Job that is not known
				reflector(klog.FromContext(ctx)).RunWithContext(ctx)
			case <-ctx.Done():
			}
		})
	}
	if c.watchesSuccess() {
		afterJobs(c.successReflector)
	}
	if !c.store.noResults {
		afterJobs(c.keptReflector)
	}
	if c.store.limits != nil {
		wg.Go(func() { c.limitReflector(klog.FromContext(ctx)).RunWithContext(ctx) })
		wg.Go(func() { c.priorityReflector(klog.FromContext(ctx)).RunWithContext(ctx) })
		if c.store.limits.starting.most > 0 {
			wg.Go(func() { c.unboundReflector(klog.FromContext(ctx)).RunWithContext(ctx) })
		}
	}
	for _, k := range c.held {
		wg.Go(func() { c.heldReflector(klog.FromContext(ctx), k).RunWithContext(ctx) })
	}
	if c.store.kinds.schedules {
		wg.Go(func() { c.cronJobReflector(klog.FromContext(ctx)).RunWithContext(ctx) })
	}
	if c.store.kinds.others != nil {
		wg.Go(func() { c.store.kinds.others.Run(ctx) })
	}
	wg.Go(func() { c.store.runJudge(ctx) })
	jobs := c.reflector(klog.FromContext(ctx))
	upTo := jobs.LastSyncResourceVersion
	c.store.upTo.Store(&upTo)
	jobs.RunWithContext(ctx)
	wg.Wait()
}

// watchesSuccess reports whether pods that somebody waits for are seen as they succeed.
func (c *Controller) watchesSuccess() bool { return c.nudges || !c.store.noResults }

// drain is how long Lead goes on with what was to be decided when its context
// ended. Kubernetes waits 30 s for a Pod to end.
const drain = 10 * time.Second

// Lead decides and writes until ctx is done, and then goes on for a moment with
// what is in the queue. When it returns, no worker is left and every patch that
// was sent has been answered or has failed. Two gates that lead at once are a
// waste and no danger: the patches test what they were decided on.
func (c *Controller) Lead(ctx context.Context) {
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var wg sync.WaitGroup
	if c.rights != nil {
		wg.Go(func() { c.rights.Run(ctx) })
	}
	select {
	case <-c.Synced():
		klog.FromContext(ctx).Info("Deciding", "jobs", c.store.size())
		c.lead()
		if c.store.limits != nil {
			wg.Go(func() { c.runLimits(ctx) })
		}
		if c.conditions != nil {
			wg.Go(func() { c.conditions.run(ctx) })
		}
		if c.store.traces != nil {
			c.leadTraces()
			wg.Go(func() { c.traceEnded(ctx) })
			wg.Go(func() { c.traceMissed(ctx) })
		}
		for range c.workers {
			wg.Go(func() { c.work(working) })
		}
		<-ctx.Done()
	case <-ctx.Done():
	}
	klog.FromContext(ctx).Info("Draining", "queued", c.queue.Len())
	c.queue.ShutDown()
	defer time.AfterFunc(drain, stop).Stop()
	wg.Wait()
}

// lead asks for a decision about all Jobs that may need one, and from now on about
// each that changes.
func (c *Controller) lead() {
	c.leading.Store(true)
	now := c.stopwatch.Clock.Now()
	for _, ref := range append(c.store.open(), c.store.openKept()...) {
		c.enqueue(ref, now)
	}
}
