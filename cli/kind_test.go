package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	metadatafake "k8s.io/client-go/metadata/fake"
	"k8s.io/client-go/rest"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
)

// kindFactory has a cluster of Jobs that wait for objects of other kinds.
func kindFactory(t *testing.T) *cluster.Factory {
	t.Helper()
	claims := schema.GroupVersionResource{Version: "v1", Resource: "persistentvolumeclaims"}
	claim := func(name, phase string) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": map[string]any{"phase": phase},
			"metadata": map[string]any{"namespace": "etl", "name": name, "uid": "uid-" + name},
		}}
	}
	scheme := runtime.NewScheme()
	metav1.AddMetaToScheme(scheme)
	listed := heldKinds()
	listed[claims] = "PersistentVolumeClaimList"
	objects := dynamicfake.NewSimpleDynamicClientWithCustomListKinds(scheme,
		listed, claim("data", "Bound"), claim("cache", "Pending"))
	names := metadatafake.NewSimpleMetadataClient(scheme, &metav1.PartialObjectMetadata{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: "settings", UID: "7"},
	})
	f := clusterFactory(t, nightCluster([]runtime.Object{
		fakeJob("load", "pvc:data, configmap:settings"), fakeJob("wait", "pvc:cache, pvc:none"), fakeJob("odd", "gadget:x or load"),
	}, true), command.Terminal{Width: 100})
	f.NewObjects = func(*rest.Config) (dynamic.Interface, error) { return objects, nil }
	f.NewNames = func(*rest.Config) (metadata.Interface, error) { return names, nil }
	return f
}

func TestObjectsOfOtherKindsAreDrawn(t *testing.T) {
	stdout, stderr, code := runDepctl(kindFactory(t), "", "graph", "-n", "etl", "-o", "tree")
	require.Zero(t, code, stderr)
	require.Regexp(t, `persistentvolumeclaim:data +\S* *running`, stdout)
	require.Regexp(t, `persistentvolumeclaim:cache +\S* *pending`, stdout)
	require.Regexp(t, `persistentvolumeclaim:none +\S* *missing`, stdout)
	require.Regexp(t, `configmap:settings +\S* *succeeded`, stdout)
	require.Regexp(t, `gadget:x +\S* *unknown`, stdout)
}

func TestExplainSaysHowAnObjectStands(t *testing.T) {
	stdout, stderr, code := runDepctl(kindFactory(t), "", "explain", "wait", "-n", "etl")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "persistentvolumeclaim:cache  is not ready")
	require.Contains(t, stdout, "kubectl describe persistentvolumeclaim cache -n etl")
	require.NotContains(t, stdout, "which does not exist")
	require.Contains(t, stdout, "persistentvolumeclaim:none")
}

func TestKindsListsWhatThereIsToWaitFor(t *testing.T) {
	f := kindFactory(t)
	stdout, stderr, code := runDepctl(f, "", "kinds", "-n", "etl")
	require.Zero(t, code, stderr)
	require.Regexp(t, `KIND +ALSO +MEANS +CLUSTER +JOBS`, stdout)
	require.Regexp(t, `persistentvolumeclaim +pvc +ready +yes +2`, stdout)
	require.Regexp(t, `configmap +cm +exists +yes +1`, stdout)
	require.Regexp(t, `workflow +wf +succeeded +no +0`, stdout)
	stdout, _, code = runDepctl(f, "", "kinds", "-n", "etl", "-o", "json")
	require.Zero(t, code)
	require.Contains(t, stdout, `"name": "deployment"`)
	_, stderr, code = runDepctl(f, "", "kinds", "-o", "xml")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "unknown output format")
}

// What the gate may not look up is not said to be missing, whatever the user may see.
func TestWhatTheGateMayNotLookUpIsSaid(t *testing.T) {
	waits := fakeJob("sec", "pvc:data")
	waits.Status.Conditions = append(waits.Status.Conditions, batchv1.JobCondition{
		Type: gate.ConditionType, Status: corev1.ConditionFalse, Reason: gate.ReasonProblem,
		Message: "waiting, and something must be fixed: pvc: " + gate.Unwatchable(schema.GroupResource{Resource: "persistentvolumeclaims"}),
	})
	f := kindFactory(t)
	client := nightCluster([]runtime.Object{waits}, true)
	f.NewClient = func(*rest.Config) (kubernetes.Interface, error) { return client, nil }
	stdout, stderr, code := runDepctl(f, "", "explain", "sec", "-n", "etl")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "this gate may not list and watch persistentvolumeclaims")
}

func TestAPlanOfFilesTakesObjectsForGranted(t *testing.T) {
	stdout, stderr, code := runDepctl(testFactory(command.Terminal{Width: 80}), manifestOf("load", "deploy:db, pod:setup, configmap:x"), "plan", "-f", "-")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "load")
	require.Contains(t, stderr, "taken for done: deployment:db, pod:setup, configmap:x")
	require.NotContains(t, stderr, "does not run")
}

func manifestOf(name, dependsOn string) string {
	return "apiVersion: batch/v1\nkind: Job\nmetadata: {name: " + name + ", annotations: {depctl.dev/depends-on: '" + dependsOn + "'}}\n" +
		"spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}\n"
}
