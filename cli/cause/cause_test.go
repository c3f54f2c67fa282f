package cause

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
)

var now = time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC)

// ago is a moment before now.
func ago(d time.Duration) metav1.Time { return metav1.NewTime(now.Add(-d)) }

// load is a Job of four pods.
func load(changes ...func(*batchv1.Job)) gate.Job {
	four := int32(4)
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: "load", UID: "uid-load"}, Spec: batchv1.JobSpec{Parallelism: &four}}
	for _, change := range changes {
		change(job)
	}
	return gate.Observe(job)
}

// failedBy makes a Job one that has failed.
func failedBy(reason string) func(*batchv1.Job) {
	return func(job *batchv1.Job) {
		job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: reason}}
	}
}

// pod returns one of load, made a minute ago.
func pod(name string, phase corev1.PodPhase, changes ...func(*corev1.Pod)) corev1.Pod {
	p := corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: name, UID: types.UID("uid-" + name), CreationTimestamp: ago(time.Minute)},
		Spec: corev1.PodSpec{
			InitContainers: []corev1.Container{{Name: "fetch", Image: "registry.example.com/fetch:1"}},
			Containers:     []corev1.Container{{Name: "main", Image: "registry.example.com/load:2"}},
		},
		Status: corev1.PodStatus{Phase: phase},
	}
	for _, change := range changes {
		change(&p)
	}
	return p
}

func condition(kind corev1.PodConditionType, status corev1.ConditionStatus, reason, message string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{Type: kind, Status: status, Reason: reason, Message: message})
	}
}

func unschedulable(message string) func(*corev1.Pod) {
	return condition(corev1.PodScheduled, corev1.ConditionFalse, corev1.PodReasonUnschedulable, message)
}

func onNode(p *corev1.Pod) {
	p.Spec.NodeName = "node-1"
	condition(corev1.PodScheduled, corev1.ConditionTrue, "", "")(p)
}

func waits(container, reason, message string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		onNode(p)
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{
			Name: container, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}},
		})
	}
}

func exited(container, reason string, code int32, before time.Duration) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		onNode(p)
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{
			Name: container, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, FinishedAt: ago(before)}},
		})
	}
}

func says(reason, message string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Status.Reason, p.Status.Message = reason, message }
}

func event(about types.UID, reason, message string, before time.Duration) corev1.Event {
	return corev1.Event{
		ObjectMeta: metav1.ObjectMeta{Name: string(about) + "." + reason}, Type: corev1.EventTypeWarning, Reason: reason, Message: message,
		InvolvedObject: corev1.ObjectReference{UID: about}, LastTimestamp: ago(before),
	}
}

const (
	noNode  = "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
	oneFull = "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {gpu: }. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling."
	twoFull = "0/3 nodes are available: 2 Insufficient cpu, 1 node(s) had untolerated taint {gpu: }. preemption: 0/3 nodes are available: 2 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling."
	pullErr = `failed to pull and unpack image "registry.example.com/load:2": failed to resolve reference "registry.example.com/load:2": registry.example.com/load:2: not found`
	backOff = `Back-off pulling image "registry.example.com/load:2": ErrImagePull: ` + pullErr
)

