package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// written is one write that arrived at the API server.
type written struct {
	at      time.Time
	name    string
	reason  string
	message string
}

// press is a cluster under test to which conditions are written, in a bubble
// where time passes as it is told to.
type press struct {
	t *testing.T
	*conditions
	mu      sync.Mutex
	jobs    map[string]*batchv1.Job
	version int
	log     []written
	fails   bool

	conflicts int
}

// paper is the part of the API server that takes patches.
type paper struct {
	batchv1client.JobInterface
	*press
}

func (p *press) Jobs(string) batchv1client.JobInterface { return paper{press: p} }

func (p paper) Patch(_ context.Context, name string, _ types.PatchType, patch []byte, _ metav1.PatchOptions, _ ...string) (*batchv1.Job, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fails {
		return nil, errors.New("the server is currently unable to handle the request")
	}
	sent := &metav1.PartialObjectMetadata{}
	if err := json.Unmarshal(patch, sent); err != nil {
		return nil, err
	}
	if sent.ResourceVersion != p.jobs[name].ResourceVersion {
		p.conflicts++
		return nil, apierrors.NewConflict(batchv1.Resource("jobs"), name, errors.New("the object has been modified"))
	}
	document, err := json.Marshal(p.jobs[name])
	if err != nil {
		return nil, err
	}
	if document, err = strategicpatch.StrategicMergePatch(document, patch, batchv1.Job{}); err != nil {
		return nil, err
	}
	patched := &batchv1.Job{}
	if err := json.Unmarshal(document, patched); err != nil {
		return nil, err
	}
	for _, c := range patched.Status.Conditions {
		if c.Type == gate.ConditionType {
			p.log = append(p.log, written{time.Now(), name, c.Reason, c.Message})
		}
	}
	p.version++
	patched.ResourceVersion = strconv.Itoa(p.version)
	p.jobs[name] = patched
	return patched.DeepCopy(), nil
}

// printing runs a writer of so many conditions a second while the test goes on.
func printing(t *testing.T, rate float32, test func(p *press)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := &press{t: t, jobs: map[string]*batchv1.Job{}}
		// Every event is decided at once, and nothing is ever released.
		var s *store
		s = newStore(func(ref lang.Ref, _ time.Time) {
			if job, d, exists := s.decide(ref); exists {
				p.note(job, d)
			}
		}, clock.RealClock{})
		p.conditions = newConditions(writer{jobs: p}, rate, s, clock.RealClock{})
		ctx, cancel := context.WithCancel(klog.NewContext(t.Context(), logr.Discard()))
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.run(ctx)
		}()
		test(p)
		cancel()
		<-done
	})
}

// change makes a Job or changes it, and the store hears of it.
func (p *press) change(name string, do func(*batchv1.Job)) {
	require.NoError(p.t, p.store.Update(p.changeUnseen(name, do)))
}

// changeUnseen makes a Job or changes it, and returns what the store has not heard of yet.
func (p *press) changeUnseen(name string, do func(*batchv1.Job)) *batchv1.Job {
	p.mu.Lock()
	defer p.mu.Unlock()
	j := p.jobs[name]
	if j == nil {
		j = job(name, "1", "extract")
		j.CreationTimestamp = metav1.NewTime(time.Now().Truncate(time.Second))
	}
	j = j.DeepCopy()
	do(j)
	p.version++
	j.ResourceVersion = strconv.Itoa(p.version)
	p.jobs[name] = j
	return j.DeepCopy()
}

// fail makes every write fail, or none.
func (p *press) fail(fails bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fails = fails
}

func asItIs(*batchv1.Job) {}

func (p *press) release(name string) {
	p.change(name, func(j *batchv1.Job) {
		record, err := json.Marshal(gate.NewRelease(gate.Observe(j), time.Now(), gate.ByGate, []lang.Reason{
			{Check: &lang.Check{Status: lang.StatusSucceeded}, Ref: lang.Job("n", "extract"), Object: &lang.Object{Outcome: lang.Succeeded}},
		}))
		require.NoError(p.t, err)
		j.Annotations[gate.ReleasedAnnotation] = string(record)
		j.Spec.Suspend = new(false)
	})
}

