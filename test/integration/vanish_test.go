package integration

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

func ttl(seconds int32) change {
	return func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = ptr.To(seconds) }
}

// gone waits until a Job that was there is gone.
func (s *space) gone(name string) {
	s.t.Helper()
	s.eventually(name+" is gone", func(last map[string]history.Event) bool {
		_, exists := last[s.name+"/"+name]
		return !exists
	})
}

// guarded waits until a Job carries our finalizer.
func (s *space) guarded(name string) {
	s.t.Helper()
	s.eventually(name+" is guarded", func(last map[string]history.Event) bool {
		e, ok := last[s.name+"/"+name]
		return ok && slices.Contains(e.Job.Finalizers, gate.OutcomeFinalizer)
	})
}

func TestAPrerequisiteThatIsCleanedAwayAtOnce(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "extract, other")
	s.make("extract", "", ttl(0), template("run-for", "2s"))
	s.guarded("extract")
	s.gone("extract")
	s.settle()
	require.Contains(t, s.get("load").Annotations[gate.SeenAnnotation], `"outcome":"succeeded"`)
	require.True(t, *s.get("load").Spec.Suspend)
	s.make("late", "extract")
	s.make("other", "")
	s.completes("load")
	s.held("late")
}

func TestAFinalizerGoesWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "extract, other")
	s.make("extract", "", ttl(1000), template("run-for", "1s"))
	s.guarded("extract")
	s.completes("extract")
	s.make("other", "")
	s.completes("load")
	s.eventually("extract has no finalizer", func(last map[string]history.Event) bool {
		return len(last[s.name+"/extract"].Job.Finalizers) == 0
	})
}

func TestAFinishedPrerequisiteThatIsDeletedByHand(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "")
	s.make("load", "extract, other")
	s.completes("extract")
	s.remove("extract")
	s.settle()
	require.Contains(t, s.get("load").Annotations[gate.SeenAnnotation], s.name+"/extract")
	// The name is taken again: the old outcome is over, whatever comes of it.
	s.make("extract", "", template("run-for", "20s"))
	s.settle()
	s.remove("extract")
	s.make("other", "")
	s.completes("other")
	s.held("load")
	s.make("extract", "")
	s.completes("load")
}

func TestAJobOfACronJobIsGuarded(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	_, err := s.client.BatchV1().CronJobs(s.name).Create(t.Context(), &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Name: "nightly"},
		Spec: batchv1.CronJobSpec{
			Schedule: "0 0 31 2 *", SuccessfulJobsHistoryLimit: ptr.To[int32](0),
			JobTemplate: batchv1.JobTemplateSpec{Spec: newJob("", "", template("run-for", "3s")).Spec},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	s.make("load", "extract, other")
	s.kubectl("", "create", "job", "extract", "--from=cronjob/nightly")
	s.guarded("extract")
	s.gone("extract") // the CronJob controller keeps none
	s.make("other", "")
	s.completes("load")
}

// A namespace goes although a Job in it carries our finalizer and others wait.
func TestANamespaceIsNotHeldUp(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "extract")
	s.make("extract", "", ttl(0), template("run-for", "10m"))
	s.guarded("extract")
	require.NoError(t, s.client.CoreV1().Namespaces().Delete(t.Context(), s.name, metav1.DeleteOptions{}))
	s.gone("extract")
	s.gone("load")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w, err := s.client.CoreV1().Namespaces().Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + s.name})
	require.NoError(t, err)
	defer w.Stop()
	for {
		_, err := s.client.CoreV1().Namespaces().Get(ctx, s.name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return
		}
		require.NoError(t, err)
		<-w.ResultChan()
	}
}

func TestExitCodesOfAPrerequisite(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("three", "failed(extract, code=3)")
	s.make("other", "failed(extract, code=4..9)")
	s.make("later", "failed(extract, code=3), more")
	s.make("extract", "", template("exit-code", "3"))
	s.completes("three")
	s.fails("other")
	s.remove("extract")
	s.settle()
	require.Contains(t, s.get("later").Annotations[gate.SeenAnnotation], `"code":3`)
	s.make("more", "")
	s.completes("later")
}

func TestVanishingWhileNoGateRuns(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	s := c.namespace(t)
	g := c.gate(t, sandbox.GateOptions{})
	s.make("load", "extract, other")
	s.make("extract", "", ttl(0), template("run-for", "4s"))
	s.guarded("extract")
	require.NoError(t, g.Kill())
	s.eventually("extract is to be deleted", func(last map[string]history.Event) bool {
		e, ok := last[s.name+"/extract"]
		return ok && e.Job.DeletionTimestamp != nil && e.Is(batchv1.JobComplete)
	})
	g = c.gate(t, sandbox.GateOptions{})
	s.gone("extract")
	require.NoError(t, g.Kill())
	require.Contains(t, s.get("load").Annotations[gate.SeenAnnotation], `"outcome":"succeeded"`)
	s.make("other", "")
	g = c.gate(t, sandbox.GateOptions{})
	s.completes("load")
	require.NoError(t, g.Stop())
	// Nothing of ours is left behind.
	jobs, err := c.client.BatchV1().Jobs(corev1.NamespaceAll).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	for _, job := range jobs.Items {
		require.NotContains(t, job.Finalizers, gate.OutcomeFinalizer, job.Name)
	}
}

// A Job whose annotations are full gets no outcome in writing. Its prerequisite
// goes all the same, and while the gate runs it knows.
func TestAnOutcomeThatFindsNoRoomHoldsNobody(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "extract, other", annotate("note", strings.Repeat("x", 255<<10)))
	s.make("extract", "", ttl(0), template("run-for", "2s"))
	s.guarded("extract")
	s.gone("extract")
	s.settle()
	require.NotContains(t, s.get("load").Annotations, gate.SeenAnnotation)
	s.make("other", "")
	s.completes("load")
}
