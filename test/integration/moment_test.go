package integration

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// One sandbox, whose controller manager is killed so that a moment between two
// steps of the Job controller is as long as it takes.
func TestMomentsOfTheJobController(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	g := c.gate(t, sandbox.GateOptions{})

	t.Run("Jobs are released and failed before it has seen them", func(t *testing.T) {
		s := c.namespace(t)
		s.make("extract", "")
		s.make("broke", "", template("exit-code", "3"))
		s.completes("extract")
		s.fails("broke")
		require.NoError(t, c.Kill(sandbox.ControllerManager))
		const n = 20
		for i := range n {
			s.make(fmt.Sprintf("load-%d", i), "extract")
			s.make(fmt.Sprintf("skip-%d", i), "broke")
		}
		for i := range n {
			s.eventually("released and failed", func(last map[string]history.Event) bool {
				load, skip := last[fmt.Sprintf("%s/load-%d", s.name, i)], last[fmt.Sprintf("%s/skip-%d", s.name, i)]
				return load.Job != nil && skip.Job != nil && !load.Suspended() && skip.Is(batchv1.JobFailureTarget)
			})
		}
		require.NoError(t, c.Restart(t.Context(), sandbox.ControllerManager))
		for i := range n {
			load, skip := fmt.Sprintf("load-%d", i), fmt.Sprintf("skip-%d", i)
			s.completes(load)
			s.fails(skip)
			require.NotContains(t, kinds(s.get(load)), batchv1.JobSuspended, "the Job controller has seen it before")
			require.Equal(t, gate.ReasonDependencyFailed, failed(t, s.get(skip)).Reason)
			for _, name := range []string{load, skip} {
				require.Len(t, s.patches(name), 1)
				require.Equal(t, 200, s.patches(name)[0].ResponseStatus.Code)
			}
		}
	})

	// All pods have succeeded, and the Job is not complete yet: whatever becomes
	// of it now, who waits for it must see how it really ends.
	t.Run("what happens between the last pod and the end", func(t *testing.T) {
		s := c.namespace(t)
		for name, moment := range moments {
			s.make("after-"+name, name)
			s.make(name, "", untilTold, moment.like)
		}
		for name := range moments {
			s.runs(name)
		}
		require.NoError(t, c.Kill(sandbox.ControllerManager))
		for name := range moments {
			s.tell(name)
		}
		s.until("all pods have succeeded", func() bool {
			pods, err := s.client.CoreV1().Pods(s.name).List(t.Context(), metav1.ListOptions{FieldSelector: "status.phase=Succeeded"})
			return err == nil && len(pods.Items) == len(moments)
		})
		for name, moment := range moments {
			require.False(t, history.Event{Job: s.get(name)}.Is(batchv1.JobComplete), "%s came to its end too soon", name)
			moment.meddle(s, name)
		}
		require.NoError(t, c.Restart(t.Context(), sandbox.ControllerManager))
		for name, moment := range moments {
			if moment.another {
				s.tell(name)
			}
		}
		for name, moment := range moments {
			switch {
			case moment.gone:
				s.gone(name)
			case moment.reason != "":
				s.fails(name)
				require.Equal(t, moment.reason, failed(t, s.get(name)).Reason, name)
				s.fails("after-" + name)
			default:
				s.completes(name, "after-"+name)
			}
		}
		s.held("after-deleted")
	})
	require.NoError(t, g.Stop())
}

// moments are what can happen to a Job whose pods have all succeeded.
var moments = map[string]struct {
	like   change
	meddle func(s *space, name string)
	// gone says that the Job is gone at the end, reason why it fails. Else it
	// completes.
	gone   bool
	reason string
	// another says that the Job controller makes another pod.
	another bool
}{
	"untouched": {like: plain, meddle: func(*space, string) {}},
	"deleted": {
		like: plain, gone: true,
		meddle: func(s *space, name string) { s.delete(name, metav1.DeletePropagationBackground) },
	},
	"suspended": {
		like:   plain,
		meddle: func(s *space, name string) { s.patch(name, `{"spec":{"suspend":true}}`) },
	},
	"late": {
		like: plain, reason: batchv1.JobReasonDeadlineExceeded,
		meddle: func(s *space, name string) { s.patch(name, `{"spec":{"activeDeadlineSeconds":1}}`) },
	},
	"cancelled": {
		like: plain, reason: "Cancelled",
		meddle: func(s *space, name string) { s.patchStatus(name, conditions("Cancelled", batchv1.JobFailureTarget)) },
	},
	"raised": {
		reason: batchv1.JobReasonBackoffLimitExceeded, another: true,
		like: func(j *batchv1.Job) {
			template("fail-indexes", "1")(j)
			j.Spec.CompletionMode, j.Spec.Completions, j.Spec.Parallelism = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](1), ptr.To[int32](1)
		},
		meddle: func(s *space, name string) { s.patch(name, `{"spec":{"completions":2,"parallelism":2}}`) },
	},
	// The Job controller does not count a pod that has lost its finalizer, and
	// makes another.
	"again": {
		like: plain, another: true,
		meddle: func(s *space, name string) {
			pods, err := s.client.CoreV1().Pods(s.name).List(s.t.Context(), metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + name})
			require.NoError(s.t, err)
			require.Len(s.t, pods.Items, 1)
			_, err = s.client.CoreV1().Pods(s.name).Patch(s.t.Context(), pods.Items[0].Name, types.MergePatchType,
				[]byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
			require.NoError(s.t, err)
		},
	},
}

func plain(*batchv1.Job) {}

// kinds returns the types of the conditions that a Job has, true or not.
func kinds(job *batchv1.Job) (kinds []batchv1.JobConditionType) {
	for _, c := range job.Status.Conditions {
		kinds = append(kinds, c.Type)
	}
	return kinds
}
