package integration

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"

	"depctl.dev/gate"
)

// holding are the stories of this file that every way to hold Jobs must pass.
var holding = map[string]func(*testing.T, *space){
	"applied client-side, then server-side": appliedTwoWays,
	"get, modify, put":                      putBack,
	"un-suspended by hand":                  unsuspendedByHand,
	"copied":                                copied,
}

func manifest(t *testing.T, job *batchv1.Job) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"apiVersion": "batch/v1", "kind": "Job",
		"metadata": map[string]any{"name": job.Name, "annotations": job.Annotations},
		"spec": map[string]any{"template": map[string]any{"spec": map[string]any{
			"restartPolicy": "Never",
			"containers":    []any{map[string]any{"name": "main", "image": "busybox:1.37"}},
		}}},
	})
	require.NoError(t, err)
	return string(text)
}

// The move from client-side to server-side apply takes spec.suspend out of the
// hands of the manager that it was noted under, and would un-suspend the Job.
func TestApplyThenServerSideApplyKeepsTheJobHeld(t *testing.T) {
	t.Parallel()
	appliedTwoWays(t, shared.namespace(t))
}

func appliedTwoWays(t *testing.T, s *space) {
	text := manifest(t, newJob("load", "extract"))
	s.kubectl(text, "apply", "-f", "-")
	s.held("load")
	s.kubectl(text, "apply", "--server-side", "-f", "-")
	s.held("load")
	s.kubectl(text, "apply", "-f", "-")
	s.kubectl(text, "apply", "-f", "-")
	s.held("load")
	s.make("extract", "")
	s.completes("load")
	s.kubectl(text, "apply", "--server-side", "--force-conflicts", "-f", "-")
	require.False(t, *s.get("load").Spec.Suspend, "applying the manifest again suspended a Job that ran")
}

func TestGetModifyPutKeepsTheJobHeld(t *testing.T) {
	t.Parallel()
	putBack(t, shared.namespace(t))
}

func putBack(t *testing.T, s *space) {
	s.make("load", "extract")
	s.settle() // the Job controller has written its part
	var put *batchv1.Job
	require.NoError(t, retry.RetryOnConflict(retry.DefaultRetry, func() (err error) {
		job := s.get("load")
		job.Spec.Suspend = nil
		job.Labels = map[string]string{"team": "data"}
		put, err = s.client.BatchV1().Jobs(s.name).Update(t.Context(), job, metav1.UpdateOptions{})
		return err
	}))
	require.True(t, *put.Spec.Suspend)
	require.Equal(t, "data", put.Labels["team"], "the rest of the change was lost")
	s.held("load")
}

func TestUnsuspendingByHandKeepsTheJobHeld(t *testing.T) {
	t.Parallel()
	unsuspendedByHand(t, shared.namespace(t))
}

func unsuspendedByHand(t *testing.T, s *space) {
	s.make("load", "extract")
	require.True(t, *s.patch("load", `{"spec":{"suspend":false}}`).Spec.Suspend)
	foreign := `{"spec":{"suspend":false},"metadata":{"annotations":{"depctl.dev/released":"{\"uid\":\"of-another\"}"}}}`
	require.True(t, *s.patch("load", foreign).Spec.Suspend, "the record of another Job's release let it go")
	s.patch("load", `{"metadata":{"annotations":{"depctl.dev/released":null}}}`)
	s.held("load")
}

// A person copies a released Job, as kubectl get -o yaml shows it, under a new
// name: without what the API server refuses in a new Job, with all the rest.
func TestCopyOfAReleasedJobIsANewJob(t *testing.T) {
	t.Parallel()
	copied(t, shared.namespace(t))
}

func copied(t *testing.T, s *space) {
	s.make("load", "extract")
	s.make("extract", "")
	s.completes("load")

	var job batchv1.Job
	require.NoError(t, json.Unmarshal([]byte(s.kubectl("", "get", "job", "load", "-o", "json")), &job))
	require.NotEmpty(t, job.Annotations[gate.ReleasedAnnotation])
	require.False(t, *job.Spec.Suspend)
	job.Name, job.Spec.Selector, job.Labels, job.Spec.Template.Labels = "copy", nil, nil, nil
	job.Annotations[gate.DependsOnAnnotation] = "later"
	job.Annotations["depctl.dev/seen"] = "{}"
	job.Finalizers = []string{"example.com/mine", "depctl.dev/outcome"}
	text, err := json.Marshal(job)
	require.NoError(t, err)
	s.kubectl(string(text), "create", "-f", "-")

	s.held("copy")
	copied := s.get("copy")
	require.NotContains(t, copied.Annotations, gate.ReleasedAnnotation)
	require.NotContains(t, copied.Annotations, "depctl.dev/seen")
	require.Equal(t, []string{"example.com/mine"}, copied.Finalizers, "ours is gone, the user's stays")
	s.patch("copy", `{"metadata":{"finalizers":null}}`)
	s.make("later", "")
	s.completes("copy")
}
