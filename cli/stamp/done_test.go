package stamp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

func TestWhatCanBeSaidToBeOver(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		done Done
		says string
	}{
		"a name":                          {Done{Name: "approval"}, ""},
		"a step of a run":                 {Done{Name: "approval", Run: "2026-11-29"}, ""},
		"a failure with its reason":       {Done{Name: "approval", Failed: true, Why: "not before Monday"}, ""},
		"no name":                         {Done{}, `"" cannot be the name of a Job`},
		"a name that is none":             {Done{Name: "Approval"}, `"Approval" cannot be the name of a Job`},
		"a name with a slash":             {Done{Name: "etl/approval"}, "cannot be the name of a Job"},
		"a name of 64 characters":         {Done{Name: strings.Repeat("a", 64)}, "at most 63"},
		"a run that is none":              {Done{Name: "x", Run: "a b"}, `"a b" cannot be the name of a run`},
		"a result of a failure":           {Done{Name: "x", Failed: true, Result: "blue"}, "a Job that failed has no result"},
		"a reason of a success":           {Done{Name: "x", Why: "because"}, "a reason is for a Job that failed"},
		"a result of 4095 bytes":          {Done{Name: "x", Result: strings.Repeat("x", 4095)}, ""},
		"a result that is too long":       {Done{Name: "x", Result: strings.Repeat("x", 4096)}, "has 4096 bytes: a result must be shorter than 4096"},
		"a result with a control char":    {Done{Name: "x", Result: "a\x00b"}, "has a control character (U+0000) at byte 2"},
		"a result that is no UTF-8 text":  {Done{Name: "x", Result: "a\xff"}, "has bytes that are no UTF-8 text at byte 2"},
		"a result of two lines and a tab": {Done{Name: "x", Result: "a\tb\nc"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if test.says == "" {
				require.NoError(t, test.done.Check())
				return
			}
			require.ErrorContains(t, test.done.Check(), test.says)
		})
	}
}

func TestTheJobThatIsOver(t *testing.T) {
	t.Parallel()
	typed := func(d Done) *batchv1.Job {
		job := &batchv1.Job{}
		require.NoError(t, runtime.DefaultUnstructuredConverter.FromUnstructured(By(d.Job(), "ann").Object, job))
		return job
	}
	yes := Done{Namespace: "etl", Name: "approval", Result: "yes"}
	job := typed(yes)
	require.Equal(t, ptr.To[int32](0), job.Spec.Completions)
	require.Nil(t, job.Spec.Parallelism)
	require.Equal(t, map[string]string{gate.ResultAnnotation: "yes", gate.DoneByAnnotation: "ann"}, job.Annotations)
	require.Equal(t, "yes", gate.Observe(job).Object.Result.Value)

	silent := typed(Done{Namespace: "etl", Name: "approval"})
	require.Empty(t, gate.Observe(silent).Object.Result.Value, "one that says nothing has an empty result")

	failed := typed(Done{Namespace: "etl", Name: "approval", Failed: true})
	require.Equal(t, ptr.To[int32](0), failed.Spec.Parallelism, "no pod is made")
	require.Nil(t, failed.Spec.Completions)
	require.Nil(t, gate.Observe(failed).Object.Result)

	step := typed(Done{Namespace: "etl", Name: "extract", Run: "monday"})
	require.Equal(t, "extract-059ec650", step.Name, "the name that the run gives to its step")
	require.Equal(t, "extract@monday", strings.TrimPrefix(gate.Observe(step).Ref().String(), "etl/"))
}

func TestWhoseJobIsThere(t *testing.T) {
	t.Parallel()
	yes := Done{Namespace: "etl", Name: "approval", Result: "yes"}
	made := By(yes.Job(), "ann")
	for name, test := range map[string]struct {
		done Done
		is   bool
	}{
		"the same":                  {yes, true},
		"with another result":       {Done{Namespace: "etl", Name: "approval", Result: "no"}, false},
		"with none":                 {Done{Namespace: "etl", Name: "approval"}, false},
		"failed":                    {Done{Namespace: "etl", Name: "approval", Failed: true}, false},
		"a step of the same result": {Done{Namespace: "etl", Name: "approval", Run: "mon", Result: "yes"}, false},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.is, test.done.Is(made)) })
	}
	require.False(t, yes.Is(yes.Job()), "a Job of somebody's own that has completions: 0")
	require.True(t, yes.Is(By(yes.Job(), "bob")), "whoever said so")
}
