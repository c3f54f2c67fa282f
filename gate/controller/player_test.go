package controller

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/util/flowcontrol"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	clocktesting "k8s.io/utils/clock/testing"

	"depctl.dev/gate"
	"depctl.dev/gate/access"
	"depctl.dev/gate/event"
	"depctl.dev/gate/fairness"
	"depctl.dev/gate/metrics"
	"depctl.dev/lang"
	"depctl.dev/test/simulation"
)

// player plays a scenario: it chooses, as the seed says, who takes the next step:
// people, the cluster, the watch or a worker of the gate.
type player struct {
	t       *testing.T
	ctx     context.Context
	random  *rand.Rand
	cluster *simulation.Cluster
	jobs    []simulation.Job
	crons   []simulation.CronJob
	steps   []simulation.Step
	// faults says whether the watch gets lost and the gate starts anew, and steady is as in simulation.Options.
	faults, steady bool

	gate *Controller
	line *line
	// untold are the Jobs of which the gate has something to say, and its
	// clock goes on as it must.
	untold     *untold
	tellsClock *clocktesting.FakePassiveClock
	// delivered is how many events of the cluster the gate has got, and heard how many of those of CronJobs.
	delivered, heard int
	// watch is that of CronJobs, and progress up to which resourceVersion that of Jobs has come.
	watch    cronJobStore
	progress string
	// depth is how many patches are under way.
	depth    int
	known    *known
	released map[string]bool
	// retried is the Job whose release was refused and is sent once more.
	retried lang.Ref
	// decided is the reason of the last decision about each Job.
	decided map[lang.Ref]string
}

// play plays until nothing can happen any more.
func play(t *testing.T, s simulation.Scenario, seed uint64, faults bool) *player {
	t.Helper()
	p := &player{
		t: t, ctx: klog.NewContext(t.Context(), logr.Discard()), random: rand.New(rand.NewPCG(seed, 1)),
		cluster: simulation.NewCluster(), jobs: s.Jobs, crons: s.CronJobs, steps: s.Steps, faults: faults, steady: s.Steady, released: map[string]bool{},
	}
	p.known = newKnown()
	p.known.unread = func(ref lang.Ref) (gate.RecordedOutcomes, bool) {
		e := p.gate.store.entries[ref]
		return e.seen, e.unread
	}
	p.known.Schedules = nights{p}
	if s.Steady {
		p.cluster.Keeps = p.lives
	}
	for _, one := range s.CronJobs {
		p.cluster.CreateCronJob(one)
	}
	p.restart()
	for p.step() {
		if p.random.IntN(60) == 0 {
			p.check()
		}
	}
	p.check()
	p.over()
	return p
}

// step lets somebody do something. It returns false if nobody can.
func (p *player) step() bool {
	moves := []func() bool{p.act, p.run, p.deliver, p.deliver, p.hear, p.work, p.work, p.judge}
	if p.random.IntN(10) == 0 {
		moves = append(moves, p.say) // it goes through all that wait
	}
	p.random.Shuffle(len(moves), func(i, j int) { moves[i], moves[j] = moves[j], moves[i] })
	return slices.ContainsFunc(moves, func(move func() bool) bool { return move() }) || p.say()
}

// act takes the next step of the script. Whoever makes a Job again waits until
// the old one is gone.
func (p *player) act() bool {
	if len(p.steps) == 0 {
		return false
	}
	step := p.steps[0]
	if step.Kind >= simulation.Tick {
		if !p.actOnCronJob(step) {
			return false
		}
		p.steps = p.steps[1:]
		return true
	}
	job := p.jobs[step.Job]
	p.tell("step %d %s/%s %s", step.Kind, job.Namespace, job.Name, step.Text)
	switch step.Kind {
	case simulation.Create:
		old := p.cluster.Get(job.Namespace, job.Name)
		if old != nil && old.DeletionTimestamp != nil {
			return false
		}
		p.cluster.Create(job, step.Ends)
	case simulation.Delete:
		p.cluster.Delete(job.Namespace, job.Name)
	case simulation.Edit:
		p.cluster.Annotate(job.Namespace, job.Name, gate.DependsOnAnnotation, step.Text)
	case simulation.Unhold:
		p.cluster.Annotate(job.Namespace, job.Name, gate.HoldAnnotation, "")
	case simulation.Lose:
		if p.faults && p.random.IntN(3) > 0 {
			p.list()
		} else if p.faults {
			p.listCronJobs()
		}
	case simulation.Restart:
		if p.faults {
			p.restart()
		}
	}
	p.steps = p.steps[1:]
	return true
}

