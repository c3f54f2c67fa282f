package integration

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

var elements = flag.Int("elements", 60, "elements of the larger arrays of tests")

// indexed makes a Job an array of so many elements, all at once.
func indexed(size int) change {
	return func(j *batchv1.Job) {
		mode := batchv1.IndexedCompletion
		j.Spec.CompletionMode, j.Spec.Completions, j.Spec.Parallelism = &mode, ptr.To(int32(size)), ptr.To(int32(size))
	}
}

// perIndex keeps the failure of an element to itself.
func perIndex(j *batchv1.Job) { j.Spec.BackoffLimit, j.Spec.BackoffLimitPerIndex = nil, new(int32) }

// openings returns when the elements of a Job were let go, in order of time.
func (s *space) openings(name string) []history.Opening {
	openings, _ := history.JudgeElements(s.history.Events(), s.pods.Events())
	return slices.DeleteFunc(openings, func(o history.Opening) bool { return o.Job != s.name+"/"+name })
}

// completed returns when each element of an array was first seen to be complete.
func (s *space) completed(name string) map[int64]time.Time {
	at := map[int64]time.Time{}
	for _, e := range s.history.Events() {
		if e.Key() != s.name+"/"+name {
			continue
		}
		done, err := lang.ParseIndexes(e.Job.Status.CompletedIndexes)
		require.NoError(s.t, err)
		for _, run := range done {
			for i := run.Low; i <= run.High; i++ {
				if _, known := at[i]; !known {
					at[i] = e.At
				}
			}
		}
	}
	return at
}

// podPatches counts the gate's patches of pods by their subresource, but those that
// were refused: what a gate that was killed had sent, the next may send again.
func (s *space) podPatches() map[string]int {
	n := map[string]int{}
	for _, r := range s.audit() {
		if r.ObjectRef.Resource == "pods" && r.Verb == "patch" && r.ResponseStatus.Code == 200 {
			n[r.ObjectRef.Subresource]++
		}
	}
	return n
}

func TestEachElementWaitsForItsOwn(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	n := *elements
	failing := fmt.Sprintf("%d-%d", n/2, n/2+max(1, n/20)-1)
	s.make("b", "a[i]", indexed(n), perIndex)
	s.make("a", "", indexed(n), perIndex, template("fail-indexes", failing))
	s.fails("a")
	s.fails("b")
	a, b := s.get("a"), s.get("b")
	require.Equal(t, failing, indexText(*a.Status.FailedIndexes))
	require.Equal(t, a.Status.CompletedIndexes, b.Status.CompletedIndexes)
	require.Equal(t, *a.Status.FailedIndexes, *b.Status.FailedIndexes)

	good := n - max(1, n/20)
	require.Len(t, s.openings("b"), good)
	require.Equal(t, map[string]int{"": good, "status": n - good}, s.podPatches(), "one patch for each element")
	require.Len(t, slices.DeleteFunc(s.patches("b"), func(r request) bool { return r.ObjectRef.Subresource != "" }), 1)

	met := s.completed("a")
	latency := history.Since(s.openings("b"), func(o history.Opening) (time.Time, bool) {
		at, ok := met[o.Index]
		if o.Made.After(at) {
			at = o.Made // there was nothing to release before
		}
		return at, ok
	})
	t.Logf("%d elements: a[i] seen complete, and b[i] to have a pod, until b[i] seen released: p50 %v, p99 %v", n, latency[len(latency)/2], latency[len(latency)*99/100])
	first, last := s.openings("b")[0].At, s.openings("b")[good-1].At
	t.Logf("%d elements were let go in %v", good, last.Sub(first))
}

// indexText returns a list of indexes as the sandbox takes it.
func indexText(list string) string {
	set, err := lang.ParseIndexes(list)
	if err != nil || len(set) != 1 {
		return list
	}
	return fmt.Sprintf("%d-%d", set[0].Low, set[0].High)
}

func TestArraysOfDifferentSizes(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	n := max(*elements/10, 2)
	s.make("coarse", "fine[i*10 .. i*10+9]", indexed(n))
	s.make("back", "coarse[i/10]", indexed(n*10))
	s.make("fine", "", indexed(n*10))
	s.make("params", "", indexed(n))
	s.make("product", "params[i/10], fine[i%10], succeeded(coarse[*]) >= 1", indexed(n*10))
	s.make("each", "coarse[0..1], finished(params[i])", indexed(n))
	s.completes("coarse", "back", "fine", "product", "each")
	require.Len(t, s.openings("coarse"), n)
	require.Len(t, s.openings("back"), n*10)
	require.Len(t, s.openings("product"), n*10)
	require.Len(t, s.openings("each"), n)
}

// Each step of a stencil waits for the neighbours in the step before, so that the
// steps run as waves, one behind the other.
func TestWavefront(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	n := max(*elements/3, 5)
	for step := 4; step > 0; step-- {
		s.make(fmt.Sprintf("step-%d", step), fmt.Sprintf("step-%d[i-1 .. i+1]", step-1), indexed(n))
	}
	s.make("step-0", "", indexed(n))
	s.completes("step-0", "step-1", "step-2", "step-3", "step-4")
	for step := 1; step < 5; step++ {
		require.Len(t, s.openings(fmt.Sprintf("step-%d", step)), n)
	}
}

