package controller

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/gate/access"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// uses makes a Job use tokens, as the policies have it.
func uses(text string) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		metav1.SetMetaDataAnnotation(&j.ObjectMeta, gate.UsesAnnotation, text)
		j.Spec.Suspend, j.Spec.PodReplacementPolicy = ptr.To(true), ptr.To(batchv1.Failed)
	}
}

// carriedOut is a Job as the patch of its release leaves it.
func carriedOut(j *batchv1.Job) {
	j.Spec.Suspend = ptr.To(false)
	metav1.SetMetaDataAnnotation(&j.ObjectMeta, gate.ReleasedAnnotation, `{"uid":"`+string(j.UID)+`"`)
	each, err := limit.ParseUses(j.Annotations[gate.UsesAnnotation], j.Namespace)
	if err == nil {
		j.Spec.Template.Annotations = map[string]string{gate.TokensAnnotation: each.String()}
	}
}

// limitedStore returns a store with limits, of a gate that leads.
func limitedStore(now *clocktesting.FakePassiveClock, data map[string]string) *store {
	s := newStore(func(lang.Ref, time.Time) {}, now)
	s.access = access.Fixed{Access: gate.Open{}}
	s.keepLimits()
	s.limits.set("n", data)
	s.limits.know()
	s.limits.begin()
	return s
}

// decides decides about a Job and has it in line, or not.
func decides(t require.TestingT, s *store, name string) (gate.Decision, string) {
	j, d, ok := s.decide(lang.Job("n", name))
	require.True(t, ok)
	var names []string
	for _, ref := range s.follow(j, d) {
		names = append(names, ref.Name)
	}
	return d, strings.Join(names, " ")
}

func TestAJobStaysInLineWhateverTheWatchSays(t *testing.T) {
	t.Parallel()
	s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), map[string]string{"x": "1"})
	for i, name := range []string{"a", "b", "c"} {
		require.NoError(t, s.Update(job(name, fmt.Sprint(i+1), "", uses("x"))))
	}
	d, next := decides(t, s, "a")
	require.Equal(t, gate.Waiting, d.Action)
	require.Equal(t, "a", next, "its turn at once")
	for _, name := range []string{"b", "c"} {
		d, next = decides(t, s, name)
		require.Equal(t, "waiting for tokens: 1 of n/x, of which 1 of 1 are in use", d.Message)
		require.Empty(t, next)
	}
	require.NoError(t, s.Update(job("b", "4", "", uses("x"), func(j *batchv1.Job) { j.Labels = map[string]string{"flaps": "yes"} })))
	d, _ = decides(t, s, "a")
	require.Equal(t, gate.Releasing, d.Action)
	require.NoError(t, s.Update(job("a", "5", "", uses("x"), carriedOut)))
	require.NoError(t, s.Update(job("b", "6", "", uses("x"), func(j *batchv1.Job) { j.Annotations[gate.HoldAnnotation] = "no" })))
	_, next = decides(t, s, "b")
	require.Empty(t, next)
	affected := s.limits.observe(gate.Observe(job("a", "7", "", uses("x"), carriedOut, complete)), nil, nil)
	require.Equal(t, []lang.Ref{lang.Job("n", "c")}, affected, "b is on hold")
	_, next = decides(t, s, "b")
	require.Empty(t, next)
}

func TestWhoIsGoneComesIntoLineNoMore(t *testing.T) {
	t.Parallel()
	s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), map[string]string{"x": "1"})
	require.NoError(t, s.Update(job("a", "1", "", uses("x"))))
	j, d, _ := s.decide(lang.Job("n", "a"))
	require.NoError(t, s.Delete(job("a", "2", "", uses("x"))))
	require.Empty(t, s.follow(j, d))
	require.Empty(t, s.limits.waiting)
}

// answers answers all questions.
type answers gate.Answer

func (a answers) Answer(gate.Question) gate.Answer { return gate.Answer(a) }

func TestWhoMayNotUseALimitTakesNothingOfIt(t *testing.T) {
	t.Parallel()
	s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), map[string]string{"x": "1"})
	s.access = access.Fixed{Access: answers(gate.Denied)}
	s.limits.set("other", map[string]string{"gpu": "1"})
	require.NoError(t, s.Update(job("a", "1", "", uses("other/gpu"))))
	d, next := decides(t, s, "a")
	require.Equal(t, gate.ReasonProblem, d.Reason)
	require.Empty(t, next)
	require.NoError(t, s.Update(job("unheld", "2", "", uses("other/gpu"), func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(false) })))
	_, used, _ := s.limits.pool.Tokens(limit.Name{Namespace: "other", Key: "gpu"})
	require.Zero(t, used)
	s.access = access.Fixed{Access: gate.Open{}}
	_, next = decides(t, s, "a")
	require.Equal(t, "a", next)
}

