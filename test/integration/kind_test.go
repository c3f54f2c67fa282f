package integration

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"depctl.dev/gate"
)

// TestKinds has a control plane with the gate of deploy/full, and its rights to other kinds.
func TestKinds(t *testing.T) {
	t.Parallel()
	c, restart := scheduling(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *cluster, func())
	}{
		{"a job waits for a deployment, a service, a claim and a config map", aJobWaitsForTheBuiltInKinds},
		{"an object of another namespace needs the right to get it", anObjectElsewhereNeedsTheRight},
		{"a custom resource comes, changes and goes, and so does its kind", aCustomKindComesAndGoes},
		{"many names and sets are one watch, and a gate that is killed finds them again", manyNamesSurviveAKill},
		{"each end of a kind that ends is seen", theEndOfAPodIsSeen},
		{"a deployment starts after a job, and a job after the deployment", aDeploymentStartsAfterAJob},
		{"old pods serve until the next migration has succeeded", oldPodsServeUntilTheNextMigration},
		{"a deployment whose migration fails is held, and counts as skipped", aDeploymentIsHeldAfterAFailure},
		{"a deployment remembers a job that is gone, and stays paused whoever writes it", aDeploymentRemembers},
		{"a deployment of another namespace needs the right", aDeploymentNeedsTheRight},
		{"a job set starts after a job, and a job after the job set", aJobSetStartsAfterAJob},
		{"a job set whose prerequisite fails is held, and counts as skipped", aJobSetIsHeldAfterAFailure},
		{"a ray job waits if it can be suspended", aRayJobWaitsIfItCanBeSuspended},
		{"a pod waits behind a scheduling gate", aPodWaits},
		{"a pod that can never run is failed", aPodThatCanNeverRunIsFailed},
		{"depctl waits for other kinds", depctlWaitsForOtherKinds},
		{"depctl checks what the gate may look up", depctlChecksWhatTheGateMayLookUp},
		{"the guide to other kinds works", theGuideToOtherKindsWorks},
		{"the gate writes nothing else to deployments, from here on it has all rights", theGateWritesNothingElseToDeployments},
		{"the gate writes nothing else to workloads", theGateWritesNothingElseToWorkloads},
		{"the gate writes nothing else to pods that wait", theGateWritesNothingElseToPods},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, c, restart) })
	}
}

// apply makes an object as its manifest says, in the namespace if it is in any.
func (s *space) apply(resource schema.GroupVersionResource, manifest string) *unstructured.Unstructured {
	s.t.Helper()
	o := &unstructured.Unstructured{}
	require.NoError(s.t, yaml.Unmarshal([]byte(manifest), &o.Object))
	made, err := s.objects(resource).Create(s.t.Context(), o, metav1.CreateOptions{})
	require.NoError(s.t, err)
	return made
}

func (s *space) objects(resource schema.GroupVersionResource) dynamic.ResourceInterface {
	s.t.Helper()
	client, err := dynamic.NewForConfig(s.Config())
	require.NoError(s.t, err)
	if resource.Resource == "customresourcedefinitions" {
		return client.Resource(resource)
	}
	return client.Resource(resource).Namespace(s.name)
}

func (s *space) setStatus(resource schema.GroupVersionResource, name, patch string) {
	s.t.Helper()
	_, err := s.objects(resource).Patch(s.t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}, "status")
	require.NoError(s.t, err)
}

var (
	deployments = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	services    = schema.GroupVersionResource{Version: "v1", Resource: "services"}
	claims      = schema.GroupVersionResource{Version: "v1", Resource: "persistentvolumeclaims"}
	configMaps  = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	podsOf      = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	crds        = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
)

const databaseDeployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: db}
spec:
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata:
      labels: {app: db}
    spec:
      containers: [{name: main, image: postgres}]
