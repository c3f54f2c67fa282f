package integration

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

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
	s.make("extract", "", ttl(0), untilTold)
	s.guarded("extract")
	s.tell("extract")
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
	s.make("extract", "", untilTold)
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
			JobTemplate: batchv1.JobTemplateSpec{Spec: newJob("", "", untilTold).Spec},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	s.make("load", "extract, other")
	s.kubectl("", "create", "job", "extract", "--from=cronjob/nightly")
	s.guarded("extract")
	s.tell("extract")
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

// However a Job is deleted, the outcome of a finished one is kept, and nothing
// holds up an unfinished one, whose outcome nobody will know.
func TestEveryWayToDeleteAPrerequisite(t *testing.T) {
	t.Parallel()
	for _, policy := range []metav1.DeletionPropagation{
		metav1.DeletePropagationBackground, metav1.DeletePropagationForeground, metav1.DeletePropagationOrphan,
	} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			s := shared.namespace(t)
			s.make("load", "extract, other")
			s.make("waits", "runs")
			s.make("ends", "never")
			s.make("extract", "", ttl(1000), template("run-for", "1s"))
			s.make("runs", "", ttl(1000), template("run-for", "10m"))
			s.guarded("extract")
			s.guarded("runs")
			s.completes("extract")
			for _, name := range []string{"extract", "runs", "ends"} {
				s.delete(name, policy)
				s.gone(name)
				t.Logf("our finalizer held up the deletion of %s for %s", name, s.heldUp(name))
			}
			s.settle()
			require.Contains(t, s.get("load").Annotations[gate.SeenAnnotation], `"outcome":"succeeded"`)
			require.NotContains(t, s.get("waits").Annotations, gate.SeenAnnotation)
			s.held("waits")
			s.make("other", "")
			s.make("runs", "")
			s.completes("load", "waits")
		})
	}
}

// heldUp returns how long a Job that is gone was to be deleted and carried our
// finalizer.
func (s *space) heldUp(name string) (held time.Duration) {
	var since time.Time
	for _, e := range s.history.Events() {
		if e.Key() != s.name+"/"+name {
			continue
		}
		if !since.IsZero() {
			held, since = held+e.At.Sub(since), time.Time{}
		}
		if !e.Deleted && e.Job.DeletionTimestamp != nil && slices.Contains(e.Job.Finalizers, gate.OutcomeFinalizer) {
			since = e.At
		}
	}
	return held
}

// A finalizer of others keeps Jobs that are to be deleted. The gate neither
// releases nor fails them, and does not guard one: that could never end.
func TestJobsThatAreBeingDeletedAreLeftAlone(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	theirs := func(j *batchv1.Job) { j.Finalizers = []string{mine} }
	s.make("load", "extract", theirs)
	s.make("skip", "failed(extract)", theirs)
	s.make("runs", "", theirs, ttl(0), template("run-for", "10m"))
	s.runs("runs")
	for _, name := range []string{"load", "skip", "runs"} {
		s.delete(name, metav1.DeletePropagationBackground)
	}
	s.make("late", "runs")
	s.make("extract", "")
	s.completes("extract")
	for _, name := range []string{"load", "skip", "late"} {
		s.held(name)
		require.Empty(t, s.patches(name))
	}
	require.Empty(t, s.patches("runs"))
	for _, name := range []string{"load", "skip", "runs"} {
		s.patch(name, `{"metadata":{"finalizers":null}}`)
		s.gone(name)
	}
	s.held("late")
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
	s.make("extract", "", ttl(0), untilTold)
	s.guarded("extract")
	require.NoError(t, g.Kill())
	s.tell("extract")
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
	s.make("extract", "", ttl(0), untilTold)
	s.guarded("extract")
	s.tell("extract")
	s.gone("extract")
	s.settle()
	require.NotContains(t, s.get("load").Annotations, gate.SeenAnnotation)
	s.make("other", "")
	s.completes("load")
}

// A prerequisite that keeps its outcome is made, ends and is cleaned away while no
// gate runs.
func TestAnOutcomeThatIsKeptWhileNoGateRuns(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	s := c.namespace(t)
	s.make("load", "extract, other")
	s.make("extract", "", ttl(0), annotate(gate.KeepOutcomeAnnotation, "true"), template("run-for", "1s"))
	s.make("alone", "", ttl(0), annotate(gate.KeepOutcomeAnnotation, "true"), template("run-for", "1s"))
	s.eventually("both are to go", func(last map[string]history.Event) bool {
		extract, alone := last[s.name+"/extract"], last[s.name+"/alone"]
		return extract.Job != nil && alone.Job != nil && extract.Job.DeletionTimestamp != nil && alone.Job.DeletionTimestamp != nil
	})
	c.gate(t, sandbox.GateOptions{})
	s.gone("extract")
	s.gone("alone") // nobody ever waited
	s.make("other", "")
	s.completes("load")
}
