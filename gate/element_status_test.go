package gate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/lang"
)

func outlookSnapshot(t *testing.T, in world, changes ...func(*batchv1.Job)) Snapshot {
	t.Helper()
	job := Observe(waiting(append([]func(*batchv1.Job){array}, changes...)...))
	expr, err := job.Parse()
	require.NoError(t, err)
	return Snapshot{Job: job, Expr: expr, World: in, Now: job.Created.Add(time.Minute)}
}

func TestTheOutlookOfElements(t *testing.T) {
	t.Parallel()
	s := outlookSnapshot(t, arrayA("1,3", "2"), byElements)
	s.Pods = pods("g", "r", "g", "s")
	o := s.Elements()
	require.Equal(t, []string{"1,3", "2", "1"}, []string{o.Open.String(), o.Never.String(), o.Running.String()})
	require.Empty(t, outlookSnapshot(t, world{}, byElements).Elements().Open)
}

func TestTheDecidingExpression(t *testing.T) {
	t.Parallel()
	whole := annotation(DependsOnAnnotation, "x")
	run := annotation(OnFailureAnnotation, string(Run))
	failed := world{"etl/x": {Outcome: lang.Failed}}
	require.Equal(t, "x", Deciding(outlookSnapshot(t, failed, whole)).String())
	require.Equal(t, "finished(x)", Deciding(outlookSnapshot(t, failed, whole, run)).String())
	require.Equal(t, "x", Deciding(outlookSnapshot(t, world{"etl/x": {Outcome: lang.Succeeded}}, whole, run)).String())
	require.Equal(t, "finished(a[i])", Deciding(outlookSnapshot(t, world{}, run)).String())
	require.Nil(t, Deciding(Snapshot{}))
}

func TestTheDeadlineOfAWait(t *testing.T) {
	t.Parallel()
	s := outlookSnapshot(t, world{}, annotation(WaitTimeoutAnnotation, "2h"))
	require.Equal(t, s.Job.Created.Add(2*time.Hour), s.Deadline())
	require.Zero(t, outlookSnapshot(t, world{}).Deadline())
}
