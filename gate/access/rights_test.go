package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// court answers reviews, and counts them.
type court struct {
	mu      sync.Mutex
	allows  bool
	fails   bool
	takes   time.Duration
	asked   []string
	now, at int
}

func (c *court) Create(ctx context.Context, review *authorizationv1.SubjectAccessReview, _ metav1.CreateOptions) (*authorizationv1.SubjectAccessReview, error) {
	c.mu.Lock()
	a := review.Spec.ResourceAttributes
	c.asked = append(c.asked, fmt.Sprint(review.Spec.User, " ", a.Verb, " ", a.Resource, ".", a.Group, " ", a.Namespace, "/", a.Name))
	c.now++
	c.at = max(c.at, c.now)
	c.mu.Unlock()
	if c.takes > 0 {
		select {
		case <-time.After(c.takes):
		case <-ctx.Done():
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now--
	if c.fails {
		return nil, errors.New("the server is currently unable to handle the request")
	}
	review.Status.Allowed = c.allows
	return review, nil
}

func (c *court) rule(allows, fails bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.allows, c.fails = allows, fails
}

// count returns how many questions came since it was last called.
func (c *court) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.asked)
	c.asked = nil
	return n
}

// bench is rights under test, in a bubble where time passes as it is told to.
type bench struct {
	*Rights
	court *court
	mu    sync.Mutex
	woken []string
}

func sitting(t *testing.T, c *court, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{court: c}
		b.Rights = NewRights(c, func(ref lang.Ref) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.woken = append(b.woken, ref.Name)
		}, clock.RealClock{})
		ctx, cancel := context.WithCancel(klog.NewContext(t.Context(), klog.Logger{}))
		done := make(chan struct{})
		go func() {
			defer close(done)
			b.Run(ctx)
		}()
		test(b)
		cancel()
		<-done
	})
}

// pass lets time pass.
func (b *bench) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// wakes returns the Jobs that were to be decided since it was last called.
func (b *bench) wakes() []string {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	woken := b.woken
	b.woken = nil
	slices.Sort(woken)
	return woken
}

// asks returns what a Job of namespace n learns about a Job etl/load, or about
// another. The list of questions is the same at each call, as in the store.
func asker(name string, questions ...gate.Question) func(b *bench) gate.Answer {
	if questions == nil {
		questions = []gate.Question{{Namespace: "n", Account: "default", Verb: "get", Target: "etl", Name: "load"}}
	}
	return func(b *bench) gate.Answer {
		return b.Look(lang.Job("n", name), questions).Answer(questions[0])
	}
}

func TestAQuestionIsAskedOnceHoweverManyWait(t *testing.T) {
	t.Parallel()
	sitting(t, &court{allows: true, takes: time.Millisecond}, func(b *bench) {
		for i := range 1000 {
			require.Equal(t, gate.Unasked, asker(fmt.Sprintf("job-%d", i))(b))
		}
		b.pass(10 * time.Millisecond)
		require.Equal(t, []string{"system:serviceaccount:n:default get jobs.batch etl/load"}, b.court.asked)
		require.Len(t, b.wakes(), 1000)
		require.Equal(t, gate.Allowed, asker("job-0")(b))
		require.Equal(t, gate.Allowed, asker("late")(b))
		synctest.Wait()
		require.Equal(t, 1, b.court.count())
		require.Empty(t, b.wakes(), "the answer is no news to those who have seen it")
	})
}

func TestAnAnswerThatOpensIsNeverOlderThanAMinute(t *testing.T) {
	t.Parallel()
	sitting(t, &court{allows: true}, func(b *bench) {
		load := asker("load")
		load(b)
		synctest.Wait()
		b.court.rule(true, true)
		b.court.count()
		b.wakes()
		b.pass(maxAge - time.Millisecond)
		require.Equal(t, gate.Allowed, load(b))
		require.NotZero(t, b.court.count(), "it is asked again while a Job waits")
		b.pass(time.Millisecond)
		require.Equal(t, gate.Unasked, load(b), "too old, and the API server does not answer")
		require.Empty(t, b.wakes())
		b.court.rule(true, false)
		b.pass(lastAsk)
		require.Equal(t, []string{"load"}, b.wakes())
		require.Equal(t, gate.Allowed, load(b))
	})
}

func TestARevokedRightClosesWhileAJobWaits(t *testing.T) {
	t.Parallel()
	sitting(t, &court{allows: true}, func(b *bench) {
		load := asker("load")
		load(b)
		synctest.Wait()
		require.Equal(t, gate.Allowed, load(b))
		b.wakes()
		b.court.rule(false, false)
		b.pass(reAsk)
		require.Equal(t, []string{"load"}, b.wakes())
		require.Equal(t, gate.Denied, load(b))
	})
}

func TestAGrantOpensSoon(t *testing.T) {
	t.Parallel()
	sitting(t, &court{}, func(b *bench) {
		load := asker("load")
		load(b)
		synctest.Wait()
		require.Equal(t, gate.Denied, load(b))
		require.Equal(t, []string{"load"}, b.wakes())
		b.pass(10 * time.Minute)
		require.Empty(t, b.wakes(), "denied again is no news")
		require.Equal(t, gate.Denied, load(b))
		require.InDelta(t, 5+20, b.court.count(), 2, "1, 2, 4, 8 and 16 s, then every 30")
		b.court.rule(true, false)
		b.pass(lastAsk)
		require.Equal(t, []string{"load"}, b.wakes())
		require.Equal(t, gate.Allowed, load(b))
	})
}