`

func aJobWaitsForTheBuiltInKinds(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	s.make("up", "deploy:db")
	s.make("answers", "service:db")
	s.make("bound", "pvc:data")
	s.make("there", "cm:settings, namespace:"+s.name)
	s.make("all", "deployment:db and service:db, (configmap:none or configmap:settings)")
	s.make("never", "configmap:none")
	s.saysOf("up", "deployment:"+s.name+"/db does not exist")
	for _, name := range []string{"up", "answers", "bound", "there", "all"} {
		s.held(name)
	}
	s.saysOf("there", "may not get namespace "+s.name) // what is in no namespace needs a right
	s.kubectl("", "create", "clusterrole", s.name, "--verb=get", "--resource=namespaces", "--resource-name="+s.name)
	s.kubectl("", "create", "clusterrolebinding", s.name, "--clusterrole="+s.name, "--serviceaccount="+s.name+":default")

	s.apply(configMaps, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}")
	s.completes("there")
	s.apply(claims, "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], storageClassName: none, resources: {requests: {storage: 1Gi}}}")
	s.held("bound")
	s.setStatus(claims, "data", `{"status":{"phase":"Bound"}}`)
	s.completes("bound")
	s.apply(services, "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {selector: {app: db}, ports: [{port: 5432}]}")
	s.saysOf("answers", "service:"+s.name+"/db is not ready")
	s.apply(deployments, databaseDeployment)
	s.completes("up", "answers", "all")
	s.held("never")
}

func anObjectElsewhereNeedsTheRight(t *testing.T, c *cluster, _ func()) {
	s, other := c.namespace(t), c.namespace(t)
	other.apply(configMaps, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, labels: {app: x}}")
	s.make("one", "configmap:"+other.name+"/settings")
	s.make("set", "configmap:"+other.name+"/{app=x}")
	s.saysOf("one", "may not get configmap "+other.name+"/settings")
	s.saysOf("set", "may not list the configmaps of namespace "+other.name)
	s.held("one")
	// The command that the condition gives is what helps.
	for _, condition := range s.get("one").Status.Conditions {
		if condition.Type == gate.ConditionType {
			_, command, found := strings.Cut(condition.Message, "to allow it: kubectl ")
			require.True(t, found, condition.Message)
			first, second, _ := strings.Cut(command, " && kubectl ")
			s.kubectl("", strings.Fields(first)...)
			s.kubectl("", strings.Fields(strings.TrimRight(strings.SplitN(second, ";", 2)[0], ";"))...)
		}
	}
	s.completes("one")
	s.held("set")
}

const widgetKind = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {plural: widgets, singular: widget, kind: Widget}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      subresources: {status: {}}
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

func aCustomKindComesAndGoes(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	widgets := schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "widgets"}
	s.make("ready", "widget.example.com:w")
	s.make("synced", "ready(widget.example.com:w, condition=Synced)")
	s.make("done", "succeeded(widget.example.com:w)")
	s.make("unknown", "widgt:w or pod:none")
	s.saysOf("ready", "this cluster has no kind widget.example.com")
	s.saysOf("unknown", `there is no kind "widgt"`)

	s.apply(crds, widgetKind)
	s.saysOf("ready", "this gate may not list and watch widgets.example.com")
	s.kubectl(`apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: depctl-gate-widgets, labels: {depctl.dev/aggregate-to-gate: "true"}}
rules: [{apiGroups: [example.com], resources: [widgets], verbs: [list, watch]}]
`, "apply", "-f", "-")
	s.saysOf("ready", "widget.example.com:"+s.name+"/w does not exist")

	s.apply(widgets, "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: 3}")
	s.saysOf("ready", "is not ready")
	s.held("ready") // its controller has not said anything
	restart()
	s.setStatus(widgets, "w", `{"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"Synced","status":"True"}]}}`)
	s.completes("synced")
	s.held("ready")
	s.setStatus(widgets, "w", `{"status":{"conditions":[{"type":"Ready","status":"True"}]}}`)
	s.completes("ready")
	s.held("done")

	require.NoError(t, s.objects(crds).Delete(t.Context(), "widgets.example.com", metav1.DeleteOptions{}))
	s.saysOf("done", "this cluster has no kind widget.example.com")
	s.held("done")
	s.apply(configMaps, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}")
	s.make("meanwhile", "configmap:other")
	s.completes("meanwhile") // nothing else stops for it

	s.until("the kind can be created again", func() bool {
		o := &unstructured.Unstructured{}
		require.NoError(t, yaml.Unmarshal([]byte(widgetKind), &o.Object))
		_, err := s.objects(crds).Create(t.Context(), o, metav1.CreateOptions{})
		return err == nil
	})
	s.saysOf("done", "does not exist")
	s.apply(widgets, "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}")
	s.setStatus(widgets, "w", `{"status":{"conditions":[{"type":"Complete","status":"True"}]}}`)
	s.completes("done")
	require.NoError(t, s.objects(crds).Delete(t.Context(), "widgets.example.com", metav1.DeleteOptions{}))
}

func manyNamesSurviveAKill(t *testing.T, c *cluster, restart func()) {
	s := c.namespace(t)
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprintf("configmap:c-%d", i))
	}
	s.make("twenty", strings.Join(names, ", "))
	s.make("half", "exists("+strings.Join(names, ", ")+") >= 50%")
	s.make("some", "configmap:{part=yes} >= 5")
	s.held("some")
	for i := range 10 {
		s.apply(configMaps, fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c-%d, labels: {part: 'yes'}}", i))
		if i == 4 {
			restart()
		}
	}
	s.completes("some", "half")
	s.held("twenty")
	for i := 10; i < 20; i++ {
		s.apply(configMaps, fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c-%d}", i))
	}
	s.completes("twenty")
}

func theEndOfAPodIsSeen(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	s.make("after", "pod:setup")
	s.make("failed", "failed(pod:probe, reason=Evicted)")
	s.held("after")
	for _, name := range []string{"setup", "probe"} {
		s.apply(podsOf, "apiVersion: v1\nkind: Pod\nmetadata: {name: "+name+"}\nspec: {restartPolicy: Never, schedulerName: nobody, containers: [{name: main, image: busybox}]}")
	}
	s.setStatus(podsOf, "setup", `{"status":{"phase":"Succeeded"}}`)
	s.completes("after")
	s.make("there", "absent(pod:setup) + 1s")
	s.fails("there")
	s.setStatus(podsOf, "probe", `{"status":{"phase":"Failed","reason":"Evicted"}}`)
	s.completes("failed")
	require.NoError(t, s.client.CoreV1().Pods(s.name).Delete(t.Context(), "setup", metav1.DeleteOptions{GracePeriodSeconds: new(int64)}))
	s.make("gone", "absent(pod:setup) + 1s")
	s.completes("gone")
}