func TestAnEditGivesBackWhatWasGiven(t *testing.T) {
	t.Parallel()
	s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), map[string]string{"x": "2"})
	require.NoError(t, s.Update(job("a", "1", "", uses("x=2"))))
	require.NoError(t, s.Update(job("b", "2", "", uses("x"))))
	_, next := decides(t, s, "a")
	require.Equal(t, "a", next)
	decides(t, s, "b")
	require.NoError(t, s.Update(job("a", "3", "none", uses("x=2"))))
	_, next = decides(t, s, "a")
	require.Equal(t, "b", next, "a waits for something else now")
	require.NoError(t, s.Update(job("b", "4", "", func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(true) })))
	decides(t, s, "b")
	_, used, _ := s.limits.pool.Tokens(limit.Name{Namespace: "n", Key: "x"})
	require.Zero(t, used, "b uses nothing any more")
}

func TestTokensOfAJobThatIsGoneAreFreeWithItsLastPod(t *testing.T) {
	t.Parallel()
	now := clocktesting.NewFakePassiveClock(time.Unix(100, 0))
	s := limitedStore(now, map[string]string{"x": "1"})
	require.NoError(t, s.Update(job("a", "1", "", uses("x"), carriedOut)))
	require.NoError(t, s.Update(job("b", "2", "", uses("x"))))
	decides(t, s, "b")
	require.NoError(t, s.Delete(job("a", "3", "", uses("x"), carriedOut)))
	require.Empty(t, s.limits.goneFrom(now.Now()), "pods that are being made are not there yet")
	require.Empty(t, s.limits.settle("n", nil, now.Now()))
	now.SetTime(now.Now().Add(lookAtGone))
	require.Equal(t, []string{"n"}, s.limits.goneFrom(now.Now()))
	require.Empty(t, s.limits.settle("n", map[types.UID]bool{"uid-a": true}, now.Now()))
	require.Equal(t, []lang.Ref{lang.Job("n", "b")}, s.limits.settle("n", nil, now.Now()))
	require.Empty(t, s.limits.gone)
	_, used, _ := s.limits.pool.Tokens(limitX)
	require.Equal(t, int64(1), used)
}

func TestPodsThatRunOnAreLookedAtLessAndLessOften(t *testing.T) {
	t.Parallel()
	now := clocktesting.NewFakePassiveClock(time.Unix(100, 0))
	s := limitedStore(now, map[string]string{"x": "2"})
	goes := func(name string) {
		require.NoError(t, s.Update(job(name, "1", "", uses("x"), carriedOut)))
		require.NoError(t, s.Delete(job(name, "2", "", uses("x"), carriedOut)))
	}
	// looks returns after how many seconds the pods were looked at, within so many.
	looks := func(within int) (at []int) {
		for second := 1; second <= within; second++ {
			now.SetTime(now.Now().Add(time.Second))
			if len(s.limits.goneFrom(now.Now())) > 0 {
				at = append(at, second)
			}
		}
		return at
	}
	goes("a")
	require.Equal(t, []int{2, 4, 8, 16, 32, 62, 92, 122}, looks(130))
	goes("b")
	require.Equal(t, []int{1, 3, 7, 15}, looks(15), "for a, and 2 s later for b")
}

func TestAConfigMapOfManyLimits(t *testing.T) {
	t.Parallel()
	data := map[string]string{}
	for i := range 10_000 {
		data[fmt.Sprintf("k%d", i)] = "1"
	}
	s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), data)
	key := map[string]string{"a": "k7", "b": "k7", "c": "k8"}
	for i, name := range []string{"a", "b", "c"} {
		require.NoError(t, s.Update(job(name, fmt.Sprint(i+1), "", uses(key[name]))))
		decides(t, s, name)
	}
	told := s.limits.tell()
	require.Len(t, told, 2, "who uses none is not told of")
	require.Equal(t, "k7", told[0].Name)
	require.EqualValues(t, 1, told[0].Waiting)

	other := maps.Clone(data)
	other["k9"], other["k7"] = "2", "2"
	require.Equal(t, []lang.Ref{lang.Job("n", "b")}, s.limits.set("n", other))
	require.Empty(t, s.limits.set("n", other), "nothing has changed")
	s.limits.set("n", nil)
	_, used, exists := s.limits.pool.Tokens(limit.Name{Namespace: "n", Key: "k7"})
	require.EqualValues(t, 2, used, "who has tokens keeps them")
	require.False(t, exists)
}
