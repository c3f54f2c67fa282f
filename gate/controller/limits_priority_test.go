package controller

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	"pgregory.net/rapid"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

func ofClass(class string) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Spec.Template.Spec.PriorityClassName = class }
}

func class(name string, value int32, byDefault bool) *schedulingv1.PriorityClass {
	return &schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Value: value, GlobalDefault: byDefault}
}

// Whatever classes come, change and go while Jobs wait, tokens are given by those of the end.
func TestAChangedPriorityClassReordersWhoWaits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := clocktesting.NewFakePassiveClock(time.Unix(100, 0))
		s := limitedStore(now, map[string]string{"x": "1"})
		s.limits.pool.Hold("runs", limit.Needs{{Limit: limitX, Tokens: 1}})
		s.limits.classify(gate.PriorityClasses{"high": {Value: 10}})
		names := []string{"", "high", "low", "usual"}
		values := map[string]*schedulingv1.PriorityClass{"high": class("high", 10, false)}
		var refs []lang.Ref
		for i := range rapid.IntRange(2, 12).Draw(t, "jobs") {
			name := fmt.Sprintf("job-%02d", i)
			changes := []func(*batchv1.Job){uses("x"), ofClass(rapid.SampledFrom(names).Draw(t, "class"))}
			if rapid.IntRange(0, 4).Draw(t, "says") == 0 {
				changes = append(changes, func(j *batchv1.Job) { j.Annotations[gate.PriorityAnnotation] = "5" })
			}
			require.NoError(t, s.Update(job(name, fmt.Sprint(i+1), "", changes...)))
			decides(t, s, name)
			refs = append(refs, lang.Job("n", name))
			for range rapid.IntRange(0, 2).Draw(t, "changes") {
				one := rapid.SampledFrom(names[1:]).Draw(t, "changed")
				if rapid.IntRange(0, 3).Draw(t, "gone") == 0 {
					delete(values, one)
					s.limits.reclassify(one, nil)
					continue
				}
				values[one] = class(one, int32(rapid.IntRange(-2, 12).Draw(t, "value")), one == "usual")
				s.limits.reclassify(one, values[one])
			}
		}
		want := func(ref lang.Ref) int64 {
			said := s.entries[ref].job.Uses.Priority
			switch of := values[said.Class]; {
			case said.Said:
				return 5
			case said.Class == "" && values["usual"] != nil:
				return int64(values["usual"].Value)
			case of != nil:
				return int64(of.Value)
			}
			return 0
		}
		slices.SortStableFunc(refs, func(a, b lang.Ref) int { return int(want(b) - want(a)) })
		require.Equal(t, refs, s.limits.set("n", map[string]string{"x": "100"}))
	})
}

func TestWhatTheWatchTellsOfPriorityClassesIsNewerThanAList(t *testing.T) {
	t.Parallel()
	s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), nil)
	s.limits.foresee(gate.PriorityClasses{"high": {Value: 1}})
	require.Equal(t, int32(1), s.limits.classes["high"].Value)
	require.False(t, s.limits.knowsClasses())
	s.limits.classify(gate.PriorityClasses{"high": {Value: 2}})
	s.limits.foresee(gate.PriorityClasses{"high": {Value: 1}})
	require.Equal(t, int32(2), s.limits.classes["high"].Value)
	require.True(t, s.limits.knowsClasses())
}