// The words are those of Kubernetes 1.36: of the scheduler, the kubelet, the Job controller, and admission.
func TestCauses(t *testing.T) {
	t.Parallel()
	pending, failed := corev1.PodPending, corev1.PodFailed
	for name, test := range map[string]struct {
		job    []func(*batchv1.Job)
		said   string
		pods   []corev1.Pod
		events []corev1.Event
		// want has a cause and what one would type.
		want [][2]string
	}{
		"no pods yet and no word of anybody": {},
		"no node for any pod": {
			pods: []corev1.Pod{pod("load-a", pending, unschedulable(noNode)), pod("load-b", pending, unschedulable(noNode))},
			want: [][2]string{{"Unschedulable (2 pods): " + noNode, "kubectl get nodes --show-labels"}},
		},
		"nodes fill up as the scheduler looks": {
			pods: []corev1.Pod{pod("load-a", pending, unschedulable(oneFull)), pod("load-b", pending, unschedulable(twoFull))},
			want: [][2]string{{"Unschedulable (2 pods): " + twoFull, "kubectl describe nodes"}},
		},
		"a claim that is not there": {
			pods: []corev1.Pod{pod("load-a", pending, unschedulable(`0/3 nodes are available: persistentvolumeclaim "data" not found. not found`))},
			want: [][2]string{{`Unschedulable: 0/3 nodes are available: persistentvolumeclaim "data" not found. not found`, "kubectl get pvc -n etl"}},
		},
		"a gate of others": {
			pods: []corev1.Pod{pod("load-a", pending, func(p *corev1.Pod) {
				p.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "example.com/quota"}}
			}, condition(corev1.PodScheduled, corev1.ConditionFalse, corev1.PodReasonSchedulingGated, "Scheduling is blocked due to non-empty scheduling gates"))},
			want: [][2]string{{"SchedulingGated: Scheduling is blocked due to non-empty scheduling gates (example.com/quota)", "kubectl describe pod load-a -n etl"}},
		},
		"an element that waits for our gate is no trouble": {
			pods: []corev1.Pod{pod("load-a", pending, func(p *corev1.Pod) {
				p.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
			}, condition(corev1.PodScheduled, corev1.ConditionFalse, corev1.PodReasonSchedulingGated, "Scheduling is blocked due to non-empty scheduling gates"))},
		},
		"a scheduler that does not run": {
			pods: []corev1.Pod{pod("load-a", pending, func(p *corev1.Pod) {
				p.Spec.SchedulerName, p.CreationTimestamp = "volcano", ago(time.Hour)
			})},
			want: [][2]string{{"NoScheduler: no scheduler has spoken of it; spec.schedulerName is volcano", "kubectl get pods -A -l component=kube-scheduler"}},
		},
		"a scheduler that has had no time yet": {pods: []corev1.Pod{pod("load-a", pending)}},
		"an image that is not there, of which the kubelet says two things in turn": {
			pods: []corev1.Pod{pod("load-a", pending, waits("main", "ErrImagePull", pullErr)), pod("load-b", pending, waits("main", "ImagePullBackOff", backOff))},
			want: [][2]string{{"ImagePullBackOff in container main (2 pods): " + backOff, "kubectl replace --force -f FILE"}},
		},
		"an image that has no name": {
			pods: []corev1.Pod{pod("load-a", pending, waits("main", "InvalidImageName", `Failed to apply default image tag "UPPER": couldn't parse image name "UPPER": invalid reference format`))},
			want: [][2]string{{`InvalidImageName in container main: image "registry.example.com/load:2": Failed to apply default image tag "UPPER": couldn't parse image name "UPPER": invalid reference format`, "kubectl replace --force -f FILE"}},
		},
		"a ConfigMap that is not there": {
			pods: []corev1.Pod{pod("load-a", pending, waits("main", "CreateContainerConfigError", `configmap "settings" not found`))},
			want: [][2]string{{`CreateContainerConfigError in container main: configmap "settings" not found`, "kubectl create configmap settings -n etl --from-literal=KEY=VALUE"}},
		},
		"a Secret that is not there": {
			pods: []corev1.Pod{pod("load-a", pending, waits("main", "CreateContainerConfigError", `secret "password" not found`))},
			want: [][2]string{{`CreateContainerConfigError in container main: secret "password" not found`, "kubectl create secret generic password -n etl --from-literal=KEY=VALUE"}},
		},
		"a key that is not there": {
			pods: []corev1.Pod{pod("load-a", pending, waits("main", "CreateContainerConfigError", "couldn't find key url in ConfigMap etl/settings"))},
			want: [][2]string{{"CreateContainerConfigError in container main: couldn't find key url in ConfigMap etl/settings", "kubectl edit configmap settings -n etl"}},
		},
		"a volume that is not there, which only an event tells": {
			pods: []corev1.Pod{pod("load-a", pending, waits("main", "ContainerCreating", ""))},
			events: []corev1.Event{
				event("uid-load-a", "FailedMount", `MountVolume.SetUp failed for volume "settings" : configmap "settings" not found`, time.Second),
				event("uid-load-a", "FailedScheduling", noNode, time.Minute),
				event("uid-other", "FailedMount", "of another pod", 0),
			},
			want: [][2]string{{`FailedMount: MountVolume.SetUp failed for volume "settings" : configmap "settings" not found`, "kubectl create configmap settings -n etl --from-literal=KEY=VALUE"}},
		},
		"containers that are being made are no trouble": {pods: []corev1.Pod{pod("load-a", pending, waits("main", "ContainerCreating", ""))}},
		"a quota": {
			events: []corev1.Event{
				event("uid-load", "FailedCreate", `Error creating: pods "load-x7k2p" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0`, time.Second),
				event("uid-load", "FailedCreate", `Error creating: pods "load-aaaaa" is forbidden: error looking up service account etl/robot: serviceaccount "robot" not found`, time.Minute),
			},
			want: [][2]string{{"FailedCreate (4 pods): exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0", "kubectl describe quota none -n etl"}},
		},
		"a quota that asks for requests": {
			events: []corev1.Event{event("uid-load", "FailedCreate", `Error creating: pods "load-x7k2p" is forbidden: failed quota: small: must specify requests.cpu for: main`, 0)},
			want:   [][2]string{{"FailedCreate (4 pods): failed quota: small: must specify requests.cpu for: main", "kubectl describe quota small -n etl"}},
		},
		"a service account that is not there": {
			events: []corev1.Event{event("uid-load", "FailedCreate", `Error creating: pods "load-aaaaa" is forbidden: error looking up service account etl/robot: serviceaccount "robot" not found`, 0)},
			want:   [][2]string{{`FailedCreate (4 pods): error looking up service account etl/robot: serviceaccount "robot" not found`, "kubectl create serviceaccount robot -n etl"}},
		},
		"a webhook that refuses": {
			events: []corev1.Event{event("uid-load", "FailedCreate", `Error creating: admission webhook "policy.example.com" denied the request: no image of registry.example.com`, 0)},
			want:   [][2]string{{`FailedCreate (4 pods): admission webhook "policy.example.com" denied the request: no image of registry.example.com`, "kubectl events --for job/load -n etl"}},
		},
		"a refusal that is past": {
			pods: []corev1.Pod{
				pod("load-a", corev1.PodRunning, onNode), pod("load-b", corev1.PodRunning, onNode), pod("load-c", corev1.PodRunning, onNode), pod("load-d", corev1.PodRunning, onNode),
			},
			events: []corev1.Event{event("uid-load", "FailedCreate", `Error creating: pods "load-x7k2p" is forbidden: exceeded quota: none`, time.Hour)},
		},
		"memory": {
			job: []func(*batchv1.Job){failedBy("BackoffLimitExceeded")}, said: "Job has reached the specified backoff limit",
			pods: []corev1.Pod{pod("load-a", failed, exited("main", "OOMKilled", 137, time.Minute))},
			want: [][2]string{{"OOMKilled (exit code 137) in container main", "kubectl replace --force -f FILE"}, {"BackoffLimitExceeded: Job has reached the specified backoff limit", ""}},
		},
		"a kill, of which the kubelet does not know that it was for memory": {
			job: []func(*batchv1.Job){failedBy("BackoffLimitExceeded")}, said: "Job has reached the specified backoff limit",
			pods: []corev1.Pod{pod("load-a", failed, exited("main", "Error", 137, time.Minute))},
			want: [][2]string{{"exit code 137 (signal 9) in container main", "depctl logs load -n etl --failed"}, {"BackoffLimitExceeded: Job has reached the specified backoff limit", ""}},
		},
		"exit codes, the most frequent first": {
			job: []func(*batchv1.Job){failedBy("BackoffLimitExceeded")}, said: "Job has reached the specified backoff limit",
			pods: []corev1.Pod{
				pod("load-a", failed, exited("main", "Error", 3, time.Minute)), pod("load-b", failed, exited("main", "Error", 4, time.Minute)), pod("load-c", failed, exited("main", "Error", 4, time.Minute)),
			},
			want: [][2]string{
				{"exit code 4 in container main (2 pods)", "depctl logs load -n etl --failed"},
				{"exit code 3 in container main", "depctl logs load -n etl --failed"},
				{"BackoffLimitExceeded: Job has reached the specified backoff limit", ""},
			},
		},
		"the container that failed first": {
			pods: []corev1.Pod{pod("load-a", failed, exited("sidecar", "Error", 143, time.Second), exited("main", "Error", 2, time.Minute), exited("done", "Completed", 0, time.Hour))},
			want: [][2]string{{"exit code 2 in container main", "depctl logs load -n etl -c main"}},
		},
		"a signal": {
			pods: []corev1.Pod{pod("load-a", failed, exited("main", "Error", 139, time.Second))},
			want: [][2]string{{"exit code 139 (signal 11) in container main", "depctl logs load -n etl -c main"}},
		},
		"a container that is started again and again": {
			pods: []corev1.Pod{pod("load-a", corev1.PodRunning, func(p *corev1.Pod) {
				waits("main", "CrashLoopBackOff", `back-off 10s restarting failed container=main pod=load-a_etl(uid-load-a)`)(p)
				p.Status.ContainerStatuses[0].LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error", FinishedAt: ago(time.Second)}
			})},
			want: [][2]string{{"exit code 1 in container main", "depctl logs load -n etl -c main --previous"}},
		},
		"a command that is not there": {
			pods: []corev1.Pod{pod("load-a", failed, func(p *corev1.Pod) {
				exited("main", "StartError", 128, time.Second)(p)
				p.Status.ContainerStatuses[0].State.Terminated.Message = `failed to create containerd task: exec: "lod": executable file not found in $PATH`
			})},
			want: [][2]string{{`StartError (exit code 128) in container main: failed to create containerd task: exec: "lod": executable file not found in $PATH`, "kubectl replace --force -f FILE"}},
		},
		"an evicted pod": {
			job: []func(*batchv1.Job){failedBy("BackoffLimitExceeded")}, said: "Job has reached the specified backoff limit",
			pods: []corev1.Pod{pod("load-a", failed, says("Evicted", "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. "),
				condition(corev1.DisruptionTarget, corev1.ConditionTrue, "TerminationByKubelet", "The node was low on resource: memory."), exited("main", "Error", 137, 0))},
			want: [][2]string{
				{"Evicted: The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi.", "depctl retry load -n etl"},
				{"BackoffLimitExceeded: Job has reached the specified backoff limit", ""},
			},
		},
		"a pod that was preempted": {
			pods: []corev1.Pod{pod("load-a", failed, condition(corev1.DisruptionTarget, corev1.ConditionTrue, "PreemptionByScheduler", "default-scheduler: preempting to accommodate a higher priority pod"), exited("main", "Error", 143, 0))},
			want: [][2]string{{"PreemptionByScheduler: default-scheduler: preempting to accommodate a higher priority pod", "kubectl describe pod load-a -n etl"}},
		},
		"a node that is lost": {
			pods: []corev1.Pod{pod("load-a", failed, condition(corev1.DisruptionTarget, corev1.ConditionTrue, "DeletionByPodGC", "PodGC: node no longer exists"))},
			want: [][2]string{{"DeletionByPodGC: PodGC: node no longer exists", "kubectl describe pod load-a -n etl"}},
		},
		"a pod on its way out says nothing of a start": {
			pods: []corev1.Pod{pod("load-a", pending, unschedulable(noNode), func(p *corev1.Pod) { p.DeletionTimestamp = new(ago(0)) })},
		},
		"too long": {
			job: []func(*batchv1.Job){failedBy("DeadlineExceeded")}, said: "Job was active longer than specified deadline",
			want: [][2]string{{"DeadlineExceeded: Job was active longer than specified deadline", ""}},
		},
		"too long, as no pod could be made": {
			job: []func(*batchv1.Job){failedBy("DeadlineExceeded")}, said: "Job was active longer than specified deadline",
			events: []corev1.Event{event("uid-load", "FailedCreate", `Error creating: pods "load-x7k2p" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0`, time.Second)},
			want: [][2]string{
				{"FailedCreate: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0", "kubectl describe quota none -n etl"},
				{"DeadlineExceeded: Job was active longer than specified deadline", ""},
			},
		},
		"a policy for failures": {
			job: []func(*batchv1.Job){failedBy("PodFailurePolicy")}, said: "Container main for pod etl/load-a failed with exit code 42 matching FailJob rule at index 0",
			pods: []corev1.Pod{pod("load-a", failed, exited("main", "Error", 42, 0))},
			want: [][2]string{
				{"exit code 42 in container main", "depctl logs load -n etl --failed"},
				{"PodFailurePolicy: Container main for pod etl/load-a failed with exit code 42 matching FailJob rule at index 0", ""},
			},
		},
		"a Job that was started before it was held": {
			job: []func(*batchv1.Job){func(job *batchv1.Job) {
				job.Status.Conditions = []batchv1.JobCondition{{Type: gate.ConditionType, Status: corev1.ConditionUnknown, Reason: gate.ReasonStartedUnheld, Message: "the Job was started by somebody else and is left alone"}}
			}},
			want: [][2]string{{"StartedUnheld: the Job was started by somebody else and is left alone", "depctl check"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got [][2]string
			for _, c := range Of(Facts{Job: load(test.job...), Said: test.said, Pods: test.pods, Events: test.events, Now: now}) {
				got = append(got, [2]string{c.String(), c.Command})
				require.True(t, c.Advice != "" || c.IsOfJob(), "what to do about it")
			}
			require.Equal(t, test.want, got)
		})
	}
}

