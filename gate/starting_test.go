package gate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/gate/limit"
)

// stock gives what a pool has left.
type stock struct{ *limit.Pool[string] }

func (s stock) Grant(job gate.Job, needs limit.Needs) gate.Grant {
	s.Wait("", job.Namespace, needs)
	if _, given := s.Next(); given {
		return gate.Grant{Given: true}
	}
	return gate.LimitMaps{"n": {"db": "2"}}.Lack(s.Pool, job, needs)
}

func (stock) Elements(_ gate.Job, _ limit.Needs, pods []gate.Pod) ([]gate.Pod, gate.Grant) {
	return pods, gate.Grant{Given: true}
}

func TestAJobStartsWhenFewPodsDo(t *testing.T) {
	t.Parallel()
	const most = 5
	pods := func(n int32) func(*batchv1.Job) {
		return func(j *batchv1.Job) { j.Spec.Parallelism, j.Spec.Completions = ptr.To(n), ptr.To(n) }
	}
	none := func(j *batchv1.Job) {
		delete(j.Annotations, gate.UsesAnnotation)
		j.Annotations[gate.DependsOnAnnotation] = "x"
	}
	for name, test := range map[string]struct {
		change, other func(*batchv1.Job)
		here, there   int64
		db            int64
		want          string
	}{
		"none is starting":                            {pods(3), none, 0, 0, 2, ""},
		"the namespace has less than half":            {pods(1), none, 2, 1, 2, ""},
		"the namespace has half":                      {pods(1), none, 3, 0, 2, "TooManyStarting: waiting: 3 pods are starting in namespace n, which may have 3"},
		"all that may be are starting":                {pods(2), none, 0, 4, 2, "TooManyStarting: waiting: 4 pods are starting, of 5 that may be (--max-starting)"},
		"more are starting than may be":               {pods(1), none, 0, 9, 2, "TooManyStarting: waiting: 9 pods are starting, of 5 that may be (--max-starting)"},
		"a job of any size, alone":                    {pods(40), none, 0, 0, 2, ""},
		"a job of any size, beside one":               {pods(40), none, 0, 1, 2, "TooManyStarting: waiting: 1 pod is starting, and this Job starts alone, as it has too many"},
		"more than half, beside one":                  {pods(4), none, 0, 1, 2, "TooManyStarting: waiting: 1 pod is starting, and this Job starts alone, as it has too many"},
		"no pods at all":                              {pods(0), none, 9, 9, 2, ""},
		"tokens are free, and too many are starting":  {pods(1), nil, 3, 0, 0, "TooManyStarting: waiting: 3 pods are starting in namespace n, which may have 3"},
		"tokens are short":                            {pods(1), nil, 0, 0, 2, "LimitReached: waiting for tokens: 1 of n/db, of which 2 of 2 are in use"},
		"tokens are short, and too many are starting": {pods(1), nil, 3, 9, 2, "LimitReached: waiting for tokens: 1 of n/db, of which 2 of 2 are in use"},
		"elements start by themselves": {pods(4), func(j *batchv1.Job) {
			indexed(j)
			none(j)
			j.Annotations[gate.DependsOnAnnotation] = "self[i-1]"
		}, 9, 9, 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := limit.NewPool(func(a, b string) bool { return a < b })
			p.SetLimit(gate.StartingLimit, most)
			p.SetLimit(gate.StartingLimitOf("n"), gate.StartingShare(most))
			p.SetLimit(limit.Name{Namespace: "n", Key: "db"}, 2)
			p.Hold("here", gate.Starting("n", test.here))
			p.Hold("there", gate.Starting("other", test.there))
			p.Hold("db", limit.Needs{{Limit: limit.Name{Namespace: "n", Key: "db"}, Tokens: test.db}})
			changes := []func(*batchv1.Job){test.change}
			if test.other != nil {
				changes = append(changes, test.other)
			}
			job := gate.Observe(user("db", changes...))
			expr, err := job.Parse()
			require.NoError(t, err)
			x := gate.Observe(&batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: "x"}, Status: batchv1.JobStatus{
				Conditions: []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}},
			}})
			graph := depgraph.New()
			graph.Set(x.Ref(), x.Node(nil))
			d := gate.Decide(gate.Snapshot{
				Job: job, Expr: expr, Tokens: stock{p}, MaxStarting: most, Now: time.Unix(0, 0),
				World: gate.World{Graph: graph, Self: job.Ref(), Access: gate.Open{}, Job: job},
			})
			if test.want == "" {
				require.Equal(t, gate.Releasing, d.Action, d.Message)
				return
			}
			require.Equal(t, gate.Waiting, d.Action)
			require.Equal(t, test.want, d.Reason+": "+d.Message)
			require.NotNil(t, d.Wants)
		})
	}
}

func TestWhoOnlyWaitsForOthersIsTold(t *testing.T) {
	t.Parallel()
	p := limit.NewPool(func(a, b string) bool { return a < b })
	p.SetLimit(gate.StartingLimit, 5)
	grant := gate.LimitMaps{}.Lack(p, gate.Job{}, gate.Starting("n", 1)[:1])
	require.Equal(t, gate.Grant{Crowd: "others are to start before it (--max-starting)"}, grant)
}

func TestAPodWaitsForANode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change       func(*corev1.Pod)
		waits, gated bool
	}{
		"it is new":         {func(*corev1.Pod) {}, true, false},
		"it has a gate":     {func(p *corev1.Pod) { p.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "theirs"}} }, true, true},
		"it has a node":     {func(p *corev1.Pod) { p.Spec.NodeName = "node" }, false, false},
		"it is over":        {func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }, false, false},
		"it is being ended": {func(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{} }, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var pod corev1.Pod
			test.change(&pod)
			waits, gated := gate.WaitsForNode(&pod)
			require.Equal(t, test.waits, waits)
			require.Equal(t, test.gated, gated)
		})
	}
}
