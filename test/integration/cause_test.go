package integration

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/test/sandbox"
)

// nowhere has the Job's pods want a node that nobody has.
func nowhere(job *batchv1.Job) {
	job.Spec.Template.Spec.NodeSelector = map[string]string{"example.com/gpu": "yes"}
}

// onLostNode has the Job's pods on a node that is not there, so that no kubelet, and nobody who plays
// one, says anything of them.
func onLostNode(job *batchv1.Job) { job.Spec.Template.Spec.NodeName = "lost" }

// explains waits until explain says something of a Job, and returns all of it.
func (s *space) explains(name, pattern string, args ...string) string {
	s.t.Helper()
	var said string
	s.until("explain says "+pattern+" of "+name, func() bool {
		said, _ = s.does(append([]string{"explain", name}, args...)...)
		return regexpAll(said, pattern)
	})
	return said
}

// The scheduler's words reach the person, and those who ask about what is behind.
func TestWhyAReleasedJobDoesNotRun(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("first", "")
	s.make("gpu", "first", nowhere, func(job *batchv1.Job) { job.Spec.Parallelism, job.Spec.Completions = new(int32(2)), new(int32(2)) })
	s.make("other", "first", nowhere)
	s.make("after", "gpu")
	s.make("broken", "", template("exit-code", "3"))
	s.completes("first")
	s.fails("broken")
	said := s.explains("gpu", `(?s)◐ pending.*Unschedulable \(2 pods\): \d+/\d+ nodes are available: .*didn't match Pod's node affinity/selector`)
	require.Contains(t, said, "kubectl get nodes --show-labels")
	s.explains("after", `gpu has no pod that is ready \(Unschedulable`)
	said = s.explains("broken", `exit code 3 in container main`)
	require.Contains(t, said, "depctl logs broken -n "+s.name+" --failed")
	require.Contains(t, said, "BackoffLimitExceeded: Job has reached the specified backoff limit")

	var status struct {
		Trouble []struct {
			Jobs    int
			Example string
			Cause   struct {
				Reason string
				Pods   int
			}
		}
	}
	s.until("status counts both", func() bool {
		stdout, _ := s.does("status", "-o", "json")
		require.NoError(t, json.Unmarshal([]byte(stdout), &status))
		return len(status.Trouble) == 2 && status.Trouble[0].Cause.Pods == 3
	})
	require.Equal(t, 2, status.Trouble[0].Jobs)
	require.Equal(t, s.name+"/gpu", status.Trouble[0].Example)
	require.Equal(t, "Unschedulable", status.Trouble[0].Cause.Reason)
	require.Equal(t, "Error", status.Trouble[1].Cause.Reason)
	drawn, _ := s.does("graph", "-o", "tree", "--all")
	require.Regexp(t, `gpu +.*◐ pending.*Unschedulable \(2 pods\)`, drawn)
	require.Regexp(t, `broken +✗ failed.*exit code 3 in container main`, drawn)
}

// The API server refuses pods, and only an event of the Job tells.
func TestWhyAJobHasNoPods(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	quotas := s.client.CoreV1().ResourceQuotas(s.name)
	_, err := quotas.Create(t.Context(), &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "none"}, Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: resource.MustParse("0")}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	s.until("the quota is in force", func() bool {
		quota, err := quotas.Get(t.Context(), "none", metav1.GetOptions{})
		return err == nil && len(quota.Status.Hard) > 0
	})
	s.make("full", "")
	said := s.explains("full", `FailedCreate: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0`)
	require.Contains(t, said, "kubectl describe quota none -n "+s.name)
	s.make("late", "", func(job *batchv1.Job) { job.Spec.ActiveDeadlineSeconds = new(int64(1)) })
	s.fails("late")
	s.explains("late", `(?s)DeadlineExceeded: Job was active longer than specified deadline.*FailedCreate: exceeded quota: none`)
	require.NoError(t, quotas.Delete(t.Context(), "none", metav1.DeleteOptions{}))
	s.make("robot", "", func(job *batchv1.Job) { job.Spec.Template.Spec.ServiceAccountName = "robot" })
	said = s.explains("robot", `FailedCreate: error looking up service account .*serviceaccount "robot" not found`)
	require.Contains(t, said, "kubectl create serviceaccount robot -n "+s.name)
}

// What a kubelet would say of a pod is told by the test.
func TestWhyAPodDoesNotStart(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	for name, test := range map[string]struct{ status, want string }{
		"image": {
			`{"containerStatuses":[{"name":"main","image":"","imageID":"","ready":false,"restartCount":0,"state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image \"busybox:1.37\""}}}]}`,
			`ImagePullBackOff in container main: Back-off pulling image "busybox:1.37"`,
		},
		"settings": {
			`{"containerStatuses":[{"name":"main","image":"","imageID":"","ready":false,"restartCount":0,"state":{"waiting":{"reason":"CreateContainerConfigError","message":"configmap \"settings\" not found"}}}]}`,
			`CreateContainerConfigError in container main: configmap "settings" not found`,
		},
		"memory": {
			`{"phase":"Failed","containerStatuses":[{"name":"main","image":"","imageID":"","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]}`,
			`OOMKilled \(exit code 137\) in container main`,
		},
		"evicted": {
			`{"phase":"Failed","reason":"Evicted","message":"The node was low on resource: memory."}`,
			`Evicted: The node was low on resource: memory.`,
		},
	} {
		s.make(name, "", onLostNode)
		var pods *corev1.PodList
		s.until("the pod of "+name+" is there", func() bool {
			var err error
			pods, err = s.client.CoreV1().Pods(s.name).List(t.Context(), metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + name})
			return err == nil && len(pods.Items) == 1
		})
		_, err := s.client.CoreV1().Pods(s.name).Patch(t.Context(), pods.Items[0].Name, types.StrategicMergePatchType, []byte(`{"status":`+test.status+`}`), metav1.PatchOptions{}, "status")
		require.NoError(t, err)
		s.explains(name, test.want)
	}
}

// Somebody may read Jobs and nothing else. What is known of the Jobs is said, and what is not.
func TestCausesWithoutTheRightToPods(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("gpu", "", nowhere)
	s.make("broken", "", template("exit-code", "3"))
	s.fails("broken")
	s.account("clerk")
	role := &rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Name: "clerk"},
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"get", "list"}}},
	}
	_, err := s.client.RbacV1().Roles(s.name).Create(t.Context(), role, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = s.client.RbacV1().RoleBindings(s.name).Create(t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "clerk"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "clerk"},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: s.name, Name: "clerk"}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	config, err := s.ConfigFor(t.Context(), s.name, "clerk")
	require.NoError(t, err)
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, sandbox.WriteKubeconfig(kubeconfig, config))
	s.until("the clerk may read Jobs", func() bool {
		_, _, code := s.depctl(kubeconfig, "status")
		return code == 0
	})
	for _, command := range [][]string{{"status"}, {"explain", "gpu", "broken"}, {"graph", "--all", "-o", "tree"}} {
		stdout, stderr, code := s.depctl(kubeconfig, command...)
		require.Zero(t, code, stderr)
		require.Contains(t, stderr, "is said without the pods of namespace "+s.name+": you may not list them")
		require.Contains(t, stdout, "BackoffLimitExceeded")
		require.NotContains(t, stdout, "NoGate", "whether a gate leads is not known")
	}
}
