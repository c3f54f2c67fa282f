package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/gate"
)

// fakePod returns a pod of a Job of fakeJob, made two minutes ago.
func fakePod(job, suffix string, phase corev1.PodPhase, changes ...func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "etl", Name: job + "-" + suffix, UID: types.UID("uid-" + job + "-" + suffix), CreationTimestamp: minutesAgo(2),
			Labels: map[string]string{batchv1.ControllerUidLabel: "uid-" + job}, OwnerReferences: ownedBy(job),
		},
		Spec:   corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "registry.example.com/train:2"}}},
		Status: corev1.PodStatus{Phase: phase},
	}
	for _, change := range changes {
		change(pod)
	}
	return pod
}

func noNodeFor(p *corev1.Pod) {
	p.Status.Conditions = []corev1.PodCondition{{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable,
		Message: "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
	}}
}

func withContainer(state corev1.ContainerState) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Spec.NodeName = "node-1"
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", State: state}}
	}
}

// troubledObjects are Jobs of which each is in another kind of trouble.
func troubledObjects() []runtime.Object {
	two := func(j *batchv1.Job) { j.Spec.Parallelism = ptr.To(int32(2)) }
	started := func(j *batchv1.Job) { j.Status.StartTime = ptr.To(minutesAgo(2)) }
	exit3 := withContainer(corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 3, Reason: "Error", FinishedAt: minutesAgo(5)}})
	oom := withContainer(corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled", FinishedAt: minutesAgo(5)}})
	pull := withContainer(corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: `Back-off pulling image "registry.example.com/train:2"`}})
	problem := func(j *batchv1.Job) {
		j.Status.Conditions = []batchv1.JobCondition{{
			Type: gate.ConditionType, Status: corev1.ConditionUnknown, Reason: gate.ReasonProblem, Message: "held: namespace etl has too many references",
			LastProbeTime: minutesAgo(59), LastTransitionTime: minutesAgo(59),
		}}
	}
	refused := &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: "quota.1"}, Type: corev1.EventTypeWarning, Reason: "FailedCreate", LastTimestamp: minutesAgo(1),
		InvolvedObject: corev1.ObjectReference{UID: "uid-quota"},
		Message:        `Error creating: pods "quota-x7k2p" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0`,
	}
	return []runtime.Object{
		fakeJob("gpu-1", "", started, two), fakePod("gpu-1", "a", corev1.PodPending, noNodeFor), fakePod("gpu-1", "b", corev1.PodPending, noNodeFor),
		fakeJob("gpu-2", "", started), fakePod("gpu-2", "a", corev1.PodPending, noNodeFor),
		fakeJob("image", "", started), fakePod("image", "a", corev1.PodPending, pull),
		fakeJob("quota", "", started), refused,
		fakeJob("broken", "", ran(9), finishedAs(batchv1.JobFailed, 4, "BackoffLimitExceeded")),
		fakePod("broken", "a", corev1.PodFailed, exit3), fakePod("broken", "b", corev1.PodFailed, exit3),
		fakeJob("memory", "", ran(9), finishedAs(batchv1.JobFailed, 4, "BackoffLimitExceeded")), fakePod("memory", "a", corev1.PodFailed, oom),
		fakeJob("late", "", ran(9), finishedAs(batchv1.JobFailed, 4, "DeadlineExceeded")),
		fakeJob("waits", "gpu-1, broken", func(j *batchv1.Job) { j.Annotations[gate.OnFailureAnnotation] = "wait" }),
		fakeJob("worried", "gpu-1", problem),
	}
}

// TestCauses runs commands on Jobs in trouble; what they print is in testdata/cause.
func TestCauses(t *testing.T) {
	noGate := func(c *fake.Clientset) {
		lease := fakeLease()
		lease.Spec.RenewTime = ptr.To(metav1.NewMicroTime(minutesAgo(58).Time))
		_ = c.Tracker().Update(coordinationv1.SchemeGroupVersion.WithResource("leases"), lease, cluster.GateNamespace)
		_ = c.Tracker().Add(&appsv1.Deployment{
			ObjectMeta: metav1.ObjectMeta{Namespace: cluster.GateNamespace, Name: cluster.GateName}, Status: appsv1.DeploymentStatus{ReadyReplicas: 1},
		})
	}
	for name, test := range map[string]struct {
		args     string
		terminal string
		change   func(*fake.Clientset)
	}{
		"explain":            {args: "explain gpu-1 image quota broken memory late", terminal: "80 columns"},
		"explain-json":       {args: "explain gpu-1 broken -o json"},
		"explain-waiting":    {args: "explain waits -r", terminal: "80 columns"},
		"explain-worried":    {args: "explain worried", terminal: "80 columns"},
		"explain-no-gate":    {args: "explain waits", terminal: "80 columns", change: noGate},
		"explain-no-pods":    {args: "explain gpu-1 quota", change: func(c *fake.Clientset) { forbid(c, "list", "pods") }},
		"explain-no-events":  {args: "explain gpu-1 quota", change: func(c *fake.Clientset) { forbid(c, "list", "events") }},
		"explain-no-logs":    {args: "explain broken", change: func(c *fake.Clientset) { forbid(c, "get", "pods") }},
		"status":             {args: "status", terminal: "80 columns"},
		"status-json":        {args: "status -o json"},
		"status-no-pods":     {args: "status", terminal: "80 columns", change: func(c *fake.Clientset) { forbid(c, "list", "pods") }},
		"status-no-gate":     {args: "status", terminal: "80 columns", change: noGate},
		"graph":              {args: "graph --all -o tree", terminal: "80 columns"},
		"graph-wide":         {args: "graph --all -o wide"},
		"graph-json-no-gate": {args: "graph waits -o json", change: noGate},
		"graph-no-gate":      {args: "graph waits -o tree", change: noGate},
	} {
		t.Run(name, func(t *testing.T) {
			client := nightCluster(troubledObjects(), true)
			if test.change != nil {
				test.change(client)
			}
			on := parseTerminal(t, test.terminal)
			stdout, stderr, code := runDepctl(clusterFactory(t, client, on), "", strings.Fields(test.args)...)
			requireFits(t, withoutCommands(stdout), on)
			got := fmt.Sprintf("$ depctl %s\n%s-- exit code %d --\n%s", test.args, stdout, code, stderr)
			golden := filepath.Join("testdata", "cause", name+".golden")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "run with -update to write it")
			require.Equal(t, string(want), got)
		})
	}
}

