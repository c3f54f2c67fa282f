package history

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

type change func(*batchv1.Job)

// event returns a state of the Job n/name, one second after the one before.
func event(second int, name string, changes ...change) Event {
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: name, UID: types.UID("uid-" + name), Annotations: map[string]string{}}}
	e := Event{At: time.Unix(int64(second), 0), Job: job}
	for _, c := range changes {
		c(job)
	}
	return e
}

func held(text string) change {
	return func(j *batchv1.Job) { j.Annotations[dependsOn], j.Spec.Suspend = text, ptr.To(true) }
}

func free(text, uid string) change {
	return func(j *batchv1.Job) {
		j.Annotations[dependsOn], j.Annotations[released], j.Spec.Suspend = text, `{"uid":"`+uid+`"}`, ptr.To(false)
	}
}

func complete(j *batchv1.Job) {
	j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}
}

func failed(reason string) change {
	return func(j *batchv1.Job) {
		now := metav1.Now()
		j.Status.StartTime = &now
		j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: reason}}
	}
}

func runs(j *batchv1.Job) { j.Annotations[onFailure] = "run" }

func again(j *batchv1.Job) { j.UID += "-again" }

func gone(e Event) Event { e.Deleted = true; return e }

func TestJudge(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		events []Event
		want   []string
	}{
		"a release after the prerequisite is right": {
			events: []Event{event(1, "b", held("a")), event(2, "a"), event(3, "a", complete), event(4, "b", free("a", "uid-b"))},
		},
		"a prerequisite that was complete once and is gone is right": {
			events: []Event{event(1, "b", held("a")), event(2, "a", complete), gone(event(3, "a", complete)), event(4, "b", free("a", "uid-b"))},
		},
		"a release before the prerequisite is complete is wrong": {
			events: []Event{event(1, "b", held("a")), event(2, "a"), event(4, "b", free("a", "uid-b"))},
			want:   []string{"n/b was released before its prerequisites were complete: a"},
		},
		"a prerequisite that was gone before the Job was there does not count": {
			events: []Event{event(1, "a", complete), gone(event(2, "a", complete)), event(3, "b", held("a")), event(4, "b", free("a", "uid-b"))},
			want:   []string{"n/b was released before its prerequisites were complete: a"},
		},
		"outcomes at different times are right": {
			events: []Event{
				event(1, "b", held("a, c")), event(2, "a", complete), gone(event(3, "a", complete)), event(4, "c", complete),
				event(5, "b", free("a, c", "uid-b")),
			},
		},
		"an outcome whose name was taken again does not count": {
			events: []Event{
				event(1, "b", held("a, c")), event(2, "a", complete), gone(event(3, "a", complete)), event(4, "a", again),
				gone(event(4, "a", again)), event(5, "c", complete), event(6, "b", free("a, c", "uid-b")),
			},
			want: []string{"n/b was released before its prerequisites were complete: a, c"},
		},
		"one of two is not enough": {
			events: []Event{event(1, "b", held("a, c")), event(2, "a", complete), event(4, "b", free("a, c", "uid-b"))},
			want:   []string{"n/b was released before its prerequisites were complete: a, c"},
		},
		"what was met before the edit does not count": {
			events: []Event{event(1, "a", complete), event(2, "b", held("a")), event(3, "b", held("c")), event(4, "b", free("c", "uid-b"))},
			want:   []string{"n/b was released before its prerequisites were complete: c"},
		},
		"an alternative is enough": {
			events: []Event{event(1, "b", held("c or finished(a)")), event(2, "a", failed("X")), event(3, "b", free("c or finished(a)", "uid-b"))},
		},
		"a release before the expression holds is wrong": {
			events: []Event{event(1, "b", held("a-* >= 2")), event(2, "a-1", complete), event(3, "b", free("a-* >= 2", "uid-b"))},
			want:   []string{"n/b was released before its prerequisites were complete: a-* >= 2"},
		},
		"a member that ended and went still counts": {
			events: []Event{
				event(1, "b", held("a-* >= 2")), event(2, "a-1", complete), gone(event(3, "a-1", complete)),
				event(4, "a-2", complete), event(5, "b", free("a-* >= 2", "uid-b")),
			},
		},
		"a member whose name was taken again does not count": {
			events: []Event{
				event(1, "b", held("a-* >= 2")), event(2, "a-1", complete), gone(event(3, "a-1", complete)), event(4, "a-1", again),
				gone(event(5, "a-1", again)), event(6, "a-2", complete), event(7, "b", free("a-* >= 2", "uid-b")),
			},
			want: []string{"n/b was released before its prerequisites were complete: a-* >= 2"},
		},
		"what held once is enough": {
			events: []Event{
				event(1, "b", held("not a")), event(2, "a", failed("X")), gone(event(3, "a", failed("X"))), event(4, "a", again),
				event(5, "b", free("not a", "uid-b")),
			},
		},
		"a failure takes the place of success where the Job says so": {
			events: []Event{event(1, "b", held("a"), runs), event(2, "a", failed("X")), event(3, "b", free("a", "uid-b"), runs)},
		},
		"a failure without reason is wrong": {
			events: []Event{event(1, "b", held("a or c")), event(2, "a", failed("X")), event(3, "b", held("a or c"), failed("DependencyFailed"))},
			want:   []string{"n/b was failed although nothing that it names has failed: a or c"},
		},
		"times are not judged": {
			events: []Event{event(1, "b", held("a + 1h")), event(2, "b", free("a + 1h", "uid-b"))},
		},
		"a second release is wrong": {
			events: []Event{
				event(1, "a", complete), event(2, "b", held("a")), event(3, "b", free("a", "uid-b")),
				event(4, "b", held("a")), event(5, "b", free("a", "uid-b")),
			},
			want: []string{"n/b was released twice"},
		},
		"a Job that is born running is wrong": {
			events: []Event{event(1, "a", complete), event(2, "b", func(j *batchv1.Job) { j.Annotations[dependsOn] = "a" })},
			want:   []string{"n/b runs although nobody released it"},
		},
		"the record of another Job is no release": {
			events: []Event{event(1, "a", complete), event(2, "b", held("a")), event(3, "b", free("a", "uid-of-another"))},
			want:   []string{"n/b runs although nobody released it"},
		},
		"a Job that is failed after its prerequisite is right": {
			events: []Event{
				event(1, "c", held("d")), event(2, "d", complete), event(3, "c", free("d", "uid-c")),
				event(4, "b", held("a")), event(5, "a", failed("BackoffLimitExceeded")), event(6, "b", held("a"), failed("DependencyFailed")),
			},
		},
		"a Job that is failed after its prerequisite failed and went is right": {
			events: []Event{
				event(1, "b", held("a, e")), event(2, "a", failed("X")), gone(event(3, "a", failed("X"))),
				event(4, "b", held("a, e"), failed("DependencyFailed")),
				event(5, "c", held("d")), event(6, "d", complete), event(7, "c", free("d", "uid-c")),
			},
		},
		"a Job that is failed after something failed and went before it was there is wrong": {
			events: []Event{
				event(1, "a", failed("X")), gone(event(2, "a", failed("X"))), event(3, "b", held("a, c")),
				event(4, "b", held("a, c"), failed("DependencyFailed")),
			},
			want: []string{"n/b was failed although nothing that it names has failed: a, c"},
		},
		"a Job that is failed while its prerequisite still runs is wrong": {
			events: []Event{event(1, "b", held("a")), event(2, "a"), event(3, "b", held("a"), failed("DependencyFailed"))},
			want:   []string{"n/b was failed although nothing that it names has failed: a"},
		},
		"a Job that is failed after its release is wrong": {
			events: []Event{
				event(1, "a", complete), event(2, "b", held("a")), event(3, "b", free("a", "uid-b")),
				event(4, "b", free("a", "uid-b"), failed("DependencyTimeout")),
			},
			want: []string{"n/b was failed by the gate after its release"},
		},
		"a held Job with pods is wrong": {
			events: []Event{event(1, "b", held("a")), event(2, "b", held("a"), func(j *batchv1.Job) { j.Status.Active = 1 })},
			want:   []string{"n/b has pods although it is held"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			releases, got := Judge(test.events)
			require.Equal(t, test.want, got)
			if test.want == nil {
				require.Len(t, releases, 1)
				require.Positive(t, releases[0].Latency())
			}
		})
	}
}