// Whatever the order in which pods are listed, the causes are the same, told by the latest pod.
func TestTheOrderOfPodsIsNoMatter(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) func(*corev1.Pod) { return func(p *corev1.Pod) { p.CreationTimestamp = ago(d) } }
	pods := []corev1.Pod{
		pod("load-a", corev1.PodPending, unschedulable(oneFull), at(3*time.Minute)), pod("load-b", corev1.PodPending, unschedulable(twoFull), at(time.Minute)),
		pod("load-c", corev1.PodFailed, exited("main", "Error", 3, 0)), pod("load-d", corev1.PodFailed, exited("main", "Error", 3, 0)),
		pod("load-e", corev1.PodPending, waits("main", "ImagePullBackOff", backOff)),
	}
	want := Of(Facts{Job: load(), Pods: pods, Now: now})
	require.Len(t, want, 3)
	require.Equal(t, "load-b", want[1].Pod, "of two unschedulable pods")
	require.Equal(t, twoFull, want[1].Message)
	for range pods {
		pods = append(pods[1:], pods[0])
		require.Equal(t, want, Of(Facts{Job: load(), Pods: pods, Now: now}))
	}
}

// The same trouble of two Jobs has one key, whatever the names of their pods.
func TestKeysOfTheSameTrouble(t *testing.T) {
	t.Parallel()
	other := load()
	other.Name, other.UID = "index", "uid-index"
	refusal := func(uid types.UID, name, rest string) []corev1.Event {
		return []corev1.Event{event(uid, "FailedCreate", `Error creating: pods "`+name+`" is forbidden: exceeded quota: none, `+rest, 0)}
	}
	one := Of(Facts{Job: load(), Events: refusal("uid-load", "load-aaaaa", "used: pods=3"), Now: now})
	two := Of(Facts{Job: other, Events: refusal("uid-index", "index-bbbbb", "used: pods=4"), Now: now})
	require.Equal(t, one[0].Key(), two[0].Key())
	three := Of(Facts{Job: other, Pods: []corev1.Pod{pod("index-a", corev1.PodFailed, exited("main", "Error", 3, 0))}, Now: now})
	require.NotEqual(t, one[0].Key(), three[0].Key())
}