// Of a thousand Jobs in trouble 50 are looked at: those that may run first. A Job that runs or
// waits is not, and what else is in the namespace is not listed.
func TestCausesAreLookedForInFewJobs(t *testing.T) {
	var objects []runtime.Object
	for i := range 1000 {
		objects = append(objects, fakeJob(fmt.Sprintf("failed-%03d", i), "", ran(9), finishedAs(batchv1.JobFailed, 4, "BackoffLimitExceeded")))
	}
	for i := range 3 {
		objects = append(objects, fakeJob(fmt.Sprintf("pending-%d", i), ""), fakeJob(fmt.Sprintf("runs-%d", i), "", ran(3)), fakeJob(fmt.Sprintf("waits-%d", i), "runs-0"))
	}
	client := nightCluster(objects, true)
	stdout, stderr, code := runDepctl(clusterFactory(t, client, parseTerminal(t, "")), "", "status")
	require.Zero(t, code)
	require.Contains(t, stdout, "BackoffLimitExceeded")
	require.Contains(t, stderr, "Why 953 Jobs more did not run, or failed, was not looked at: depctl explain JOB says it of one.")
	asked := map[string]int{}
	for _, action := range client.Actions() {
		list, ok := action.(clienttesting.ListAction)
		if resource := action.GetResource().Resource; ok && (resource == "pods" || resource == "events") {
			asked[resource]++
			restrictions := list.GetListRestrictions()
			require.False(t, restrictions.Labels.Empty() && restrictions.Fields.Empty(), "all of the namespace")
			require.NotContains(t, restrictions.Labels.String()+restrictions.Fields.String(), "uid-runs")
			require.NotContains(t, restrictions.Labels.String()+restrictions.Fields.String(), "uid-waits")
		}
	}
	require.Equal(t, map[string]int{"pods": 50, "events": 50}, asked)
}

// Of a Job with very many pods so many are looked at as a person needs, and that is said.
func TestCausesOfVeryManyPods(t *testing.T) {
	client := nightCluster([]runtime.Object{fakeJob("wide", "", func(j *batchv1.Job) { j.Spec.Parallelism = ptr.To(int32(10_000)) })}, true)
	lists := 0
	client.PrependReactor("list", "pods", func(action clienttesting.Action) (bool, runtime.Object, error) {
		lists++
		page := &corev1.PodList{ListMeta: metav1.ListMeta{Continue: fmt.Sprint(lists)}}
		for i := range 100 {
			page.Items = append(page.Items, *fakePod("wide", fmt.Sprintf("%d-%d", lists, i), corev1.PodPending, noNodeFor))
		}
		return true, page, nil
	})
	stdout, stderr, code := runDepctl(clusterFactory(t, client, parseTerminal(t, "")), "", "explain", "wide")
	require.Zero(t, code)
	require.Contains(t, stdout, "Unschedulable (500 pods)")
	require.Contains(t, stderr, "Of etl/wide 500 pods were looked at, and there are more.")
	require.Equal(t, 5, lists)
}

// A Job that is looked at again and again is asked about when it may have changed.
func TestCausesAreReadAgain(t *testing.T) {
	client := nightCluster(troubledObjects(), true)
	reader := cluster.NewReader(client, "etl")
	causes := reader.Causes()
	lists := func() (n int) {
		for _, action := range client.Actions() {
			if action.Matches("list", "pods") {
				n++
			}
		}
		return n
	}
	for _, look := range []struct {
		after time.Duration
		lists int // of pods, since the beginning
	}{{0, 7}, {time.Second, 7}, {10 * time.Second, 11}} { // 4 may run, 3 have failed
		w, _, err := reader.Read(context.Background(), testNow.Add(look.after))
		require.NoError(t, err)
		require.Empty(t, causes.Read(context.Background(), w, w.Upstream("etl")))
		require.Equal(t, look.lists, lists(), "after %s", look.after)
	}
}