func (p *player) run() bool { return p.cluster.Run(p.random) }

// deliver sends the next event.
func (p *player) deliver() bool {
	if p.delivered == len(p.cluster.Events) {
		return p.bookmark()
	}
	e := p.cluster.Events[p.delivered]
	p.delivered++
	p.progress = e.Job.ResourceVersion
	p.tell("%s %s", e.Type, e.Job.UID)
	if e.Type == watch.Deleted {
		p.known.remove(gate.Observe(e.Job).Identity())
		require.NoError(p.t, p.gate.store.Delete(e.Job))
	} else {
		p.known.set(gate.Observe(e.Job))
		require.NoError(p.t, p.gate.store.Update(e.Job))
	}
	p.aMinuteLater()
	return true
}

// aMinuteLater has everything that is absent be so for long enough: time stands still.
func (p *player) aMinuteLater() {
	clear(p.gate.store.went)
	p.gate.store.listedAt = time.Time{}
}

// judge goes on with judging deadlocks, of which hardly anything is done at once.
func (p *player) judge() bool {
	if p.depth > 1 || !p.gate.store.judging {
		return false
	}
	p.tell("judge")
	p.gate.store.judgeSlice(1 + p.random.IntN(100))
	return true
}

// tell logs what happens, where one seed is repeated.
func (p *player) tell(format string, args ...any) {
	if *oneSeed != 0 {
		p.t.Logf(format, args...)
	}
}

// sent returns a Job as the reflector hands it on when it has listed it.
func (p *player) sent(job *batchv1.Job) any {
	read, err := p.gate.store.Transformer()(job)
	require.NoError(p.t, err)
	return read
}

// list gives the gate all Jobs as they are now or were since the last event.
func (p *player) list() {
	p.delivered += p.random.IntN(len(p.cluster.Events) - p.delivered + 1)
	now := map[lang.Ref]*batchv1.Job{}
	for _, e := range p.cluster.Events[:p.delivered] {
		ref := lang.Job(e.Job.Namespace, e.Job.Name)
		if now[ref] = e.Job; e.Type == watch.Deleted {
			delete(now, ref)
		}
	}
	p.tell("list of %d at %d", len(now), p.delivered)
	var objects []any
	observed := map[lang.Ref]gate.Job{}
	for _, ref := range slices.SortedFunc(maps.Keys(now), lang.Ref.Compare) {
		objects = append(objects, p.sent(now[ref]))
		observed[ref] = gate.Observe(now[ref])
	}
	p.progress = ""
	if p.delivered > 0 {
		p.progress = p.cluster.Events[p.delivered-1].Job.ResourceVersion
	}
	p.known.replace(observed)
	require.NoError(p.t, p.gate.store.Replace(objects, p.progress))
	p.aMinuteLater()
}

