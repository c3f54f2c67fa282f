package peers

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

const queueLabel = "kueue.x-k8s.io/queue-name"

var workloads = schema.GroupVersionResource{Group: "kueue.x-k8s.io", Version: "v1beta2", Resource: "workloads"}

// queues are a ClusterQueue of so many CPUs, and the LocalQueue main of a namespace that leads to it. The
// priority of a Job is that of a class.
const queues = `
{apiVersion: kueue.x-k8s.io/v1beta2, kind: ResourceFlavor, metadata: {name: default}}
---
{apiVersion: kueue.x-k8s.io/v1beta2, kind: WorkloadPriorityClass, metadata: {name: high}, value: 1000, description: first}
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: %[3]s}
spec:
  namespaceSelector: {}
  preemption: {withinClusterQueue: LowerPriority}
  resourceGroups:
  - coveredResources: [cpu]
    flavors: [{name: default, resources: [{name: cpu, nominalQuota: %[2]d}]}]
---
{apiVersion: kueue.x-k8s.io/v1beta2, kind: LocalQueue, metadata: {name: main, namespace: %[1]s}, spec: {clusterQueue: %[3]s}}
`

// withQueue makes the queue of the namespace, of so many CPUs.
func (s *space) withQueue(cpus int) *space {
	s.t.Helper()
	return s.withClusterQueue(s.name, cpus)
}

func (s *space) withClusterQueue(name string, cpus int) *space {
	s.t.Helper()
	s.apply(fmt.Sprintf(queues, s.name, cpus, name))
	s.kubectl("wait", "--for=condition=Active", "--timeout=1m", "localqueue/main")
	return s
}

func (s *space) apply(manifests string) {
	s.t.Helper()
	_, err := s.Kubectl(s.t.Context(), strings.NewReader(manifests), "-n", s.name, "apply", "-f", "-")
	require.NoError(s.t, err)
}

func (s *space) kubectl(args ...string) string {
	s.t.Helper()
	out, err := s.Kubectl(s.t.Context(), nil, append([]string{"-n", s.name}, args...)...)
	require.NoError(s.t, err)
	return out
}

func queued(j *batchv1.Job)    { j.Labels[queueLabel] = "main" }
func first(j *batchv1.Job)     { j.Labels["kueue.x-k8s.io/priority-class"] = "high" }
func untilTold(j *batchv1.Job) { j.Spec.Template.Annotations[sandbox.UntilTold] = "true" }
func fails(j *batchv1.Job) {
	j.Spec.Template.Annotations["sandbox.depctl.dev/exit-code"] = "1"
	j.Spec.BackoffLimit = new(int32)
}

func (s *space) tell(job string) {
	s.t.Helper()
	require.NoError(s.t, sandbox.Tell(s.t.Context(), s.client, s.name, job))
}

// quota returns what Kueue says of the quota of a Job: True, or False and why; empty if it says nothing yet.
func (s *space) quota(name string) string {
	s.t.Helper()
	list, err := s.objects.Resource(workloads).Namespace(s.name).List(s.t.Context(), metav1.ListOptions{})
	require.NoError(s.t, err)
	for _, w := range list.Items {
		if owners := w.GetOwnerReferences(); len(owners) == 0 || owners[0].Name != name {
			continue
		}
		conditions, _, _ := unstructured.NestedSlice(w.Object, "status", "conditions")
		for _, c := range conditions {
			if c, is := c.(map[string]any); is && c["type"] == "QuotaReserved" {
				return strings.TrimSuffix(fmt.Sprintf("%v %v", c["status"], c["reason"]), " QuotaReserved")
			}
		}
	}
	return ""
}

func (s *space) untilQuota(name, says string) {
	s.t.Helper()
	last := ""
	defer func() { s.t.Logf("%s: %s", name, last) }()
	s.until(name+": "+says, func() bool { last = s.quota(name); return last == says })
}

func ended(job *batchv1.Job) batchv1.JobConditionType {
	for _, c := range job.Status.Conditions {
		if c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) {
			return c.Type
		}
	}
	return ""
}

func (s *space) untilEnds(name string, as batchv1.JobConditionType) *batchv1.Job {
	s.t.Helper()
	s.until(name+" is "+string(as), func() bool { return ended(s.get(name)) == as })
	return s.get(name)
}

// untilFinished waits until Kueue has seen the end of a Job.
func (s *space) untilFinished(name string) {
	s.t.Helper()
	s.until("the workload of "+name+" is finished", func() bool {
		return s.kubectl("get", "workloads", "-o", `jsonpath={range .items[?(@.metadata.ownerReferences[0].name=="`+name+`")]}{.status.conditions[?(@.type=="Finished")].status}{end}`) == "True"
	})
}

func (s *space) untilReleased(name string) *batchv1.Job {
	s.t.Helper()
	s.until(name+" is released", func() bool { return gate.Observe(s.get(name)).Released })
	return s.get(name)
}

// untilSays waits until the gate's condition of a Job has a reason, and returns its message.
func (s *space) untilSays(name, reason string) (message string) {
	s.t.Helper()
	s.until(name+" is "+reason, func() bool {
		for _, c := range s.get(name).Status.Conditions {
			if c.Type == gate.ConditionType && c.Reason == reason {
				message = c.Message
				return true
			}
		}
		return false
	})
	return message
}

func suspended(j *batchv1.Job) bool { return j.Spec.Suspend != nil && *j.Spec.Suspend }

// writes counts the successful writes of a program in the namespace, by verb, resource and name where named.
func (s *space) writes(program string, name ...string) map[string]int {
	s.t.Helper()
	file, err := os.Open(filepath.Join(s.Dir(), "audit.log"))
	require.NoError(s.t, err)
	defer file.Close()
	writes := map[string]int{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r struct {
			Verb, UserAgent string
			ObjectRef       struct{ Namespace, Resource, Subresource, Name string }
			ResponseStatus  struct{ Code int }
		}
		if !strings.Contains(lines.Text(), s.name) || json.Unmarshal(lines.Bytes(), &r) != nil || r.ObjectRef.Namespace != s.name ||
			!strings.HasPrefix(r.UserAgent, program+"/") || r.Verb == "get" || r.Verb == "list" || r.Verb == "watch" || len(name) > 0 && r.ObjectRef.Name != name[0] {
			continue
		}
		what := strings.TrimSuffix(r.Verb+" "+r.ObjectRef.Resource+"/"+r.ObjectRef.Subresource, "/")
		if r.ResponseStatus.Code >= 300 {
			what = fmt.Sprintf("%s (%d)", what, r.ResponseStatus.Code)
		}
		writes[what]++
	}
	require.NoError(s.t, lines.Err())
	return writes
}

// patched asserts that the gate has patched a Job so often: its release. The API server writes its log a little
// later.
func (s *space) patched(times int, name string) {
	s.t.Helper()
	s.until("the patches are in the log", func() bool { return s.writes("depctl-gate", name)["patch jobs"] >= times })
	require.Equal(s.t, times, s.writes("depctl-gate", name)["patch jobs"])
}

// restartGate kills the gate and starts it again.
func (s *space) restartGate() {
	s.t.Helper()
	require.NoError(s.t, s.gate.Restart())
	require.NoError(s.t, s.gate.WaitReady(context.WithoutCancel(s.t.Context())))
}
