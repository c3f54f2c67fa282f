package gate_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

func TestAJobThatIsDeclaredFailed(t *testing.T) {
	t.Parallel()
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: "approval", UID: "1", ResourceVersion: "7"}}
	now := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	declare := func(why string) (patch struct {
		Metadata metav1.ObjectMeta
		Status   batchv1.JobStatus
	},
	) {
		text, err := gate.DeclarePatch(gate.Observe(job), "ann", why, now)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &patch))
		return patch
	}
	patch := declare("not before Monday")
	require.Equal(t, "7", patch.Metadata.ResourceVersion, "a Job that was changed meanwhile is looked at again")
	require.NotNil(t, patch.Status.StartTime, "or the Job controller would try forever")
	require.Equal(t, "declared failed by ann: not before Monday", patch.Status.Conditions[0].Message)
	require.Equal(t, "declared failed by ann", declare("").Status.Conditions[0].Message)
	require.Less(t, len(declare(strings.Repeat("x", 5000)).Status.Conditions[0].Message), 2100)

	// It counts as failed, and not as skipped, once the Job controller has ended it.
	job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: "True", Reason: patch.Status.Conditions[0].Reason}}
	require.Equal(t, lang.Failed, gate.Observe(job).Outcome())
}
