package waiting

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newEvaluator(t *testing.T, text string) *Evaluator {
	t.Helper()
	expr, err := lang.Parse(text)
	require.NoError(t, err)
	return New(expr, "ns", "", nil, noon)
}

func job(name, uid string, outcome lang.Outcome) gate.Job {
	o := &lang.Object{UID: uid, Outcome: outcome}
	if outcome != lang.Undecided {
		o.Finished = noon
	}
	return gate.Job{Namespace: "ns", Name: name, Object: o}
}

func TestRefuse(t *testing.T) {
	for text, want := range map[string][]int{
		"a, b[*], c[0..3]":                       nil,
		"a[i]":                                   {0},
		"b, succeeded(a[i-1 .. i+1], x[2]) >= 1": {13},
		"self[0]":                                {0},
		"not failed(a, b[i/2]) >= 1":             {14},
		"a or finished(n-*, made=before)":        {5},
		"a, cronjob:nightly":                     {3},
		"self[i-1], finished(a, made=before)":    {0, 11},
	} {
		expr, err := lang.Parse(text)
		require.NoError(t, err, text)
		var at []int
		for _, d := range Refuse(expr, "") {
			at = append(at, d.Span.Start)
		}
		require.Equal(t, want, at, text)
	}
}

func TestAnOutcomeOutlivesItsJob(t *testing.T) {
	v := newEvaluator(t, "a, b")
	v.Set(job("a", "1", lang.Succeeded), noon)
	require.Equal(t, lang.Unknown, v.Judge(noon).Value)
	v.Remove(job("a", "1", lang.Succeeded), noon)
	v.Set(job("b", "2", lang.Succeeded), noon)
	require.Equal(t, lang.True, v.Judge(noon).Value)
	v.Set(job("a", "3", lang.Undecided), noon)
	require.Equal(t, lang.Unknown, v.Judge(noon).Value, "the name is taken again")
}

func TestWhatIsGoneAfterALostWatch(t *testing.T) {
	v := newEvaluator(t, "a, b")
	v.Set(job("a", "1", lang.Succeeded), noon)
	v.Set(job("b", "2", lang.Undecided), noon)
	v.Replace("ns", "b", nil, noon)
	require.Equal(t, "ns/b does not exist", v.Judge(noon).Reasons[0].String())
	v.Replace("ns", "", []gate.Job{job("b", "4", lang.Succeeded)}, noon)
	require.Equal(t, lang.True, v.Judge(noon).Value)
}

func TestHopeless(t *testing.T) {
	v := newEvaluator(t, "(a or ns2/x), b")
	v.Forbid("ns2", "x", "you may not")
	require.False(t, v.Judge(noon).Hopeless)
	v.Set(job("a", "1", lang.Failed), noon)
	require.True(t, v.Judge(noon).Hopeless)
	v.Replace("ns2", "x", nil, noon)
	require.False(t, v.Judge(noon).Hopeless, "somebody has granted it")
	set := newEvaluator(t, "x-* >= 2")
	set.Forbid("ns", "", "you may not")
	require.True(t, set.Judge(noon).Hopeless)
}

func TestADelayWaitsForTime(t *testing.T) {
	v := newEvaluator(t, "a + 10m")
	v.Set(job("a", "1", lang.Succeeded), noon)
	j := v.Judge(noon.Add(time.Minute))
	require.Equal(t, lang.Unknown, j.Value)
	require.Equal(t, noon.Add(10*time.Minute), j.Next)
	require.False(t, j.Hopeless)
	require.Equal(t, lang.True, v.Judge(j.Next).Value)
}

func TestADelayOfReadyBeginsWhenItWasSeen(t *testing.T) {
	v := newEvaluator(t, "ready(a) + 10m")
	for minute := range 3 {
		a := job("a", "1", lang.Undecided)
		a.Object.Ready = true
		v.Set(a, noon.Add(time.Duration(minute)*time.Minute))
	}
	require.Equal(t, noon.Add(10*time.Minute), v.Judge(noon.Add(2*time.Minute)).Next)
}

func TestExitCodesAreLearnedOnce(t *testing.T) {
	v := newEvaluator(t, "failed(a, code=3)")
	a := job("a", "1", lang.Failed)
	v.Set(a, noon)
	require.Len(t, v.Unlearned(), 1)
	require.Equal(t, lang.Unknown, v.Judge(noon).Value)
	v.Learn(a, exited(a, 3))
	require.Empty(t, v.Unlearned())
	require.Equal(t, lang.True, v.Judge(noon).Value)
	v.Set(job("a", "1", lang.Failed), noon)
	require.Equal(t, lang.True, v.Judge(noon).Value)
	lost := newEvaluator(t, "failed(a, code=3)")
	lost.Set(a, noon)
	lost.Learn(a, &gate.Exits{})
	require.True(t, lost.Judge(noon).Hopeless)
}