func TestTails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		log  string
		want []string
	}{
		"nothing":                      {"", []string{}},
		"the last lines that say much": {"1\n2\n3\n4\n\n5\n6\n   \n", []string{"2", "3", "4", "5", "6"}},
		"colours":                      {"\x1b[1;31merror:\x1b[0m no \x1b[4mroute\x1b[24m\n", []string{"error: no route"}},
		"titles and links":             {"\x1b]0;title\x07a\x1b]8;;http://example.com\x1b\\b\x1b]8;;\x1b\\\n", []string{"ab"}},
		"a screen that is cleared":     {"\x1b[2J\x1b[H\x1bcdone\n", []string{"done"}},
		"a bar of progress":            {"10%\r50%\r100%\r\n", []string{"100%"}},
		"signs that turn text around":  {"a\u202eb\u200bc\x00\n", []string{"abc"}},
		"bytes that are no text":       {"\xff\xfe\n", []string{"\ufffd"}},
		"an escape that is not over":   {"a\x1b[31", []string{"a31"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Tail(test.log)
			require.Equal(t, test.want, append([]string{}, got...))
			for _, line := range got {
				require.NotContains(t, line, "\x1b")
			}
		})
	}
	require.Len(t, Tail(strings.Repeat("x", 10_000))[0], mostSigns+len("..."))
}
