package integration

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// failed returns the Failed condition of a Job.
func failed(t *testing.T, job *batchv1.Job) batchv1.JobCondition {
	t.Helper()
	at := slices.IndexFunc(job.Status.Conditions, func(c batchv1.JobCondition) bool { return c.Type == batchv1.JobFailed })
	require.GreaterOrEqual(t, at, 0, "%s has not failed", job.Name)
	return job.Status.Conditions[at]
}

func TestAFailureGoesDownTheChain(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("report", "load")
	s.make("load", "extract")
	s.make("cleanup", "finished(report)")
	s.make("alarm", "skipped(load)")
	s.make("retry", "failed(load)")
	s.make("extract", "", template("exit-code", "3"))
	s.fails("report")
	s.completes("cleanup", "alarm")
	s.fails("retry") // load was skipped, it did not fail
	require.Equal(t, "never ran: "+s.name+"/extract failed (BackoffLimitExceeded)", failed(t, s.get("load")).Message)
	require.Equal(t, "never ran: "+s.name+"/load was skipped", failed(t, s.get("report")).Message)
	require.Equal(t, gate.ReasonDependencyFailed, failed(t, s.get("report")).Reason)
	s.kubectl("", "wait", "--for=condition=failed", "--timeout=10s", "job/load", "job/report")
	require.Regexp(t, `(?m)^load +Failed `, s.kubectl("", "get", "jobs"))
	pods, err := s.client.CoreV1().Pods(s.name).List(t.Context(), metav1.ListOptions{LabelSelector: "batch.kubernetes.io/job-name in (load,report)"})
	require.NoError(t, err)
	require.Empty(t, pods.Items)
}

func TestAPrerequisiteIsMadeAgainForAJobThatRatherWaits(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "", template("exit-code", "3"))
	s.fails("extract")
	s.make("load", "extract", onFailure("wait"))
	s.warning("load", gate.ReasonDependencyFailed)
	s.remove("extract")
	s.make("extract", "")
	s.completes("load")
}

func TestAJobThatRunsAllTheSame(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "extract, not failed(audit)", onFailure("run"))
	s.make("either", "extract, failed(audit)", onFailure("run"))
	s.make("never", "not failed(extract)", onFailure("run"))
	s.make("extract", "", template("exit-code", "3"))
	s.fails("extract")
	s.completes("never")
	s.held("load")
	s.held("either")
	s.make("audit", "")
	s.completes("load", "either")
}

func TestAWaitEndsInTime(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	made := s.make("load", "never", annotate(gate.WaitTimeoutAnnotation, "3s"))
	s.make("mistake", "Never", annotate(gate.WaitTimeoutAnnotation, "3s"))
	s.make("next", "load")
	s.make("patient", "broke", onFailure("wait"), annotate(gate.WaitTimeoutAnnotation, "3s"))
	s.make("runner", "never", onFailure("run"), annotate(gate.WaitTimeoutAnnotation, "3s"))
	s.make("broke", "", template("exit-code", "3"))
	s.make("held", "never", annotate(gate.WaitTimeoutAnnotation, "3s"), annotate(gate.HoldAnnotation, ""))
	s.make("unreadable", "never", annotate(gate.WaitTimeoutAnnotation, "3 s"))
	s.fails("load")
	s.fails("mistake")
	s.fails("next")
	for _, name := range []string{"patient", "runner"} {
		s.fails(name)
		require.Equal(t, gate.ReasonDependencyTimeout, failed(t, s.get(name)).Reason, name)
	}
	condition := failed(t, s.get("load"))
	require.Equal(t, gate.ReasonDependencyTimeout, condition.Reason)
	require.GreaterOrEqual(t, condition.LastTransitionTime.Sub(made.CreationTimestamp.Time), 3*time.Second)
	require.Equal(t, gate.ReasonDependencyFailed, failed(t, s.get("next")).Reason)
	s.warning("unreadable", gate.ReasonInvalidAnnotation)
	s.held("held")
	s.held("unreadable")
}

func TestAHoldStopsTheClock(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("load", "never", annotate(gate.WaitTimeoutAnnotation, "6s"), annotate(gate.HoldAnnotation, ""))
	s.eventually("the hold is noted", func(last map[string]history.Event) bool {
		return last[s.name+"/load"].Job != nil && last[s.name+"/load"].Job.Annotations[gate.PausedAnnotation] != ""
	})
	made := s.get("load").CreationTimestamp.Time
	s.make("clock", "time("+made.Add(8*time.Second).UTC().Format(time.RFC3339)+")")
	s.completes("clock")
	s.patch("load", `{"metadata":{"annotations":{"depctl.dev/hold":null}}}`)
	s.fails("load")
	require.GreaterOrEqual(t, failed(t, s.get("load")).LastTransitionTime.Sub(made), 13*time.Second)
}