func (p *press) hold(name, why string) {
	p.change(name, func(j *batchv1.Job) { j.Annotations[gate.HoldAnnotation] = why })
}

// pass lets time pass, and returns what was written since the last time.
func (p *press) pass(d time.Duration) []written {
	time.Sleep(d)
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	log := p.log
	p.log = nil
	return log
}

func TestNothingIsSaidOfAJobThatWaitedForLessThanTwoSeconds(t *testing.T) {
	t.Parallel()
	printing(t, 1000, func(p *press) {
		time.Sleep(900 * time.Millisecond) // the API server says it was made 0.9 s earlier
		for i := range 100 {
			p.change(fmt.Sprint("load-", i), asItIs)
		}
		require.Empty(t, p.pass(1990*time.Millisecond))
		for i := range 100 {
			p.release(fmt.Sprint("load-", i))
		}
		require.Empty(t, p.pass(time.Hour))
		require.Zero(t, p.queue.Len())
	})
}

func TestALongWaiterIsToldOfAtTheBeginningAndAtTheEnd(t *testing.T) {
	t.Parallel()
	printing(t, 1000, func(p *press) {
		p.change("load", asItIs)
		log := p.pass(3 * time.Second)
		require.Len(t, log, 1)
		require.Equal(t, gate.ReasonWaiting, log[0].reason)
		require.Empty(t, p.pass(24*time.Hour), "nothing is new")
		p.release("load")
		require.Empty(t, p.pass(1990*time.Millisecond), "the Job controller writes the status of a Job that starts")
		log = p.pass(2 * time.Second)
		require.Len(t, log, 1)
		require.Equal(t, written{log[0].at, "load", gate.ReasonMet, "released: n/extract succeeded"}, log[0])
		require.Empty(t, p.pass(24*time.Hour))
	})
}

// A write between the success of the last pod and Complete would be one that the Job controller did not expect: it
// would begin anew a second later, and whoever waits for the Job too.
func TestNothingIsSaidWhileAJobCompletes(t *testing.T) {
	t.Parallel()
	printing(t, 1000, func(p *press) {
		p.change("load", func(j *batchv1.Job) { j.Spec.Completions = new(int32(1)) })
		require.Len(t, p.pass(3*time.Second), 1)
		p.release("load")
		load, _, _ := p.store.decide(lang.Job("n", "load"))
		p.store.mu.Lock()
		p.store.successes.add(load.Owner(), gate.Pod{UID: "p", Index: -1})
		p.store.mu.Unlock()
		require.Empty(t, p.pass(10*time.Second))
		p.change("load", func(j *batchv1.Job) {
			j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{Type: batchv1.JobComplete, Status: "True"})
		})
		log := p.pass(time.Second)
		require.Len(t, log, 1)
		require.Equal(t, gate.ReasonMet, log[0].reason)
	})
}

// However often the state changes, one write in ten seconds, and the last state
// is written.
func TestOneWriteInTenSecondsAndTheLastStateAlways(t *testing.T) {
	t.Parallel()
	printing(t, 1000, func(p *press) {
		p.change("load", asItIs)
		var log []written
		for i := range 1000 {
			p.hold("load", fmt.Sprint(i))
			log = append(log, p.pass(100*time.Millisecond)...)
		}
		p.release("load")
		log = append(log, p.pass(time.Minute)...)
		for i := range log[1:] {
			require.GreaterOrEqual(t, log[i+1].at.Sub(log[i].at), 10*time.Second)
		}
		require.Equal(t, gate.ReasonMet, log[len(log)-1].reason)
		require.Less(t, len(log), 9, "a message that changes all the time is written less and less often")
	})
}

// What changes without changing the decision is seen, in time.
func TestTheMessageFollows(t *testing.T) {
	t.Parallel()
	printing(t, 1000, func(p *press) {
		p.change("load", asItIs)
		require.Equal(t, "waiting: n/extract does not exist", p.pass(3 * time.Second)[0].message)
		p.change("extract", func(j *batchv1.Job) { j.Annotations, j.Spec.Suspend = nil, nil })
		log := p.pass(12 * time.Second)
		require.Len(t, log, 1)
		require.Equal(t, "waiting: n/extract has not finished", log[0].message)
	})
}

