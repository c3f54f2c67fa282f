package controller

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// startingStore returns a store that has so many pods starting at most, of a gate that leads.
func startingStore(now *clocktesting.FakePassiveClock, most int64) *store {
	s := limitedStore(now, nil)
	s.countStarting(most)
	s.limits.knowUnbound()
	_ = s.Update(job("x", "1", "", complete))
	return s
}

// letGo is a Job as the patch of its release leaves it.
func letGo(j *batchv1.Job) {
	j.Spec.Suspend = ptr.To(false)
	metav1.SetMetaDataAnnotation(&j.ObjectMeta, gate.ReleasedAnnotation, `{"uid":"`+string(j.UID)+`"`)
}

func ofPods(n int32) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Spec.Parallelism, j.Spec.Completions = ptr.To(n), ptr.To(n) }
}

func (s *store) areStarting() int64 {
	_, used, _ := s.limits.pool.Tokens(gate.StartingLimit)
	return used
}

func TestTheLongestChainStartsFirst(t *testing.T) {
	t.Parallel()
	s := startingStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), 1)
	for i, one := range [][2]string{
		{"first", "x"}, {"leaf", "x"}, {"chain-1", "x"}, {"chain-2", "chain-1"}, {"urgent", "x"},
	} {
		require.NoError(t, s.Update(job(one[0], fmt.Sprint(i+1), one[1], func(j *batchv1.Job) {
			if one[0] == "urgent" {
				j.Annotations[gate.PriorityAnnotation] = "1"
			}
		})))
	}
	_, next := decides(t, s, "first")
	require.Equal(t, "first", next)
	for _, name := range []string{"leaf", "chain-1", "chain-2", "urgent"} {
		_, next := decides(t, s, name)
		require.Empty(t, next)
	}
	d, _ := decides(t, s, "leaf")
	require.Equal(t, "TooManyStarting: waiting: 1 pod is starting, of 1 that may be (--max-starting)", d.Reason+": "+d.Message)
	require.NoError(t, s.Update(job("first", "7", "x", letGo)))
	for i, want := range []lang.Ref{lang.Job("n", "urgent"), lang.Job("n", "chain-1"), lang.Job("n", "leaf")} {
		before := map[int]string{0: "first", 1: "urgent", 2: "chain-1"}[i]
		pod := types.UID("pod-" + before)
		require.Empty(t, s.limits.unbound(types.UID("uid-"+before), "n", pod, time.Unix(100, 0), false))
		require.Equal(t, []lang.Ref{want}, s.limits.bound(types.UID("uid-"+before), pod))
		require.NoError(t, s.Update(job(want.Name, fmt.Sprint(10+i), "x", letGo)))
	}
}

func TestWhatIsStarting(t *testing.T) {
	t.Parallel()
	const at = 100
	for name, test := range map[string]struct {
		do   func(s *store, now *clocktesting.FakePassiveClock)
		want int64
	}{
		"pods that are still to be made": {func(*store, *clocktesting.FakePassiveClock) {}, 3},
		"one of them without a node": {func(s *store, _ *clocktesting.FakePassiveClock) {
			s.limits.unbound("uid-j", "n", "p", time.Unix(at, 0), false)
		}, 3},
		"one of them with a node": {func(s *store, _ *clocktesting.FakePassiveClock) {
			s.limits.unbound("uid-j", "n", "p", time.Unix(at, 0), false)
			s.limits.bound("uid-j", "p")
		}, 2},
		"one of them with a scheduling gate": {func(s *store, _ *clocktesting.FakePassiveClock) {
			s.limits.unbound("uid-j", "n", "p", time.Unix(at, 0), true)
		}, 2},
		"one of them that has no gate any more": {func(s *store, now *clocktesting.FakePassiveClock) {
			s.limits.unbound("uid-j", "n", "p", time.Unix(at, 0), true)
			now.SetTime(time.Unix(at, 0).Add(gate.StartingTime))
			s.limits.unbound("uid-j", "n", "p", time.Unix(at, 0), false)
		}, 1},
		"what a watch that begins anew does not have": {func(s *store, _ *clocktesting.FakePassiveClock) {
			s.limits.unbound("uid-j", "n", "p", time.Unix(at, 0), false)
			s.limits.unbound("uid-j", "n", "q", time.Unix(at, 0), false)
			s.limits.retain(map[types.UID]bool{"q": true})
		}, 2},
		"what has been starting for too long": {func(s *store, now *clocktesting.FakePassiveClock) {
			s.limits.unbound("uid-j", "n", "p", time.Unix(at, 0), false)
			now.SetTime(time.Unix(at, 0).Add(gate.StartingTime))
			s.limits.expire()
		}, 0},
		"more pods than the job has": {func(s *store, _ *clocktesting.FakePassiveClock) {
			for i := range 9 {
				s.limits.unbound("uid-j", "n", types.UID(fmt.Sprint(i)), time.Unix(at, 0), false)
			}
		}, 3},
		"pods of another namespace that name the job": {func(s *store, _ *clocktesting.FakePassiveClock) {
			s.limits.unbound("uid-j", "m", "p", time.Unix(at, 0), true)
		}, 3},
		"pods of a job that nobody released": {func(s *store, _ *clocktesting.FakePassiveClock) {
			s.limits.unbound("theirs", "n", "p", time.Unix(at, 0), false)
		}, 3},
		"a job that is complete": {func(s *store, _ *clocktesting.FakePassiveClock) {
			_ = s.Update(job("j", "9", "x", ofPods(3), letGo, complete))
		}, 0},
		"a job that is suspended again": {func(s *store, _ *clocktesting.FakePassiveClock) {
			_ = s.Update(job("j", "9", "x", ofPods(3), letGo, func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(true) }))
		}, 0},
		"a job that is gone": {func(s *store, _ *clocktesting.FakePassiveClock) {
			_ = s.Delete(job("j", "9", "x", ofPods(3), letGo))
		}, 0},
		"a job that was there before the gate": {func(s *store, _ *clocktesting.FakePassiveClock) {
			_ = s.Update(job("old", "9", "x", ofPods(2), letGo, func(j *batchv1.Job) {
				j.Status.StartTime = &metav1.Time{Time: time.Unix(at, 0).Add(-gate.StartingTime)}
			}))
		}, 3},
		"a job that has had its pods": {func(s *store, _ *clocktesting.FakePassiveClock) {
			_ = s.Update(job("old", "9", "x", ofPods(2), letGo, func(j *batchv1.Job) { j.Status.Active, j.Status.Succeeded = 1, 1 }))
		}, 3},
		"pods that are seen before their job": {func(s *store, _ *clocktesting.FakePassiveClock) {
			s.limits.unbound("uid-late", "n", "p", time.Unix(at, 0), false)
			s.limits.unbound("uid-late", "n", "q", time.Unix(at, 0), false)
			s.limits.bound("uid-late", "q")
			_ = s.Update(job("late", "9", "x", ofPods(2), letGo))
		}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := clocktesting.NewFakePassiveClock(time.Unix(at, 0))
			s := startingStore(now, 10)
			require.NoError(t, s.Update(job("j", "1", "x", ofPods(3), letGo)))
			test.do(s, now)
			require.Equal(t, test.want, s.areStarting())
		})
	}
}

