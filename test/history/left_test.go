package history

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func onHold(j *batchv1.Job) { j.Annotations[hold] = "not yet" }

func guarded(j *batchv1.Job) { j.Finalizers = []string{finalizer} }

func deleted(j *batchv1.Job) { j.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)} }

func TestLeft(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		events []Event
		want   []string
	}{
		"a released Job is done": {
			events: []Event{event(1, "a", complete), event(2, "b", held("a")), event(3, "b", free("a", "uid-b"))},
		},
		"a Job whose prerequisites are complete is left": {
			events: []Event{event(1, "a", complete), event(2, "b", held("a"))},
			want:   []string{"n/b waits although a is true since 1m38s"},
		},
		"a Job whose expression holds is left": {
			events: []Event{event(1, "a", failed("X")), event(2, "b", held("finished(a)"))},
			want:   []string{"n/b waits although finished(a) is true since 1m38s"},
		},
		"it may take a moment": {
			events: []Event{event(1, "b", held("a")), event(98, "a", complete)},
		},
		"a Job on hold waits":                     {events: []Event{event(1, "a", complete), event(2, "b", held("a"), onHold)}},
		"a Job that waits waits":                  {events: []Event{event(1, "a"), event(2, "b", held("a"))}},
		"a Job whose text cannot be read waits":   {events: []Event{event(1, "b", held("x and y or z"))}},
		"a finalizer that somebody needs":         {events: []Event{event(1, "a", guarded), event(2, "b", held("a"))}},
		"a finalizer that an expression needs":    {events: []Event{event(1, "a", guarded), event(2, "b", held("failed(a-*) >= 2 or a"))}},
		"a finalizer that has to go in a moment":  {events: []Event{event(99, "a", guarded, deleted)}},
		"a finalizer that nobody needs":           {events: []Event{event(1, "a", guarded)}, want: []string{"n/a has the finalizer and nobody waits for it"}},
		"a finalizer that nobody needs any more":  {events: []Event{event(1, "a", guarded), event(2, "b", free("a", "uid-b"))}, want: []string{"n/a has the finalizer and nobody waits for it"}},
		"a finalizer that holds up a deletion":    {events: []Event{event(1, "b", held("a")), event(2, "a", guarded, deleted)}, want: []string{"n/a is deleted and still has the finalizer"}},
		"the finalizer of a Job that is gone now": {events: []Event{event(1, "a", guarded), gone(event(2, "a", guarded))}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, Left(test.events, time.Unix(100, 0), 5*time.Second))
		})
	}
}