func TestTheRateOfAllIsLimited(t *testing.T) {
	t.Parallel()
	printing(t, 20, func(p *press) {
		for i := range 2000 {
			p.change(fmt.Sprint("load-", i), asItIs)
		}
		log := p.pass(53 * time.Second)
		require.InDelta(t, 20+50*20, len(log), 5)
		for i := range 2000 {
			p.release(fmt.Sprint("load-", i))
		}
		log = append(log, p.pass(time.Hour)...)
		writes, last := map[string]int{}, map[string]string{}
		for _, w := range log {
			writes[w.name]++
			last[w.name] = w.reason
		}
		require.Len(t, last, 2000)
		for name, reason := range last {
			require.Equal(t, gate.ReasonMet, reason, name)
			require.LessOrEqual(t, writes[name], 2, name)
		}
		require.InDelta(t, 2000+1020, len(log), 5, "of those that were never said to wait, only the end is told")
	})
}

// A new gate finds out from the Jobs what was said, writes nothing again, and
// tells what the last one owed.
func TestARestartWritesOnlyWhatIsOwed(t *testing.T) {
	t.Parallel()
	printing(t, 1000, func(p *press) {
		for _, name := range []string{"waits", "told", "owed", "gone"} {
			p.change(name, asItIs)
		}
		require.Len(t, p.pass(3*time.Second), 4)
		p.release("told")
		require.Len(t, p.pass(time.Minute), 1)

		// The old gate is gone, and the new one has never seen anything.
		p.mu.Lock()
		old := p.conditions.store
		p.conditions.store.entries = map[lang.Ref]entry{}
		p.mu.Unlock()
		require.Same(t, old, p.conditions.store)
		p.jobs["owed"].Annotations[gate.ReleasedAnnotation] = `{"uid":"uid-owed","by":"depctl-gate","met":1,"because":["it"]}`
		delete(p.jobs["gone"].Annotations, gate.DependsOnAnnotation)
		var list []any
		for _, j := range p.jobs {
			list = append(list, j.DeepCopy())
		}
		require.NoError(t, p.store.Replace(list, "9"))
		reasons := map[string]string{}
		for _, w := range p.pass(time.Hour) {
			reasons[w.name] = w.reason
		}
		require.Equal(t, map[string]string{"owed": gate.ReasonMet, "gone": gate.ReasonNotAnnotated}, reasons)
	})
}

func TestAConditionThatCannotBeWrittenIsTriedAgainSeldom(t *testing.T) {
	t.Parallel()
	printing(t, 1000, func(p *press) {
		p.change("load", asItIs)
		p.fail(true)
		require.Empty(t, p.pass(10*time.Minute))
		p.fail(false)
		require.Len(t, p.pass(lastRewrite), 1)
	})
}

// The Job controller, or a person, has written to the Job, and the watch is late.
func TestWhatWasDecidedOfAnOlderStateIsNotWritten(t *testing.T) {
	t.Parallel()
	printing(t, 1000, func(p *press) {
		p.change("load", asItIs)
		unseen := p.changeUnseen("load", func(j *batchv1.Job) { j.Annotations["example.com/note"] = "later" })
		require.Empty(t, p.pass(10*time.Second))
		require.NotZero(t, p.conflicts)
		// The annotation is nothing that the gate reads, so no decision is made anew.
		require.NoError(t, p.store.Update(unseen))
		require.Len(t, p.pass(2*time.Second), 1)
	})
}

// Somebody writes over it, or a write of the last gate comes late.
func TestWhatIsWrongIsWrittenAgain(t *testing.T) {
	t.Parallel()
	printing(t, 1000, func(p *press) {
		p.change("load", asItIs)
		p.pass(3 * time.Second)
		p.release("load")
		require.Len(t, p.pass(time.Minute), 1)
		p.change("load", func(j *batchv1.Job) {
			j.Status.Conditions[0].Status, j.Status.Conditions[0].Reason = "False", gate.ReasonWaiting
		})
		log := p.pass(time.Minute)
		require.Len(t, log, 1)
		require.Equal(t, gate.ReasonMet, log[0].reason)
	})
}
