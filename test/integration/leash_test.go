package integration

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"

	"depctl.dev/gate"
)

// leashed is the gate's service account with every right there is, so that what
// is refused is refused by its leash.
type leashed struct {
	*space
	client kubernetes.Interface
}

func (c *cluster) leashed(t *testing.T) leashed {
	t.Helper()
	_, err := c.client.RbacV1().ClusterRoleBindings().Create(t.Context(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "everything"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: "depctl-system", Name: "depctl-gate"}},
	}, metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) { // an earlier case of the test may have made it
		require.NoError(t, err)
	}
	s := c.namespace(t)
	client := s.as("depctl-system", "depctl-gate")
	require.NoError(t, wait.PollUntilContextTimeout(t.Context(), 20*time.Millisecond, patience, true,
		func(ctx context.Context) (bool, error) {
			_, err := client.CoreV1().Secrets(s.name).List(ctx, metav1.ListOptions{})
			return err == nil, nil
		}))
	return leashed{space: s, client: client}
}

// held makes a Job that waits, with things in it that are none of the gate's.
func (l leashed) held(name string) *batchv1.Job {
	l.t.Helper()
	l.make(name, "never", func(j *batchv1.Job) {
		j.Labels = map[string]string{"team": "data"}
		j.Annotations["team"] = "data"
		j.Finalizers = []string{"example.com/mine"}
		j.Spec.Template.Labels = map[string]string{"app": "etl"}
		j.Spec.Template.Annotations["note"] = "mine"
		j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "example.com/theirs"}}
	})
	l.eventually(name+" is seen by the Job controller", l.suspended(name))
	return l.get(name)
}

// wellTyped asserts that the API server finds no mistake in the policies, and that there are so many. For make matrix
// another overlay is installed, with others.
func (l leashed) wellTyped(policies int) {
	l.t.Helper()
	require.NoError(l.t, wait.PollUntilContextTimeout(l.t.Context(), 20*time.Millisecond, patience, true,
		func(ctx context.Context) (bool, error) {
			list, err := l.client.AdmissionregistrationV1().ValidatingAdmissionPolicies().List(ctx, metav1.ListOptions{})
			if err != nil {
				return false, err
			}
			for _, policy := range list.Items {
				if policy.Status.ObservedGeneration != policy.Generation {
					return false, nil
				}
				if checked := policy.Status.TypeChecking; checked != nil {
					require.Empty(l.t, checked.ExpressionWarnings, policy.Name)
				}
			}
			return *webhooks || len(list.Items) == policies, nil
		}))
}

func (l leashed) patch(name, patch string, subresources ...string) error {
	_, err := l.client.BatchV1().Jobs(l.name).Patch(l.t.Context(), name, types.MergePatchType, []byte(patch),
		metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}}, subresources...)
	return err
}