func TestElementsOneAfterAnother(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("row", "self[i-1]", indexed(8))
	s.make("head", "self[0], go", indexed(8))
	s.make("go", "")
	s.completes("row", "head")
	for i, o := range s.openings("row") {
		require.EqualValues(t, i, o.Index)
	}
	require.Zero(t, s.openings("head")[0].Index)
}

// The pods of low indexes that wait must not keep those of high ones from coming:
// parallelism is raised, and becomes the limit that the gate keeps to.
func TestALowIndexThatWaitsStallsNobody(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	const n, limit = 24, 3
	s.make("halves", "self[i+1]", indexed(2), untilTold)
	job := s.make("b", "halves[i/12]", indexed(n), func(j *batchv1.Job) { j.Spec.Parallelism = ptr.To(int32(limit)) })
	require.EqualValues(t, limit, *job.Spec.Parallelism)
	s.tell("halves", 1)
	s.until("elements of the upper half run", func() bool { return len(s.openings("b")) >= limit })
	s.tell("halves", 0)
	s.completes("b")
	got := s.get("b")
	require.EqualValues(t, n, *got.Spec.Parallelism)
	require.Equal(t, strconv.Itoa(limit), got.Annotations[gate.ArrayLimitAnnotation])
	for _, o := range s.openings("b")[:limit] {
		require.GreaterOrEqual(t, o.Index, int64(n/2), "those of the lower half wait for longer")
	}
	require.Len(t, s.openings("b"), n)
}

// Where the whole array starts at once, the limit is parallelism.
func TestTheLimitOfAnArrayThatWaitsAsAWhole(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("a", "")
	s.make("b", "a", indexed(8), annotate(gate.ArrayLimitAnnotation, "2"))
	s.completes("b")
	require.EqualValues(t, 2, *s.get("b").Spec.Parallelism)
	require.Empty(t, s.openings("b"), "no pod has a scheduling gate")
	require.Len(t, s.patches("b"), 1)
}

func TestARetryOfAnElementRunsAtOnce(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("a", "", indexed(4))
	s.make("b", "a[i]", indexed(4), template("fail-indexes", "2"), func(j *batchv1.Job) {
		j.Spec.BackoffLimit, j.Spec.BackoffLimitPerIndex = nil, ptr.To(int32(1))
	}, annotate(gate.ArrayLimitAnnotation, "1"))
	s.fails("b")
	retried := slices.DeleteFunc(s.openings("b"), func(o history.Opening) bool { return o.Index != 2 })
	require.Len(t, retried, 2, "the element and its retry")
	require.Equal(t, "0,1,3", s.get("b").Status.CompletedIndexes)
}

// Without a backoffLimitPerIndex, an element that can never run is the end of the
// Job; it has failed then and was not skipped, since others may have run.
func TestAnElementThatCanNeverRun(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("a", "self[0]", indexed(3), perIndex, template("fail-indexes", "1"))
	s.make("ends", "a[i]", indexed(3), template("run-for", "10m"))
	s.make("waits", "a[i]", indexed(3), onFailure(gate.Wait))
	s.make("runs", "a[i]", indexed(3), onFailure(gate.Run))
	s.make("after", "failed(ends)")
	s.completes("runs", "after")
	s.fails("ends")
	reason := ""
	for _, c := range s.get("ends").Status.Conditions {
		if c.Type == batchv1.JobFailed {
			reason = c.Reason
			require.Contains(t, c.Message, "element 1 never ran: ")
		}
	}
	require.Equal(t, gate.ReasonElementFailed, reason)
	s.eventually("the others of waits have run", func(last map[string]history.Event) bool {
		return last[s.name+"/waits"].Job.Status.CompletedIndexes == "0,2"
	})
}

func TestElementsWaitForAnArrayThatIsMadeAgain(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("b", "a[i]", indexed(3))
	s.make("a", "", indexed(3), template("run-for", "10m"))
	s.runs("a")
	s.remove("a")
	s.held("b")
	s.make("a", "", indexed(3))
	s.completes("b")

	// One that is deleted when it is complete stands for those that waited.
	s.make("c", "d[i], go", indexed(3))
	s.make("d", "", indexed(3))
	s.completes("d")
	s.remove("d")
	s.make("go", "")
	s.completes("c")
}

func TestElementsFollowAResize(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("a", "", indexed(2), template("run-for", "10m"))
	s.make("b", "a[0], self[i-1]", indexed(3))
	s.settle()
	s.patch("b", `{"spec":{"completions":5,"parallelism":5}}`)
	s.make("c", "e[i]", indexed(4))
	s.make("e", "", indexed(4), untilTold)
	s.runs("e")
	s.patch("e", `{"spec":{"completions":2,"parallelism":2}}`)
	s.patch("c", `{"spec":{"completions":2,"parallelism":2}}`)
	s.tell("e", 0, 1)
	s.completes("c")
	s.remove("a")
	s.make("a", "", indexed(2))
	s.completes("b")
	require.Len(t, s.openings("b"), 5)
}