// Kinds of Jobs whose status has rules of its own.
func TestEveryKindOfJobCanBeFailed(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	kinds := map[string]change{
		"plain":       func(*batchv1.Job) {},
		"parallelism": func(j *batchv1.Job) { j.Spec.Parallelism = ptr.To[int32](0) },
		"deadline":    func(j *batchv1.Job) { j.Spec.ActiveDeadlineSeconds = ptr.To[int64](5) },
		"replacement": func(j *batchv1.Job) { j.Spec.PodReplacementPolicy = ptr.To(batchv1.Failed) },
		"per-index": func(j *batchv1.Job) {
			j.Spec.CompletionMode, j.Spec.Completions = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](3)
			j.Spec.BackoffLimit, j.Spec.BackoffLimitPerIndex = nil, ptr.To[int32](1)
		},
		"failure-policy": func(j *batchv1.Job) {
			j.Spec.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
				Action:      batchv1.PodFailurePolicyActionFailJob,
				OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: []int32{3}},
			}}}
		},
		"success-policy": func(j *batchv1.Job) {
			j.Spec.CompletionMode, j.Spec.Completions = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](3)
			j.Spec.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{{SucceededCount: ptr.To[int32](1)}}}
		},
	}
	for name, kind := range kinds {
		s.make(name, "extract", kind)
	}
	s.make("extract", "", template("exit-code", "3"))
	for name := range kinds {
		s.fails(name)
		require.Equal(t, gate.ReasonDependencyFailed, failed(t, s.get(name)).Reason, name)
	}
}

// The patch that fails a Job is on its way when somebody starts the Job: it must
// not be killed.
func TestAJobThatWasStartedMeanwhileIsNotFailed(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	s, p := c.namespace(t).byForce(), newProxy(t, c)
	g := c.gate(t, sandbox.GateOptions{ServerURL: p.URL})
	s.make("load", "extract")
	s.make("extract", "", template("exit-code", "3"))
	select {
	case <-p.arrived:
	case <-time.After(patience):
		t.Fatal("no patch arrived")
	}
	s.patch("load", release(s.get("load")))
	p.pass <- true
	let := passAll(t, p)
	s.completes("load")
	let()
	require.NoError(t, g.Stop())
}

// A chain of 200 and a tree of 2,000 fall at the speed of patches, not at a
// second for each Job.
func TestLongCascades(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 2,200 Jobs")
	}
	t.Parallel()
	c := ownCluster(t)
	g := c.gate(t, sandbox.GateOptions{})
	chain, tree := c.namespace(t), c.namespace(t)
	// Reversed, so that nothing can be decided before the last is there.
	many(200, func(i int) { chain.make(fmt.Sprintf("job-%d", i+1), fmt.Sprintf("job-%d", i)) })
	many(2000, func(i int) { tree.make(fmt.Sprintf("job-%d", i+1), fmt.Sprintf("job-%d", i/8)) })
	for _, s := range []*space{chain, tree} {
		s.make("job-0", "", template("exit-code", "1"))
	}
	skips := func(s *space, n int) (first, last time.Time) {
		skipped := 0 // those before this one are
		// Longer than the bound below, which else could not be missed.
		ctx, cancel := context.WithTimeout(s.t.Context(), 3*patience)
		defer cancel()
		require.NoError(t, s.history.Wait(ctx, func(now map[string]history.Event) bool {
			for ; skipped < n; skipped++ {
				if e := now[fmt.Sprintf("%s/job-%d", s.name, skipped+1)]; e.Job == nil || !e.Is(batchv1.JobFailureTarget) {
					return false
				}
			}
			return true
		}), "all are skipped")
		for _, e := range s.history.Events() {
			if e.Job.Namespace == s.name && e.Is(batchv1.JobFailureTarget) {
				if first.IsZero() {
					first = e.At
				}
				last = e.At
				if n--; n == 0 {
					break
				}
			}
		}
		return first, last
	}
	first, last := skips(chain, 200)
	t.Logf("a chain of 200 was skipped in %s", last.Sub(first))
	require.NotZero(t, ahead(chain, 200), "each waits until the Job controller has failed the one before")
	first, last = skips(tree, 2000)
	t.Logf("a tree of 2,000 was skipped in %s", last.Sub(first))
	chain.fails("job-200")
	tree.fails("job-2000")
	require.NoError(t, g.Stop())
}

// ahead returns in how many states Jobs of a chain were skipped before the Job
// controller had failed the one that they wait for, which takes it a second.
func ahead(s *space, n int) (all int) {
	failed := map[string]bool{}
	for _, e := range s.history.Events() {
		if e.Is(batchv1.JobFailed) {
			failed[e.Key()] = true
		}
		var i int
		if _, err := fmt.Sscanf(e.Job.Name, "job-%d", &i); err == nil && e.Job.Namespace == s.name && i > 1 && i <= n &&
			e.Is(batchv1.JobFailureTarget) && !failed[fmt.Sprintf("%s/job-%d", s.name, i-1)] {
			all++
		}
	}
	return all
}

// many runs f for 0 to n-1, some at once.
func many(n int, f func(int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