func TestTheLeashLetsTheGateDoItsWork(t *testing.T) {
	t.Parallel()
	l := ownCluster(t).leashed(t)
	l.wellTyped(7)
	l.held("load")
	for what, patch := range map[string]string{
		"release":               `{"spec":{"suspend":false},"metadata":{"annotations":{"depctl.dev/released":"{\"uid\":\"` + string(l.get("load").UID) + `\"}"}}}`,
		"remember an outcome":   `{"metadata":{"annotations":{"depctl.dev/seen":"{}"}}}`,
		"add its finalizer":     `{"metadata":{"finalizers":["example.com/mine","depctl.dev/outcome"]}}`,
		"rank the pods":         `{"spec":{"suspend":false,"template":{"metadata":{"annotations":{"depctl.dev/rank":"9"}}}},"metadata":{"annotations":{"depctl.dev/released":"{\"uid\":\"` + string(l.get("load").UID) + `\"}"}}}`,
		"raise parallelism":     `{"spec":{"suspend":false,"parallelism":3},"metadata":{"annotations":{"depctl.dev/released":"{\"uid\":\"` + string(l.get("load").UID) + `\"}"}}}`,
		"nudge":                 `{"spec":{"activeDeadlineSeconds":315360000}}`,
		"nudge otherwise":       `{"spec":{"ttlSecondsAfterFinished":315360000}}`,
		"gate the elements":     `{"spec":{"template":{"metadata":{"labels":{"depctl.dev/gated":"true"}},"spec":{"schedulingGates":[{"name":"example.com/theirs"},{"name":"depctl.dev/depends-on"}]}}}}`,
		"change nothing at all": `{}`,
	} {
		require.NoError(t, l.patch("load", patch), what)
	}
	for what, patch := range map[string]string{
		"fail it":   `{"status":{"startTime":"2026-11-23T20:00:00Z","conditions":[{"type":"FailureTarget","status":"True","reason":"DependencyFailed","message":"never ran","lastTransitionTime":"2026-11-23T20:00:00Z","lastProbeTime":null}]}}`,
		"report it": `{"status":{"conditions":[{"type":"depctl.dev/DependenciesMet","status":"False","reason":"Waiting","message":"waiting","lastTransitionTime":"2026-11-23T20:00:00Z"}]}}`,
	} {
		_, err := l.client.BatchV1().Jobs(l.name).Patch(t.Context(), "load", types.StrategicMergePatchType, []byte(patch),
			metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}}, "status")
		require.NoError(t, err, what)
	}
	pod := l.gatedPod("gated")
	statusOf := func(pod, patch string) error {
		_, err := l.client.CoreV1().Pods(l.name).Patch(t.Context(), pod, types.StrategicMergePatchType, []byte(patch),
			metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}}, "status")
		return err
	}
	const failed = `{"status":{"phase":"Failed","reason":"DependencyFailed","message":"element 3 never ran"}}`
	require.NoError(t, statusOf(pod, failed))
	for what, patch := range map[string]string{
		"a success":    `{"status":{"phase":"Succeeded"}}`,
		"no phase":     `{"status":{"reason":"x"}}`,
		"conditions":   `{"status":{"phase":"Failed","conditions":[{"type":"Ready","status":"True"}]}}`,
		"an address":   `{"status":{"phase":"Failed","podIP":"10.0.0.1"}}`,
		"a label":      `{"metadata":{"labels":{"a":"b"}},"status":{"phase":"Failed"}}`,
		"an exit code": `{"status":{"phase":"Failed","containerStatuses":[{"name":"main","image":"x","imageID":"x","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":0}}}]}}`,
	} {
		require.ErrorContains(t, statusOf(pod, patch), "leash-pod-status.depctl.dev", what)
	}
	_, err := l.client.CoreV1().Pods(l.name).Patch(t.Context(), pod, types.MergePatchType,
		[]byte(`{"spec":{"schedulingGates":[{"name":"example.com/theirs"}]}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	require.ErrorContains(t, statusOf(pod, failed), "only while it waits", "a node may have it by now")

	t.Run("and adds results only as it releases", func(t *testing.T) {
		l.make("wants", "never", wants("rows=never"))
		released := `"metadata":{"annotations":{"depctl.dev/released":"{\"uid\":\"` + string(l.get("wants").UID) + `\"}"}}`
		writes := func(note string, more ...string) string {
			return `{"spec":{"suspend":false,"template":{"metadata":{"annotations":{` + note + `}}}}` + strings.Join(more, "") + `}`
		}
		require.NoError(t, l.patch("wants", writes(`"depctl.dev/result.rows":"12"`, ","+released)))
		for what, patch := range map[string]string{
			"a result of which the Job says nothing": writes(`"depctl.dev/result.mode":"x"`, ","+released),
			"another annotation of ours":             writes(`"depctl.dev/result":"x"`, ","+released),
			"another annotation":                     writes(`"note":"x"`, ","+released),
			"a rank without a release":               `{"spec":{"template":{"metadata":{"annotations":{"depctl.dev/rank":"9"}}}}}`,
			"a result without a release":             `{"spec":{"template":{"metadata":{"annotations":{"depctl.dev/result.rows":"12"}}}}}`,
		} {
			require.ErrorContains(t, l.patch("wants", patch), "depctl-gate may not change annotations ", what)
		}
	})
	t.Run("and has a Job go near others only as it releases it", func(t *testing.T) {
		l.make("near", "never", annotate(gate.NearAnnotation, "true"), func(j *batchv1.Job) {
			j.Spec.Template.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
				PreferredDuringSchedulingIgnoredDuringExecution: []corev1.PreferredSchedulingTerm{{Weight: 100, Preference: corev1.NodeSelectorTerm{
					MatchExpressions: []corev1.NodeSelectorRequirement{{Key: "disk", Operator: corev1.NodeSelectorOpExists}},
				}}},
			}}
		})
		const (
			own  = `{"weight":100,"preference":{"matchExpressions":[{"key":"disk","operator":"Exists"}]}}`
			node = `{"weight":50,"preference":{"matchFields":[{"key":"metadata.name","operator":"In","values":["node-0"]}]}}`
			zone = `{"weight":1,"preference":{"matchExpressions":[{"key":"topology.kubernetes.io/zone","operator":"In","values":["z"]}]}}`
		)
		releases := func(name, affinity string) string {
			return `{"spec":{"suspend":false,"template":{"spec":{"affinity":` + affinity + `}}},"metadata":{"annotations":{"depctl.dev/released":"{\"uid\":\"` +
				string(l.get(name).UID) + `\"}"}}}`
		}
		prefers := func(terms ...string) string {
			return `{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[` + strings.Join(terms, ",") + `]}}`
		}
		require.NoError(t, l.patch("near", releases("near", prefers(own, node, zone))))
		for what, patch := range map[string]string{
			"without a release":       `{"spec":{"template":{"spec":{"affinity":` + prefers(own, node) + `}}}}`,
			"a Job that says nothing": releases("load", prefers(node)),
			"its own terms removed":   releases("near", prefers(node)),
			"its own terms changed":   releases("near", prefers(strings.Replace(own, "100", "1", 1), node)),
			"more weight":             releases("near", prefers(own, strings.Replace(node, "50", "51", 1))),
			"all nodes but one":       releases("near", prefers(own, strings.Replace(node, "In", "NotIn", 1))),
			"another label":           releases("near", prefers(own, strings.Replace(zone, "topology.kubernetes.io/zone", "disk", 1))),
			"all zones but one":       releases("near", prefers(own, strings.Replace(zone, "In", "NotIn", 1))),
			"two things at once":      releases("near", prefers(own, `{"weight":1,"preference":{"matchFields":[{"key":"metadata.name","operator":"In","values":["a"]}],"matchExpressions":[{"key":"topology.kubernetes.io/zone","operator":"In","values":["z"]}]}}`)),
			"too many":                releases("near", prefers(append([]string{own}, slices.Repeat([]string{node}, 17)...)...)),
			"nodes that it must have": releases("near", `{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"Exists"}]}]}}}`),
			"no affinity any more":    releases("near", `null`),
		} {
			name := "near"
			if what == "a Job that says nothing" {
				name = "load"
			}
			require.ErrorContains(t, l.patch(name, patch), "leash-jobs.depctl.dev", what)
		}
	})
	t.Run("and nothing else", func(t *testing.T) {
		for what, patch := range map[string]string{
			"parallelism":                   `{"spec":{"parallelism":3}}`,
			"backoffLimit":                  `{"spec":{"backoffLimit":3}}`,
			"a deadline":                    `{"spec":{"activeDeadlineSeconds":1}}`,
			"a time to live":                `{"spec":{"ttlSecondsAfterFinished":0}}`,
			"a label":                       `{"metadata":{"labels":{"team":"other"}}}`,
			"a label of ours":               `{"metadata":{"labels":{"depctl.dev/run":"1"}}}`,
			"no labels":                     `{"metadata":{"labels":null}}`,
			"an annotation":                 `{"metadata":{"annotations":{"team":"other"}}}`,
			"a new annotation":              `{"metadata":{"annotations":{"new":"1"}}}`,
			"an annotation removed":         `{"metadata":{"annotations":{"team":null}}}`,
			"all annotations removed":       `{"metadata":{"annotations":null}}`,
			"a foreign finalizer":           `{"metadata":{"finalizers":["example.com/mine","example.com/more"]}}`,
			"a foreign finalizer gone":      `{"metadata":{"finalizers":null}}`,
			"an owner":                      `{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":"1"}]}}`,
			"a label of the template":       `{"spec":{"template":{"metadata":{"labels":{"app":"x"}}}}}`,
			"an annotation of the template": `{"spec":{"template":{"metadata":{"annotations":{"note":"x"}}}}}`,
			"a node selector":               `{"spec":{"template":{"spec":{"nodeSelector":{"a":"b"}}}}}`,
			"tolerations":                   `{"spec":{"template":{"spec":{"tolerations":[{"operator":"Exists"}]}}}}`,
			"resources":                     `{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"busybox:1.37","resources":{"requests":{"cpu":"1"}}}]}}}}`,
			"a foreign scheduling gate":     `{"spec":{"template":{"spec":{"schedulingGates":[{"name":"example.com/theirs"},{"name":"example.com/more"}]}}}}`,
			"a foreign gate gone":           `{"spec":{"template":{"spec":{"schedulingGates":null}}}}`,
		} {
			require.ErrorContains(t, l.patch("load", patch), "leash-jobs.depctl.dev", what)
		}
		for what, patch := range map[string]string{
			"a count":                   `{"status":{"active":1}}`,
			"somebody's condition":      `{"status":{"conditions":[{"type":"example.com/Seen","status":"True"}]}}`,
			"all conditions":            `{"status":{"conditions":null}}`,
			"an annotation":             `{"metadata":{"annotations":{"team":"other"}}}`,
			"one of its own":            `{"metadata":{"annotations":{"depctl.dev/released":"{}"}}}`,
			"finalizers":                `{"metadata":{"finalizers":null}}`,
			"a label, with a startTime": `{"metadata":{"labels":{"a":"b"}},"status":{"startTime":"2026-11-23T20:00:00Z"}}`,
		} {
			require.ErrorContains(t, l.patch("load", patch, "status"), "leash-status.depctl.dev", what)
		}
		jobs, pods := l.client.BatchV1().Jobs(l.name), l.client.CoreV1().Pods(l.name)
		for what, patch := range map[string]string{
			"a foreign scheduling gate": `{"spec":{"schedulingGates":null}}`,
			"an image":                  `{"spec":{"containers":[{"name":"main","image":"evil"}]}}`,
			"a deadline":                `{"spec":{"activeDeadlineSeconds":1}}`,
			"a label":                   `{"metadata":{"labels":{"a":"b"}}}`,
			"an annotation":             `{"metadata":{"annotations":{"depctl.dev/a":"b"}}}`,
			"who leads, with its gate":  `{"metadata":{"annotations":{"depctl.dev/leader":"b"}}}`,
			"a finalizer":               `{"metadata":{"finalizers":null}}`,
		} {
			_, err := pods.Patch(t.Context(), pod, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}})
			require.ErrorContains(t, err, "leash-pods.depctl.dev", what)
		}
		const rest = "leash-rest.depctl.dev"
		_, err := jobs.Create(t.Context(), newJob("mine", ""), metav1.CreateOptions{})
		require.ErrorContains(t, err, rest)
		require.ErrorContains(t, err, "depctl-gate may not create jobs")
		require.ErrorContains(t, jobs.Delete(t.Context(), "load", metav1.DeleteOptions{}), rest)
		require.ErrorContains(t, jobs.DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{}), rest)
		require.ErrorContains(t, pods.Delete(t.Context(), pod, metav1.DeleteOptions{}), rest)
		_, err = pods.Create(t.Context(), &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "mine"}, Spec: newJob("mine", "").Spec.Template.Spec,
		}, metav1.CreateOptions{})
		require.ErrorContains(t, err, rest)
		eviction := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: pod, Namespace: l.name}}
		require.ErrorContains(t, pods.EvictV1(t.Context(), eviction), rest)
		require.ErrorContains(t, pods.Bind(t.Context(), &corev1.Binding{
			ObjectMeta: metav1.ObjectMeta{Name: pod}, Target: corev1.ObjectReference{Kind: "Node", Name: "node-0"},
		}, metav1.CreateOptions{}), rest)
		require.ErrorContains(t, l.exec(pod), rest)

		const system = "leash-system.depctl.dev"
		_, err = l.client.CoreV1().ConfigMaps(metav1.NamespaceSystem).Create(t.Context(),
			&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "mine"}}, metav1.CreateOptions{})
		require.ErrorContains(t, err, system)
		inSystem := newJob("theirs", "", func(j *batchv1.Job) { j.Spec.Suspend = new(true) })
		_, err = l.space.client.BatchV1().Jobs(metav1.NamespaceSystem).Create(t.Context(), inSystem, metav1.CreateOptions{})
		require.NoError(t, err)
		_, err = l.client.BatchV1().Jobs(metav1.NamespaceSystem).Patch(t.Context(), "theirs", types.MergePatchType,
			[]byte(`{"spec":{"suspend":false}}`), metav1.PatchOptions{})
		require.ErrorContains(t, err, system)
	})
}

// gatedPod makes a Job whose pod has our scheduling gate and another, and
// returns the pod's name.
func (l leashed) gatedPod(job string) (name string) {
	l.t.Helper()
	l.make(job, "", func(j *batchv1.Job) {
		j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "depctl.dev/depends-on"}, {Name: "example.com/theirs"}}
	})
	require.NoError(l.t, wait.PollUntilContextTimeout(l.t.Context(), 20*time.Millisecond, patience, true,
		func(ctx context.Context) (bool, error) {
			pods, err := l.client.CoreV1().Pods(l.name).List(ctx, metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + job})
			if err != nil || len(pods.Items) == 0 {
				return false, err
			}
			name = pods.Items[0].Name
			return true, nil
		}))
	return name
}

// exec asks to run a program in a pod.
func (l leashed) exec(pod string) error {
	return l.client.CoreV1().RESTClient().Post().Resource("pods").Namespace(l.name).Name(pod).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Command: []string{"id"}, Stdout: true}, scheme.ParameterCodec).
		Do(l.t.Context()).Error()
}