// exited are the exit codes of a Job of whose only pod that is left the container has
// ended with code.
func exited(job gate.Job, code int32) *gate.Exits {
	exits := &gate.Exits{}
	exits.Add(job.Owner(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: job.Namespace, OwnerReferences: []metav1.OwnerReference{{
			APIVersion: "batch/v1", Kind: "Job", Name: job.Name, UID: job.UID, Controller: ptr.To(true),
		}}},
		Status: corev1.PodStatus{Phase: corev1.PodFailed, ContainerStatuses: []corev1.ContainerStatus{{
			State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code}},
		}}},
	})
	return exits
}

// lookedUp are kinds of which all is known since a time, unless there is a problem.
type lookedUp struct {
	gate.FixedKinds
	problem *lang.Problem
	since   time.Time
}

func (l lookedUp) Problem(lang.Ref) *lang.Problem { return l.problem }
func (l lookedUp) ListedAt(lang.Ref) time.Time    { return l.since }

func TestObjectsOfOtherKinds(t *testing.T) {
	known := func(text string, problem *lang.Problem) *Evaluator {
		expr, err := lang.Parse(text)
		require.NoError(t, err)
		return New(expr, "ns", "", lookedUp{problem: problem, since: noon}, noon)
	}
	claim, pod := lang.Ref{Kind: "persistentvolumeclaim", Namespace: "ns", Name: "data"}, lang.Ref{Kind: "pod", Namespace: "ns", Name: "setup"}
	v := known("a, pvc:data + 10m, pod:setup + 1m, absent(configmap:stop) + 1m", nil)
	_, refs := v.Others()
	require.Len(t, refs, 3)
	v.Set(job("a", "1", lang.Succeeded), noon)
	for minute := range 3 {
		at := noon.Add(time.Duration(minute) * time.Minute)
		v.Put(claim, &lang.Object{UID: "c", Ready: true}, nil, at)
		v.Put(pod, &lang.Object{UID: "p", Outcome: lang.Succeeded}, nil, at)
	}
	require.Equal(t, lang.Unknown, v.Judge(noon.Add(2*time.Minute)).Value)
	require.Equal(t, noon.Add(10*time.Minute), v.Judge(noon.Add(2*time.Minute)).Next, "since it was first seen ready")
	require.Equal(t, lang.True, v.Judge(noon.Add(10*time.Minute)).Value)
	v.Put(claim, &lang.Object{UID: "c"}, nil, noon.Add(3*time.Minute))
	v.Put(claim, &lang.Object{UID: "c", Ready: true}, nil, noon.Add(4*time.Minute))
	require.Equal(t, noon.Add(14*time.Minute), v.Judge(noon.Add(5*time.Minute)).Next, "without a break")
	v.Drop(pod, noon.Add(15*time.Minute))
	require.Equal(t, lang.Unknown, v.Judge(noon.Add(20*time.Minute)).Value, "the end of another object than a Job is not kept")

	gone := known("absent(pvc:data) + 1m", nil)
	gone.Put(claim, &lang.Object{UID: "c"}, nil, noon)
	require.Equal(t, lang.False, gone.Judge(noon).Value)
	gone.Drop(claim, noon.Add(time.Minute))
	require.Equal(t, noon.Add(2*time.Minute), gone.Judge(noon.Add(time.Minute)).Next)

	ended := known("absent(a) + 1m or b", nil)
	ended.Set(job("a", "1", lang.Undecided), noon)
	ended.Remove(job("a", "1", lang.Undecided), noon.Add(time.Minute))
	require.Equal(t, noon.Add(2*time.Minute), ended.Judge(noon.Add(time.Minute)).Next)

	asking := known("pvc:data", &lang.Problem{Code: lang.ProblemUnasked})
	require.True(t, asking.Asking())
	require.False(t, asking.Judge(noon).Hopeless)
	barred := known("pvc:data", &lang.Problem{Code: lang.ProblemUnwatched, Message: "you may not"})
	require.False(t, barred.Asking())
	require.True(t, barred.Judge(noon).Hopeless)
}