func TestAHoldKeepsElements(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("b", "self[i-1]", indexed(3), untilTold)
	s.until("the first element runs", func() bool { return len(s.openings("b")) == 1 })
	s.patch("b", `{"metadata":{"annotations":{"depctl.dev/hold":"look first"}}}`)
	s.settle()
	s.tell("b", 0)
	s.eventually("the first element is complete", func(last map[string]history.Event) bool {
		return last[s.name+"/b"].Job.Status.CompletedIndexes == "0"
	})
	s.settle()
	require.Len(t, s.openings("b"), 1)
	s.patch("b", `{"metadata":{"annotations":{"depctl.dev/hold":null}}}`)
	s.tell("b", 1)
	s.tell("b", 2)
	s.completes("b")
}

func TestAGateWithoutRightsOnPodsHoldsElements(t *testing.T) {
	t.Parallel()
	c := ownClusterWith(t, sandbox.Options{Overlay: sandbox.Base})
	_, err := c.StartGate(t.Context(), sandbox.GateOptions{})
	require.NoError(t, err)
	s := c.namespace(t)
	s.make("a", "", indexed(2))
	s.make("b", "a[i]", indexed(2))
	s.make("c", "a[1], a", indexed(2))
	s.completes("a", "c")
	require.Contains(t, s.warning("b", gate.ReasonProblem).Note, "kubectl apply -k deploy/arrays")
	s.held("b")
}

// A gate that is killed while it lets elements go leaves nothing behind: the next
// one goes on where it was.
func TestAGateKilledWhileItLetsElementsGo(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	running, err := c.StartGate(t.Context(), sandbox.GateOptions{})
	require.NoError(t, err)
	s := c.namespace(t)
	n := *elements
	s.make("b", "a[i]", indexed(n), annotate(gate.ArrayLimitAnnotation, "7"))
	s.make("a", "", indexed(n))
	for kills := range 4 {
		wanted := (kills + 1) * n / 6
		s.until(fmt.Sprintf("%d elements were let go", wanted), func() bool { return len(s.openings("b")) >= wanted })
		require.NoError(t, running.Restart())
	}
	s.completes("b")
	require.Len(t, s.openings("b"), n)
}

func TestElementsAcrossNamespaces(t *testing.T) {
	t.Parallel()
	s, other := shared.namespace(t), shared.namespace(t)
	s.make("b", other.name+"/a[i]", indexed(3))
	other.make("a", "", indexed(3))
	other.completes("a")
	require.Contains(t, s.warning("b", gate.ReasonProblem).Note, "may not get Job")
	s.held("b")
	other.grant(s, "default", "a")
	s.completes("b")
	require.Len(t, s.openings("b"), 3)
}

func TestAnArrayThatSucceedsByItsPolicy(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("a", "self[0]", indexed(4), func(j *batchv1.Job) {
		j.Spec.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{{SucceededIndexes: ptr.To("0")}}}
	}, untilTold)
	s.make("b", "a[i]", indexed(4), perIndex)
	s.make("whole", "a")
	s.tell("a", 0)
	s.completes("a", "whole")
	s.fails("b")
	require.Equal(t, "0", s.get("a").Status.CompletedIndexes)
	require.Equal(t, "0", s.get("b").Status.CompletedIndexes, "a[i] is not a")
}

// Grid Engine's -hold_jid_ad: an element waits for the end of its own, unless that
// asks by exit code 100 that it does not.
func TestAnElementThatAsksForAnExitCode(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("b", "finished(a[i]), not failed(a[i], code=100)", indexed(3), perIndex)
	s.make("c", "finished(d[i]), not failed(d[i], code=100)", indexed(3), perIndex)
	s.make("a", "", indexed(3), perIndex, template("fail-indexes", "1"), template("exit-code", "100"))
	s.make("d", "", indexed(3), perIndex, template("fail-indexes", "1"), template("exit-code", "3"))
	s.completes("c")
	s.fails("b")
	require.Equal(t, "0,2", s.get("b").Status.CompletedIndexes)
}

// What the gate fails falls at its own speed, however often the Job controller
// makes a pod again: c does not wait until all retries of b are used up.
func TestElementsThatFallOneAfterAnother(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	patient := func(j *batchv1.Job) { j.Spec.BackoffLimit, j.Spec.BackoffLimitPerIndex = nil, ptr.To(int32(4)) }
	s.make("a", "", indexed(3), perIndex, template("fail-indexes", "1"))
	s.make("b", "a[i]", indexed(3), patient)
	s.make("c", "b[i]", indexed(3), perIndex)
	s.fails("c")
	require.Equal(t, "0,2", s.get("c").Status.CompletedIndexes)
	s.eventually("the others of b are complete", func(last map[string]history.Event) bool {
		return last[s.name+"/b"].Job.Status.CompletedIndexes == "0,2"
	})
	require.False(t, s.history.Last()[s.name+"/b"].Is(batchv1.JobFailed), "b is still trying")
}
