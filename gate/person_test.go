package gate

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/utils/ptr"

	"depctl.dev/lang"
)

func TestForcePatch(t *testing.T) {
	t.Parallel()
	gated := func(names ...string) func(*batchv1.Job) {
		return func(j *batchv1.Job) {
			for _, name := range names {
				j.Spec.Template.Spec.SchedulingGates = append(j.Spec.Template.Spec.SchedulingGates, corev1.PodSchedulingGate{Name: name})
			}
		}
	}
	held := func(j *batchv1.Job) { j.Annotations[HoldAnnotation] = "until Monday" }
	for name, test := range map[string]struct{ before, meanwhile func(*batchv1.Job) }{
		"a Job that waits": {},
		"a Job on hold":    {before: held},
		"a Job that waits for tokens alone": {before: func(j *batchv1.Job) {
			j.Annotations = map[string]string{UsesAnnotation: "licence=2"}
		}},
		"a copy of one that was released by elements": {before: gated("other.example", SchedulingGate, "third.example")},
		"put on hold meanwhile":                       {meanwhile: held},
		"held for another reason meanwhile":           {before: held, meanwhile: func(j *batchv1.Job) { j.Annotations[HoldAnnotation] = "no" }},
		"edited meanwhile":                            {meanwhile: func(j *batchv1.Job) { j.Annotations[DependsOnAnnotation] = "x" }},
		"recreated meanwhile":                         {meanwhile: func(j *batchv1.Job) { j.UID = "another" }},
		"started meanwhile":                           {meanwhile: func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(false) }},
		"gates changed meanwhile": {
			before:    gated(SchedulingGate),
			meanwhile: func(j *batchv1.Job) { j.Spec.Template.Spec.SchedulingGates[0].Name = "other.example" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := waiting()
			if test.before != nil {
				test.before(job)
			}
			patch, err := ForcePatch(job, strings.Repeat("alice<>&", 100), at)
			require.NoError(t, err)
			if test.meanwhile != nil {
				test.meanwhile(job)
				_, err = apply(t, job, patch)
				require.Error(t, err, "a Job was released that nobody has looked at")
				return
			}
			got, err := apply(t, job, patch)
			require.NoError(t, err)
			observed := Observe(got)
			require.False(t, observed.Suspended)
			require.True(t, observed.Released)
			require.False(t, observed.OnHold)
			require.False(t, observed.byElement())
			require.LessOrEqual(t, len(got.Annotations[ReleasedAnnotation]), maxReleased)
			for _, g := range got.Spec.Template.Spec.SchedulingGates {
				require.Contains(t, []string{"other.example", "third.example"}, g.Name)
			}
			require.Len(t, got.Spec.Template.Spec.SchedulingGates, max(0, len(job.Spec.Template.Spec.SchedulingGates)-1))
		})
	}
}

func TestCancelPatch(t *testing.T) {
	t.Parallel()
	for name, job := range map[string]*batchv1.Job{
		"waits": waiting(),
		"runs": waiting(func(j *batchv1.Job) {
			j.Annotations, j.Spec.Suspend = nil, nil
			j.Status.StartTime = &j.CreationTimestamp
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patch, err := CancelPatch(Observe(job), "alice", at)
			require.NoError(t, err)
			before, err := json.Marshal(job)
			require.NoError(t, err)
			after, err := strategicpatch.StrategicMergePatch(before, patch, batchv1.Job{})
			require.NoError(t, err)
			got := &batchv1.Job{}
			require.NoError(t, json.Unmarshal(after, got))
			require.NotNil(t, got.Status.StartTime, "the Job controller cannot fail a Job without it")
			require.True(t, Observe(got).Ending)
			require.Equal(t, lang.Undecided, Observe(got).Outcome(), "it counted as skipped")
			require.Contains(t, string(patch), `"resourceVersion":`)
			require.Equal(t, Observe(job).Annotated, strings.Contains(string(patch), string(ConditionType)))
		})
	}
}
