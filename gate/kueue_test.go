package gate

import (
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/lang"
)

func inQueue(gates string) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Labels = map[string]string{queueLabel: "main"}
		metav1.SetMetaDataAnnotation(&j.ObjectMeta, KueueGatesAnnotation, gates)
	}
}

func inThree(j *batchv1.Job) {
	mode := batchv1.IndexedCompletion
	j.Spec.CompletionMode, j.Spec.Completions, j.Spec.Parallelism = &mode, ptr.To(int32(3)), ptr.To(int32(3))
}

func TestAJobInAQueueIsReleasedByItsEntry(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ gates, want string }{
		"the only entry":            {"depctl.dev/gate", ""},
		"the first of two":          {"depctl.dev/gate,example.com/budget", "example.com/budget"},
		"the last of two":           {"example.com/budget,depctl.dev/gate", "example.com/budget"},
		"with spaces, as Kueue may": {" example.com/a , depctl.dev/gate , example.com/b", "example.com/a,example.com/b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := waiting(inQueue(test.gates))
			observed := Observe(job)
			require.Empty(t, observed.ForeignOwner)
			require.True(t, observed.Waits())
			patch, err := ReleasePatch(observed, NewRelease(observed, at, ByGate, nil), ReleaseOptions{})
			require.NoError(t, err)
			got, err := apply(t, job, patch)
			require.NoError(t, err)
			require.True(t, *got.Spec.Suspend, "suspend stays Kueue's")
			require.Equal(t, test.want, got.Annotations[KueueGatesAnnotation])
			_, left := got.Annotations[KueueGatesAnnotation]
			require.Equal(t, test.want != "", left)

			after := Observe(got)
			require.True(t, after.Released && after.InQueue)
			require.False(t, after.Waits())
			for _, suspend := range []bool{true, false} { // Kueue starts it, and preempts it
				after.Suspended = suspend
				require.Equal(t, Decision{}, Decide(Snapshot{Job: after}))
			}
			_, err = apply(t, got, patch)
			require.Error(t, err, "the same patch again releases a second time")
		})
	}
}

func TestTheReleaseFromAQueueTestsWhatWasDecidedOn(t *testing.T) {
	t.Parallel()
	held := inQueue("depctl.dev/gate,example.com/budget")
	job := Observe(waiting(held))
	patch, err := ReleasePatch(job, NewRelease(job, at, ByGate, nil), ReleaseOptions{})
	require.NoError(t, err)
	for name, change := range map[string]func(*batchv1.Job){
		"another Job of the name": func(j *batchv1.Job) { j.UID = "uid-of-another" },
		"a Job that runs":         func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(false) },
		"another expression":      annotation(DependsOnAnnotation, "extract, more"),
		"a hold":                  annotation(HoldAnnotation, "wait"),
		"a released Job":          annotation(ReleasedAnnotation, "{}"),
		"another entry gone":      annotation(KueueGatesAnnotation, "depctl.dev/gate"),
		"another run":             func(j *batchv1.Job) { j.Labels[RunLabel] = "night" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := apply(t, waiting(held, change), patch)
			require.Error(t, err)
		})
	}
}

func TestAPersonReleasesAJobInAQueueToo(t *testing.T) {
	t.Parallel()
	job := waiting(inQueue("example.com/budget,depctl.dev/gate"), annotation(HoldAnnotation, "later"))
	patch, err := ForcePatch(job, "ada", at)
	require.NoError(t, err)
	got, err := apply(t, job, patch)
	require.NoError(t, err)
	require.True(t, *got.Spec.Suspend)
	require.Equal(t, "example.com/budget", got.Annotations[KueueGatesAnnotation])
	require.NotContains(t, got.Annotations, HoldAnnotation)
	require.True(t, Observe(got).Released)
}

func TestWhatIsHeldInAQueue(t *testing.T) {
	t.Parallel()
	ours := inQueue(KueueGate)
	for name, test := range map[string]struct {
		job     *batchv1.Job
		expr    string
		noKueue bool
		reason  string
	}{
		"a whole Job is released":                            {job: waiting(ours), expr: "extract", reason: ReasonMet},
		"a gate without --kueue says so":                     {job: waiting(ours), expr: "extract", noKueue: true, reason: ReasonProblem},
		"elements are not released one by one":               {job: waiting(ours, inThree), expr: "extract[i]", reason: ReasonInvalidExpression},
		"tokens are not taken":                               {job: waiting(ours, annotation(UsesAnnotation, "licence")), expr: "extract", reason: ReasonInvalidAnnotation},
		"results are not handed over":                        {job: waiting(ours, annotation(ResultsAnnotation, "rows=extract")), expr: "extract", reason: ReasonInvalidAnnotation},
		"places are not preferred":                           {job: waiting(ours, annotation(NearAnnotation, "extract")), expr: "extract", reason: ReasonInvalidAnnotation},
		"parallelism is not lowered":                         {job: waiting(ours, annotation(ArrayLimitAnnotation, "1")), expr: "extract", reason: ReasonInvalidAnnotation},
		"a Job without our entry is Kueue's":                 {job: waiting(inQueue("example.com/budget")), expr: "extract", reason: ReasonForeignOwner},
		"a Job that another cluster runs is not ours":        {job: waiting(ours, func(j *batchv1.Job) { j.Spec.ManagedBy = ptr.To("kueue.x-k8s.io/multikueue") }), expr: "extract", reason: ReasonForeignOwner},
		"a Job that was released, and then named a queue":    {job: waiting(inQueue(""), annotation(ReleasedAnnotation, `{"uid":"uid-load"}`)), expr: "extract", reason: ReasonForeignOwner},
		"a Job that runs although it has our entry is alone": {job: waiting(ours, func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(false) }), expr: "extract", reason: ReasonStartedUnheld},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.job.Annotations[DependsOnAnnotation] = test.expr
			job := Observe(test.job)
			expr, err := job.Parse()
			require.NoError(t, err)
			d := Decide(Snapshot{Job: job, Expr: expr, World: world{"etl/extract": {UID: "1", Outcome: lang.Succeeded}}, NoKueue: test.noKueue, Now: at})
			require.Equal(t, test.reason, d.Reason, d.Message)
			require.Equal(t, test.reason == ReasonMet, d.Action == Releasing)
		})
	}
}
