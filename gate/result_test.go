package gate_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

func TestReadResult(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ message, value, lost string }{
		"nothing is a result":            {"", "", ""},
		"white space at its end is not":  {" a\tb \n\r\n\u00a0", " a\tb", ""},
		"lines are text":                 {"a\r\nb\n", "a\r\nb", ""},
		"as long as it may be":           {strings.Repeat("x", 4095), strings.Repeat("x", 4095), ""},
		"as long as what is cut off":     {strings.Repeat("x", 4096), "", "has 4096 bytes or more"},
		"a megabyte":                     {strings.Repeat("x", 1<<20), "", "write what is long to a volume or an object store"},
		"bytes that are no text":         {"ab\xff", "", "no UTF-8 text at byte 3"},
		"what stands for such bytes":     {"ab\ufffd", "", "no UTF-8 text at byte 3"},
		"a control character":            {"a\x00", "", "a control character (U+0000) at byte 2"},
		"a control character of Latin-1": {"a\u0085b", "", "a control character (U+0085) at byte 2"},
	} {
		got := gate.ReadResult(test.message, "main", 4096)
		require.Equal(t, test.value, got.Value, name)
		if test.lost == "" {
			require.Empty(t, got.Lost, name)
		} else {
			require.Contains(t, got.Lost, test.lost, name)
		}
	}
}

func TestTheResultIsThatOfTheFirstPodAndOfItsContainer(t *testing.T) {
	t.Parallel()
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: "x", UID: "u"}}
	job.Spec.Completions = ptr.To[int32](1)
	job.Spec.Template.Spec.Containers = []corev1.Container{{Name: "main"}, {Name: "log"}}
	pod := func(at int64, messages ...string) *corev1.Pod {
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: "p", OwnerReferences: []metav1.OwnerReference{
			*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job")),
		}}, Status: corev1.PodStatus{Phase: corev1.PodSucceeded}}
		for i, message := range messages {
			p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{
				Name: []string{"injected", "main", "log"}[i], State: corev1.ContainerState{
					Terminated: &corev1.ContainerStateTerminated{Message: message, FinishedAt: metav1.Unix(at, 0)},
				},
			})
		}
		return p
	}
	read := func(pods ...*corev1.Pod) string {
		var r gate.Result
		for _, p := range pods {
			r.Add(gate.Observe(job), p)
		}
		if told := r.Of(gate.Observe(job)); told.Lost != "" {
			return told.Lost
		}
		return r.Of(gate.Observe(job)).Value
	}
	failed := pod(1, "side", "failed", "logs")
	failed.Status.Phase = corev1.PodFailed
	stranger := pod(1, "side", "stranger", "logs")
	stranger.OwnerReferences[0].UID = "another"
	require.Equal(t, "first", read(pod(7, "side", "later", "logs"), pod(5, "side", "first", "logs"), pod(9, "side", "last", "logs"), failed, stranger))
	require.Contains(t, read(failed), "went before its result was read")
	require.Contains(t, read(pod(1, "side")), `no container "main"`)

	job.Spec.Template.Annotations = map[string]string{"kubectl.kubernetes.io/default-container": "log"}
	require.Equal(t, "logs", read(pod(5, "side", "first", "logs")))
	job.Spec.Completions = ptr.To[int32](2)
	require.Contains(t, read(pod(5, "side", "first", "logs")), "this one has 2")
	job.Spec.Completions = nil
	require.Contains(t, read(pod(5, "side", "first", "logs")), "write spec.completions: 1")

	job.Spec.Completions = ptr.To[int32](0)
	job.Annotations = map[string]string{gate.ResultAnnotation: "done\n"}
	require.Equal(t, "done", gate.Observe(job).Object.Result.Value)
	job.Spec.Completions = ptr.To[int32](1)
	require.Nil(t, gate.Observe(job).Object.Result, "only of a Job without pods")
}

func TestWants(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k", 56)
	for text, want := range map[string]string{
		"rows=etl/extract, mode=check": "", long + "=x": "", "a.b_c-1=x": "",
		long + "k=x": "57 characters", "rows": "write KEY=JOB", "rows=": "write KEY=JOB", "=x": "write KEY=JOB", "": "",
		"rows=x,rows=y": "twice", "-a=x": "letters, digits", "rows=x*": "one Job", "rows=failed(x)": "one Job",
		"rows=x or y": "one Job", "rows=x[1]": "one Job", "rows=(": "no name of a Job", "rows=x,": "write KEY=JOB",
		"rows=x, mode=" + strings.Repeat("y", 8<<10): "at most 8192 are read",
	} {
		job := gate.Observe(&batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: "j", Annotations: map[string]string{gate.ResultsAnnotation: text}}})
		_, err := job.Wants()
		if want == "" {
			require.NoError(t, err, text)
		} else {
			require.ErrorContains(t, err, want, text)
			require.ErrorContains(t, err, gate.ResultsAnnotation)
		}
	}
}

func TestTheReleaseGivesResultsAndNoneThatWereCopied(t *testing.T) {
	t.Parallel()
	operations := func(template map[string]string) string {
		job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
			Namespace: "n", Name: "j", UID: "u", Annotations: map[string]string{gate.DependsOnAnnotation: "x", gate.ResultsAnnotation: "rows=x, mode=y"},
		}}
		job.Spec.Template.Annotations = template
		j := gate.Observe(job)
		patch, err := gate.ReleasePatch(j, gate.NewRelease(j, time.Unix(0, 0), "test", nil), gate.ReleaseOptions{Results: map[string]string{"rows": "1\n2"}})
		require.NoError(t, err)
		var all []map[string]any
		require.NoError(t, json.Unmarshal(patch, &all))
		text, err := json.Marshal(all[8:])
		require.NoError(t, err)
		return string(text)
	}
	const path = "/spec/template/metadata/annotations"
	require.JSONEq(t, `[{"op":"test","path":"`+path+`","value":null},{"op":"add","path":"`+path+`","value":{"depctl.dev/result.rows":"1\n2"}}]`, operations(nil))
	require.JSONEq(t, `[{"op":"remove","path":"`+path+`/depctl.dev~1result.mode","value":null},
		{"op":"add","path":"`+path+`/depctl.dev~1result.rows","value":"1\n2"}]`,
		operations(map[string]string{"depctl.dev/result.mode": "old", "depctl.dev/result.rows": "old", "mine": "stays"}))
}
