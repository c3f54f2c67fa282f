package cli

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/overview"
	"depctl.dev/cli/simulate"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/test/simulation"
)

// rightsAtRandom are what service accounts may see, found out by a draw.
func rightsAtRandom(d *rand.Rand, w *snapshot.World) gate.Answers {
	answers := gate.Answers{}
	for _, ref := range w.Upstream("") {
		for _, q := range w.Jobs[ref].Questions(w.Graph.Expr(ref), nil) {
			if _, known := answers[q]; !known {
				answers[q] = gate.Denied
				if d.IntN(3) > 0 {
					answers[q] = gate.Allowed
				}
			}
		}
	}
	return answers
}

// nightAtRandom returns random Jobs in three namespaces, of which some have ended.
func nightAtRandom(seed uint64, d *rand.Rand) []*batchv1.Job {
	var jobs []*batchv1.Job
	for i, one := range simulation.New(seed, simulation.Options{Fewest: 40, Most: 40, Namespaces: 3}).Jobs {
		job := one.Manifest()
		job.UID, job.CreationTimestamp = types.UID(fmt.Sprint("uid-", i)), minutesAgo(60)
		if job.Annotations == nil {
			job.Annotations = map[string]string{}
		}
		switch d.IntN(4) {
		case 0:
			ran(50)(job)
			finishedAs(batchv1.JobComplete, 40, "")(job)
		case 1:
			finishedAs(batchv1.JobFailed, 40, []string{"BackoffLimitExceeded", gate.ReasonDependencyFailed}[d.IntN(2)])(job)
		}
		jobs = append(jobs, job)
	}
	return jobs
}

// The gate decides about random Jobs, with random rights, and writes its conditions.
// Whoever may ask nobody, and may not read a namespace, is told by every command what
// the gate has written.
func TestWhatIsWorkedOutNeverContradictsTheGate(t *testing.T) {
	t.Parallel()
	compared, problems := 0, 0
	for seed := range uint64(60) {
		d := rand.New(rand.NewPCG(seed, 1))
		jobs := nightAtRandom(seed, d)
		gates := snapshot.NewWorld(testNow)
		for _, job := range jobs {
			gates.Add(gate.Observe(job))
		}
		gates.Access = rightsAtRandom(d, gates)
		gates.Settle()
		wrote := map[lang.Ref]gate.Condition{}
		for _, job := range jobs {
			observed := gate.Observe(job)
			decision := gate.Decide(gates.SnapshotOf(observed.Ref()))
			if !observed.Waits() || decision.Action != gate.Waiting {
				continue
			}
			c, _, news := gate.NextCondition(observed, decision, testNow.Add(-time.Minute))
			require.True(t, news)
			wrote[observed.Ref()] = c
			job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{
				Type: gate.ConditionType, Status: c.Status, Reason: c.Reason, Message: c.Message,
				LastProbeTime: metav1.NewTime(c.Written), LastTransitionTime: metav1.NewTime(c.Since),
			})
		}
		closed := ""
		if d.IntN(2) == 0 {
			closed = jobs[d.IntN(len(jobs))].Namespace
		}
		yours := cluster.NewJobReader(nil, "").Reading(testNow).World
		for _, job := range jobs {
			if job.Namespace != closed {
				yours.Observe(job)
			}
		}
		for _, ref := range yours.Upstream("") {
			named := []lang.Ref{ref}
			if expr := yours.Graph.Expr(ref); expr != nil {
				for _, edge := range expr.Edges() {
					named = append(named, edge.Ref.Resolve(ref))
				}
			}
			for _, one := range named {
				if one.Namespace == closed {
					yours.Unread[one] = "you may not"
				}
			}
		}
		q := snapshot.NewInquiry(yours)
		drawn := yours.States()
		counts := map[gate.State]int{}
		for ref, job := range yours.Jobs {
			c, told := wrote[ref]
			if !told {
				continue
			}
			what := fmt.Sprintf("seed %d: %s waits for %q; the gate wrote %s: %s", seed, ref, job.DependsOn, c.Reason, c.Message)
			require.Equal(t, c.Reason, q.Decision(ref).Reason, what)
			require.Equal(t, gate.Waiting, q.Decision(ref).Action, what)
			state := gate.StateOf(job, q.Decision(ref))
			require.Equal(t, state, drawn[ref], what)
			counts[state]++
			compared++
			if c.Reason == gate.ReasonProblem {
				problems++
			}
		}
		summed := overview.Of(q, yours.Upstream(""), 0)
		for state, n := range counts {
			require.GreaterOrEqual(t, summed.Counts[state], n)
		}
		yours.Access = snapshot.Hopeful{Access: yours.Access}
		run := yours.Simulate(simulate.Options{Length: func(lang.Ref) (simulate.Estimate, bool) { return simulate.Estimate{Duration: time.Minute}, true }})
		for _, job := range run.Jobs {
			c, told := wrote[job.Ref]
			if told && (c.Reason == gate.ReasonHeld || c.Reason == gate.ReasonDependencyFailed || c.Reason == gate.ReasonDependencyCycle ||
				c.Reason == gate.ReasonProblem && gates.Graph.Expr(job.Ref).Names() != nil) {
				require.Fail(t, "it is planned to run", "seed %d: %s, of which the gate wrote %s: %s", seed, job.Ref, c.Reason, c.Message)
			}
		}
	}
	require.Greater(t, compared, 300)
	require.Greater(t, problems, 50)
}
