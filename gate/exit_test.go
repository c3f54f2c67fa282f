package gate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/lang"
)

var load = Owner{Job: lang.Job("etl", "load"), UID: "uid-load"}

// failedPod is one of a Job whose containers ended one second after another.
func failedPod(job Owner, index string, ended int64, codes ...int32) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: job.Job.Namespace, Annotations: map[string]string{},
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "batch/v1", Kind: "Job", Name: job.Job.Name, UID: job.UID, Controller: ptr.To(true),
			}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodFailed},
	}
	if index != "" {
		p.Annotations[batchv1.JobCompletionIndexAnnotation] = index
	}
	for i, code := range codes {
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{State: corev1.ContainerState{
			Terminated: &corev1.ContainerStateTerminated{ExitCode: code, FinishedAt: metav1.Unix(ended+int64(i), 0)},
		}})
	}
	return p
}

func exitsOf(pods ...*corev1.Pod) *Exits {
	x := &Exits{}
	for _, pod := range pods {
		x.Add(load, pod)
	}
	return x
}

func TestExitCodesAreThoseOfTheLastFailure(t *testing.T) {
	t.Parallel()
	succeeded, stranger := failedPod(load, "", 1, 5), load
	succeeded.Status.Phase = corev1.PodSucceeded
	stranger.Job.Namespace = "evil"
	for name, test := range map[string]struct {
		exits *Exits
		want  lang.Exit
	}{
		"no pod is left":                       {exitsOf(), lang.Exit{Lost: true}},
		"a pod that succeeded says nothing":    {exitsOf(succeeded), lang.Exit{Lost: true}},
		"the container that failed last":       {exitsOf(failedPod(load, "", 20, 3, 4, 0), failedPod(load, "", 10, 7)), lang.Exit{Code: 4}},
		"a pod of another namespace is no one": {exitsOf(failedPod(stranger, "", 30, 9)), lang.Exit{Lost: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, &test.want, test.exits.In(&lang.Object{Outcome: lang.Failed}).Exit)
		})
	}
}

func TestExitCodesTakeNoMoreRoomThanTheirPods(t *testing.T) {
	t.Parallel()
	array := &lang.Object{Outcome: lang.Failed, Array: &lang.Array{Size: 2_000_000_000, Completed: lang.Between(10, 19)}}
	known := exitsOf(failedPod(load, "3", 1, 7), failedPod(load, "12", 1, 8)).In(array)
	require.Equal(t, map[int64]lang.Element{3: {Exit: &lang.Exit{Code: 7}}}, known.Array.Elements, "element 12 has completed")
	require.Equal(t, "0-9,20-1999999999", known.Array.Told.String())

	check := func(text string) lang.Value {
		expr, err := lang.Parse(text)
		require.NoError(t, err)
		world := objects{lang.Job("etl", "load"): known}
		return expr.Eval(world, &lang.Subject{Ref: lang.Job("etl", "report"), Object: &lang.Object{}}, metav1.Now().Time).Value
	}
	require.Equal(t, lang.True, check("failed(load[3], code=7)"))
	require.Equal(t, lang.False, check("failed(load[3], code=8)"))
	require.Equal(t, lang.Unknown, check("failed(load[4], code=7)"), "the code of element 4 is lost")
	require.Equal(t, lang.True, check("failed(load[*], code=7) >= 1"))
}

func TestWhatWasLearnedStays(t *testing.T) {
	t.Parallel()
	array := &lang.Object{Array: &lang.Array{Size: 3, Failed: lang.Between(0, 0)}}
	first := exitsOf(failedPod(load, "0", 1, 7)).In(array)
	first.Array.Failed = lang.Between(0, 1)
	second := exitsOf().In(first)
	require.Equal(t, &lang.Exit{Code: 7}, second.Array.Elements[0].Exit, "its pod may be gone by now")
	require.Equal(t, "0-1", second.Array.Told.String())
	require.Nil(t, second.Exit, "the Job itself goes on")
}

// objects is a world of a few objects and no sets.
type objects map[lang.Ref]*lang.Object

func (w objects) Object(ref lang.Ref) *lang.Object { return w[ref] }
func (objects) AbsentSince(lang.Ref) time.Time     { return time.Time{} }

func (w objects) Members(lang.Ref) ([]lang.Member, *lang.Problem) { return nil, nil }