// Somebody is refused, gets the right and makes the Job again: the new Job must
// not hear the old answer.
func TestANewJobGetsANewAnswer(t *testing.T) {
	t.Parallel()
	sitting(t, &court{}, func(b *bench) {
		old := asker("old")
		old(b)
		synctest.Wait()
		b.pass(10*time.Minute + 5*time.Second) // between two questions
		require.Equal(t, gate.Denied, old(b))
		b.court.rule(true, false)
		b.wakes()
		again := asker("again")
		require.Equal(t, gate.Unasked, again(b))
		require.Equal(t, gate.Denied, old(b), "it has heard so before")
		require.Equal(t, []string{"again", "old"}, b.wakes())
		require.Equal(t, gate.Allowed, again(b))
	})
}

func TestAFailedReviewOpensNothingAndIsNotRepeatedAtOnce(t *testing.T) {
	t.Parallel()
	sitting(t, &court{fails: true}, func(b *bench) {
		load := asker("load")
		for range 100 {
			require.Equal(t, gate.Unasked, load(b))
			synctest.Wait()
		}
		require.Equal(t, 1, b.court.count())
		b.court.rule(true, false)
		b.pass(firstAsk)
		require.Equal(t, []string{"load"}, b.wakes())
		require.Equal(t, gate.Allowed, load(b))
	})
}

// Ten thousand refusals of one tenant, each of its own, are asked again at a rate
// that the API server does not feel, and another's do not queue behind them.
func TestRefusalsDoNotStorm(t *testing.T) {
	t.Parallel()
	sitting(t, &court{takes: time.Millisecond}, func(b *bench) {
		const jobs = 10_000
		for i := range jobs {
			asker(fmt.Sprintf("job-%d", i), gate.Question{Namespace: "n", Account: fmt.Sprint(i), Verb: "list", Target: "etl"})(b)
		}
		other := asker("other", gate.Question{Namespace: "other", Account: "default", Verb: "get", Target: "etl", Name: "load"})
		other(b)
		b.pass(10 * time.Millisecond)
		require.Equal(t, gate.Denied, other(b), "its first question waited for those of another")
		b.wakes()
		b.pass(jobs * time.Millisecond) // 8 at once, and some again meanwhile
		require.GreaterOrEqual(t, b.court.count(), jobs)
		b.pass(time.Minute)
		require.InDelta(t, time.Minute/askGap, b.court.count(), 100)
		require.LessOrEqual(t, b.court.at, askers)
		b.court.rule(true, false)
		b.pass(lastAsk)
		require.Equal(t, gate.Allowed, other(b), "a grant did not open soon")
	})
}

func TestWhatNobodyWaitsForIsForgotten(t *testing.T) {
	t.Parallel()
	sitting(t, &court{allows: true}, func(b *bench) {
		load := asker("load")
		load(b)
		synctest.Wait()
		b.Forget(lang.Job("n", "load"))
		b.Forget(lang.Job("n", "never-asked"))
		require.Equal(t, gate.Allowed, asker("next")(b), "the answer is still good")
		b.Forget(lang.Job("n", "next"))
		b.court.count()
		b.pass(2 * maxAge)
		require.Zero(t, b.court.count(), "asked again for nobody")
		require.Empty(t, b.answers)
		require.Empty(t, b.jobs)
		require.Empty(t, b.slots)
		require.Equal(t, gate.Unasked, asker("load")(b))
	})
}

// A deletion waits for the right of somebody who may have none. However many other
// questions he has, this one comes first; and where that does not help, the deletion
// goes on.
func TestADeletionWaitsForNoOtherQuestions(t *testing.T) {
	t.Parallel()
	sitting(t, &court{takes: time.Second}, func(b *bench) {
		many := make([]gate.Question, 9999)
		for i := range many {
			many[i] = gate.Question{Namespace: "evil", Account: "default", Verb: "get", Target: "own3", Name: fmt.Sprintf("j%04d", i)}
		}
		asker("greedy", many...)(b)
		synctest.Wait()
		p := gate.Question{Namespace: "evil", Account: "default", Verb: "get", Target: "own3", Name: "p"}
		held := func() bool { return !b.Hurry(lang.Job("n", "waits"), []gate.Question{p}, p) }
		require.True(t, held())
		b.pass(2100 * time.Millisecond)
		require.Equal(t, gate.Denied, b.Answer(lang.Job("n", "waits"), p), "it waited for the questions of another Job")
	})
	sitting(t, &court{takes: 9 * time.Second}, func(b *bench) {
		late := func() (n int) {
			for i := range 100 { // each with a service account of its own
				q := gate.Question{Namespace: "evil", Account: fmt.Sprint(i), Verb: "get", Target: "own3", Name: "p"}
				if b.Hurry(lang.Job("evil", fmt.Sprint(i)), []gate.Question{q}, q) {
					n++
				}
			}
			return n
		}
		require.Zero(t, late(), "at first they are waited for")
		b.pass(LateAfter + time.Second)
		require.Greater(t, late(), 80, "and not for longer than that")
	})
}

// That nobody can be asked is no tenant's doing: then what may be his is kept.
func TestADeletionWaitsForReviewsThatFail(t *testing.T) {
	t.Parallel()
	sitting(t, &court{fails: true}, func(b *bench) {
		q := gate.Question{Namespace: "n", Account: "default", Verb: "get", Target: "etl", Name: "p"}
		for range 30 {
			require.False(t, b.Hurry(lang.Job("n", "waits"), []gate.Question{q}, q))
			b.pass(time.Second)
		}
	})
}
