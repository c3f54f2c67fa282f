package gate_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	keep := func(j *batchv1.Job) { metav1.SetMetaDataAnnotation(&j.ObjectMeta, gate.KeepOutcomeAnnotation, "true") }
	ttl := func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = ptr.To[int32](0) }
	guarded := func(j *batchv1.Job) { j.Finalizers = []string{gate.OutcomeFinalizer} }
	deleted := func(j *batchv1.Job) { j.DeletionTimestamp = &metav1.Time{} }
	finished := func(j *batchv1.Job) {
		j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}
	}
	type changes = []func(*batchv1.Job)
	for name, test := range map[string]struct {
		job          changes
		waited, owed bool
		want         gate.FinalizerAction
	}{
		"nothing cleans it away":                       {changes{}, true, true, gate.KeepGuard},
		"a TTL does, and somebody waits":               {changes{ttl}, true, true, gate.AddGuard},
		"a TTL does, and nobody waits":                 {changes{ttl}, false, false, gate.KeepGuard},
		"it is too late":                               {changes{ttl, finished}, true, true, gate.KeepGuard},
		"nobody waits any more":                        {changes{ttl, guarded}, false, false, gate.RemoveGuard},
		"it is to go, and somebody has no outcome yet": {changes{ttl, guarded, finished, deleted}, true, true, gate.KeepGuard},
		"it is to go, and all have its outcome":        {changes{ttl, guarded, finished, deleted}, true, false, gate.RemoveGuard},
		"it is to go, unfinished":                      {changes{ttl, guarded, deleted}, true, true, gate.RemoveGuard},

		"it keeps its outcome, and nobody waits":         {changes{keep, guarded}, false, false, gate.KeepGuard},
		"it does, and has finished":                      {changes{keep, guarded, finished}, false, false, gate.KeepGuard},
		"it does, is to go, and nobody waits":            {changes{keep, guarded, finished, deleted}, false, false, gate.RemoveGuard},
		"it does, is to go, and somebody has no outcome": {changes{keep, guarded, finished, deleted}, true, true, gate.KeepGuard},
		"it does, is to go, and all have its outcome":    {changes{keep, guarded, finished, deleted}, true, false, gate.RemoveGuard},
		"it does, and is to go unfinished":               {changes{keep, guarded, deleted}, false, false, gate.RemoveGuard},
		"it was annotated late, and somebody waits":      {changes{keep}, true, true, gate.AddGuard},
		"it was annotated late, and nobody waits":        {changes{keep}, false, false, gate.KeepGuard},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: "load"}}
			for _, change := range test.job {
				change(job)
			}
			require.Equal(t, test.want, gate.Guard(gate.Observe(job), test.waited, test.owed))
		})
	}
}