func TestNothingIsKeptOfWhatIsOver(t *testing.T) {
	t.Parallel()
	s := startingStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), 4)
	require.NoError(t, s.Update(job("j", "1", "x")))
	_, next := decides(t, s, "j")
	require.Equal(t, "j", next)
	s.limits.expire()
	d, _ := decides(t, s, "j")
	require.Equal(t, gate.Releasing, d.Action)
	require.NoError(t, s.Update(job("j", "2", "x", letGo)))
	s.limits.unbound("uid-j", "n", "p", time.Unix(100, 0), false)
	s.limits.unbound("theirs", "n", "q", time.Unix(100, 0), false)
	require.NoError(t, s.Update(job("j", "3", "x", letGo, complete)))
	s.limits.bound("uid-j", "p")
	s.limits.bound("theirs", "q")
	s.limits.expire()
	require.Empty(t, s.limits.starting.of)
	require.Zero(t, s.areStarting())
	_, _, exists := s.limits.pool.Tokens(gate.StartingLimitOf("n"))
	require.False(t, exists)
}

func TestPodsThatHaveANodeBeforeTheReleaseIsSeenAreNotStillToCome(t *testing.T) {
	t.Parallel()
	s := startingStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), 4)
	for _, name := range []string{"j", "refused"} {
		require.NoError(t, s.Update(job(name, "1", "x", ofPods(2))))
		_, next := decides(t, s, name)
		require.Equal(t, name, next)
		s.limits.unbound(types.UID("uid-"+name), "n", types.UID("p-"+name), time.Unix(100, 0), false)
		s.limits.bound(types.UID("uid-"+name), types.UID("p-"+name))
		s.limits.expire()
		if name == "j" {
			require.NoError(t, s.Update(job(name, "2", "x", ofPods(2), letGo)))
			require.EqualValues(t, 1, s.areStarting(), "the other one")
			s.limits.unbound("uid-j", "n", "q", time.Unix(100, 0), false)
			s.limits.bound("uid-j", "q")
			require.Zero(t, s.areStarting())
		}
	}
	require.Contains(t, s.limits.starting.of, types.UID("uid-refused"))
	s.limits.withdraw("uid-refused")
	s.limits.expire()
	require.NotContains(t, s.limits.starting.of, types.UID("uid-refused"), "it was not released")
	require.Zero(t, s.areStarting())
}

func TestPodsOfWhatAnotherGateReleasedDoNotCount(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		scope Scope
		want  int64
	}{
		"in the gate's namespaces they count":   {Scope{Only: []string{"n"}}, 3},
		"in those of another gate they do not":  {Scope{Only: []string{"mine"}}, 0},
		"in those that are left out they don't": {Scope{Except: []string{"n"}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), nil)
			s.scope = test.scope
			s.countStarting(4)
			s.limits.knowUnbound()
			require.NoError(t, s.Update(job("x", "1", "", complete)))
			require.NoError(t, s.Update(job("a", "2", "x", ofPods(3), letGo)))
			require.Equal(t, test.want, s.areStarting())
			s.limits.unbound("uid-a", "n", "pod", time.Unix(100, 0), false)
			require.Equal(t, test.want, s.areStarting())
		})
	}
}

func TestNothingStartsBeforeThePodsAreListed(t *testing.T) {
	t.Parallel()
	s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), nil)
	s.countStarting(4)
	require.NoError(t, s.Update(job("x", "1", "", complete)))
	require.NoError(t, s.Update(job("j", "1", "x")))
	d, next := decides(t, s, "j")
	require.Equal(t, "waiting: this gate has still to list the pods that are starting", d.Message)
	require.Empty(t, next)
	require.True(t, s.limits.knowUnbound())
	require.Equal(t, []lang.Ref{lang.Job("n", "j")}, s.usingLimits(), "it is decided again")
	_, next = decides(t, s, "j")
	require.Equal(t, "j", next)
}