// restart replaces the gate by another one. A patch of the old one that is under
// way still arrives; its answer is lost.
func (p *player) restart() {
	clock := clocktesting.NewFakePassiveClock(simulation.Now)
	p.line = &line{}
	p.gate = &Controller{
		queue: p.line, reporter: event.NewReporter(nil), refusals: newRefusals(), unsaved: newRefusals(), stopwatch: metrics.NewStopwatch(clock), gauge: metrics.NewStateGauge(), share: fairness.NewShare(),
		clock: clock,
	}
	p.gate.store = newStore(p.gate.enqueue, clock)
	p.gate.store.watch = clock
	p.gate.client = client{p: p, of: p.gate}
	p.gate.store.access = access.Fixed{Access: gate.Open{}}
	p.gate.store.saveRest = 0 // time stands still
	if p.random.IntN(2) == 0 {
		p.gate.store.longText = 0 // all but plain lists of names
	}
	p.gate.store.atOnce = 1 + p.random.IntN(20)
	p.untold, p.tellsClock = &untold{}, clocktesting.NewFakePassiveClock(simulation.Now)
	p.gate.conditions = newConditions(writer{jobs: p.gate.client.BatchV1()}, 1, p.gate.store, p.tellsClock)
	p.gate.conditions.queue, p.gate.conditions.limiter = p.untold, flowcontrol.NewFakeAlwaysRateLimiter()
	p.decided = map[lang.Ref]string{}
	p.known.forget()
	p.watch, p.gate.store.kinds.schedules, p.gate.store.kinds.unlisted = newCronJobStore(p.gate.store), true, true
	progress := func() string { return p.progress }
	p.gate.store.upTo.Store(&progress)
	p.list()
	p.listCronJobs()
	p.gate.lead()
}

// work lets a worker take a Job from the queue.
func (p *player) work() bool {
	if p.depth > 1 {
		return false
	}
	worker, line := p.gate, p.line
	ref, ok := line.take(p.random)
	if !ok {
		return false
	}
	p.tell("work on %s", ref)
	ctx := p.ctx
	if ref.Kind == lang.KindCronJob {
		ctx = context.WithValue(ctx, askedFor{}, true)
	}
	err := worker.sync(ctx, ref)
	line.busy = slices.DeleteFunc(line.busy, func(r lang.Ref) bool { return r == ref })
	if err != nil {
		line.Add(ref)
	}
	if _, d, ok := worker.store.decide(ref); ok && worker == p.gate {
		p.decided[ref] = d.Reason
	}
	if p.delivered == len(p.cluster.Events) && p.heard == len(p.cluster.CronEvents) && len(p.line.waiting) == 0 && len(p.line.busy) == 0 && !p.gate.store.judging && p.random.IntN(4) == 0 {
		p.idle()
	}
	return true
}

// say lets the gate write the condition of a Job, as soon as that is due.
func (p *player) say() bool {
	if p.depth > 1 {
		return false
	}
	writer, line, clock := p.gate.conditions, p.untold, p.tellsClock
	news := slices.DeleteFunc(slices.Clone(line.waiting), func(ref lang.Ref) bool {
		_, _, _, news := writer.next(ref)
		return !news || slices.Contains(line.busy, ref)
	})
	if len(news) == 0 {
		return false
	}
	ref := news[p.random.IntN(len(news))]
	_, _, wait, _ := writer.next(ref)
	clock.SetTime(clock.Now().Add(wait))
	p.tell("tell of %s", ref)
	line.busy = append(line.busy, ref)
	_, err := writer.sync(p.ctx, ref)
	require.True(p.t, err == nil || errors.Is(err, errKilled), err)
	line.busy = slices.DeleteFunc(line.busy, func(r lang.Ref) bool { return r == ref })
	return true
}

// untold has the Jobs that the gate looks at again in time.
type untold struct{ line }

// line is the queue of the gate: each Job once, and in no two hands.
type line struct {
	workqueue.TypedRateLimitingInterface[lang.Ref]
	waiting, busy []lang.Ref
}

func (l *line) Add(ref lang.Ref) {
	if at, found := slices.BinarySearchFunc(l.waiting, ref, lang.Ref.Compare); !found {
		l.waiting = slices.Insert(l.waiting, at, ref)
	}
}

// AddAfter does not wait: time stands still.
func (l *line) AddAfter(ref lang.Ref, _ time.Duration) { l.Add(ref) }

func (l *line) Forget(lang.Ref) {}

func (l *line) take(r *rand.Rand) (lang.Ref, bool) {
	free := slices.DeleteFunc(slices.Clone(l.waiting), func(ref lang.Ref) bool { return slices.Contains(l.busy, ref) })
	if len(free) == 0 {
		return lang.Ref{}, false
	}
	ref := free[r.IntN(len(free))]
	l.waiting = slices.DeleteFunc(l.waiting, func(other lang.Ref) bool { return other == ref })
	l.busy = append(l.busy, ref)
	return ref, true
}
