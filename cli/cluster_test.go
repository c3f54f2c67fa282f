package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/version"
	discovery "k8s.io/client-go/discovery/fake"
	"k8s.io/client-go/dynamic"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/metadata"
	metadatafake "k8s.io/client-go/metadata/fake"
	"k8s.io/client-go/rest"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/lang/kind"
)

// testNow is what the clock of testFactory says.
var testNow = time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC)

func minutesAgo(n int) metav1.Time {
	return metav1.NewTime(testNow.Add(-time.Duration(n) * time.Minute))
}

// fakeJob returns a Job of namespace etl that was made an hour ago.
func fakeJob(name, dependsOn string, changes ...func(*batchv1.Job)) *batchv1.Job {
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Namespace: "etl", Name: name, UID: types.UID("uid-" + name), CreationTimestamp: minutesAgo(60), Annotations: map[string]string{},
	}}
	if dependsOn != "" {
		job.Annotations[gate.DependsOnAnnotation], job.Spec.Suspend = dependsOn, ptr.To(true)
	}
	for _, change := range changes {
		change(job)
	}
	return job
}

func ran(from int) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		start := minutesAgo(from)
		j.Spec.Suspend, j.Status.StartTime, j.Status.Ready = new(bool), &start, ptr.To(int32(1))
	}
}

func finishedAs(kind batchv1.JobConditionType, at int, reason string) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		when := minutesAgo(at)
		j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{
			Type: kind, Status: corev1.ConditionTrue, Reason: reason, Message: "as the condition says", LastTransitionTime: when,
		})
		if kind == batchv1.JobComplete {
			j.Status.CompletionTime, j.Status.Succeeded = &when, 1
		}
		j.Status.Ready = nil
	}
}

func fakeArray(size int32, changes ...func(*batchv1.Job)) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		mode := batchv1.IndexedCompletion
		j.Spec.CompletionMode, j.Spec.Completions, j.Spec.Parallelism = &mode, &size, &size
		j.Spec.BackoffLimitPerIndex = new(int32)
		for _, change := range changes {
			change(j)
		}
	}
}

// ownedBy is how the Job controller marks the pods of a Job of fakeJob.
func ownedBy(name string) []metav1.OwnerReference {
	return []metav1.OwnerReference{{
		APIVersion: "batch/v1", Kind: "Job", Name: name, UID: types.UID("uid-" + name), Controller: ptr.To(true), BlockOwnerDeletion: ptr.To(true),
	}}
}

// fakeElement returns a pod of an element of Job by-element; gated says whether it
// waits.
func fakeElement(index string, gated bool) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: "etl", Name: "by-element-" + index, UID: types.UID(index),
		Labels:          map[string]string{batchv1.ControllerUidLabel: "uid-by-element"},
		Annotations:     map[string]string{batchv1.JobCompletionIndexAnnotation: index},
		OwnerReferences: ownedBy("by-element"),
	}}
	if gated {
		pod.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
	}
	return pod
}

// nightObjects is a small night: some Jobs of every kind, and a gate.
func nightObjects() []runtime.Object {
	failedPod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "etl", Name: "tune-x", Labels: map[string]string{batchv1.ControllerUidLabel: "uid-tune"}, OwnerReferences: ownedBy("tune"),
		},
		Status: corev1.PodStatus{Phase: corev1.PodFailed, ContainerStatuses: []corev1.ContainerStatus{{
			State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 3, FinishedAt: minutesAgo(30)}},
		}}},
	}
	byElement := func(j *batchv1.Job) {
		j.Annotations[gate.ReleasedAnnotation] = `{"uid":"uid-by-element","at":"2026-11-23T01:30:00Z","by":"depctl-gate","met":0}`
		j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
	}
	released := func(j *batchv1.Job) {
		j.Annotations[gate.ReleasedAnnotation] = `{"uid":"uid-load-1","at":"2026-11-23T01:30:00Z","by":"depctl-gate","met":1,"because":["etl/extract-1 succeeded"]}`
	}
	elsewhere := fakeJob("total", "etl/load-2, etl/extract-1")
	elsewhere.Namespace = "rep"
	replicas := int32(2)
	objects := []runtime.Object{}
	for _, o := range cluster.DefaultInstallation().Rights() {
		switch o.Kind {
		case cluster.ValidatingPolicyKind:
			objects = append(objects, &admissionv1.ValidatingAdmissionPolicy{ObjectMeta: metav1.ObjectMeta{Name: o.Name}})
		case cluster.ValidatingBindingKind:
			objects = append(objects, &admissionv1.ValidatingAdmissionPolicyBinding{
				ObjectMeta: metav1.ObjectMeta{Name: o.Name},
				Spec:       admissionv1.ValidatingAdmissionPolicyBindingSpec{ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny}},
			})
		}
	}
	return append(objects, []runtime.Object{
		fakeJob("extract-1", "", ran(50), finishedAs(batchv1.JobComplete, 40, "")),
		fakeJob("extract-2", "", ran(6)),
		fakeJob("tune", "", ran(50), finishedAs(batchv1.JobFailed, 30, "BackoffLimitExceeded")),
		fakeJob("load-1", "extract-1", ran(40), finishedAs(batchv1.JobComplete, 35, ""), released),
		fakeJob("load-2", "extract-2, (failed(tune, code=4) or extract-1)"),
		fakeJob("publish", "load-2, licence, time(2026-11-23T02:12:00Z)"),
		fakeJob("skipped", "tune", finishedAs(batchv1.JobFailed, 29, gate.ReasonDependencyFailed)),
		fakeJob("after", "skipped", finishedAs(batchv1.JobFailed, 28, gate.ReasonDependencyFailed)),
		fakeJob("held", "extract-1", func(j *batchv1.Job) { j.Annotations[gate.HoldAnnotation] = "until Monday" }),
		fakeJob("invalid", "extract-1, suceeded(tune)"),
		fakeJob("ring-1", "ring-2"), fakeJob("ring-2", "ring-1"),
		fakeJob("many", "extract-* >= 3"),
		fakeJob("array", "", fakeArray(6), ran(20), func(j *batchv1.Job) { j.Status.CompletedIndexes, j.Status.FailedIndexes = "0,1", ptr.To("4") }),
		fakeJob("by-element", "array[i]", fakeArray(6, byElement), ran(20), func(j *batchv1.Job) { j.Status.CompletedIndexes = "0" }),
		elsewhere, failedPod, fakeElement("1", false), fakeElement("2", true), fakeElement("3", true),
		&appsv1.Deployment{
			ObjectMeta: metav1.ObjectMeta{Namespace: cluster.GateNamespace, Name: cluster.GateName},
			Spec: appsv1.DeploymentSpec{Replicas: &replicas, Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				Containers: []corev1.Container{{Name: "gate", Image: "registry.example.com:5000/depctl-gate:v1.2.3", Args: []string{"--arrays"}}},
			}}},
			Status: appsv1.DeploymentStatus{ReadyReplicas: 2},
		},
	}...)
}

// fakeLease is that of a gate that leads.
func fakeLease() *coordinationv1.Lease {
	renewed := metav1.NewMicroTime(testNow.Add(-3 * time.Second))
	return &coordinationv1.Lease{
		TypeMeta:   metav1.TypeMeta{APIVersion: "coordination.k8s.io/v1", Kind: "Lease"},
		ObjectMeta: metav1.ObjectMeta{Namespace: cluster.GateNamespace, Name: cluster.GateName},
		Spec:       coordinationv1.LeaseSpec{HolderIdentity: ptr.To("depctl-gate-7_x"), LeaseDurationSeconds: ptr.To(int32(15)), RenewTime: &renewed},
	}
}

// nightCluster answers for objects, beside which a gate leads. rights has what the reviews of
// access allow.
func nightCluster(objects []runtime.Object, allowed bool) *fake.Clientset {
	client := fake.NewClientset(append(objects, fakeLease())...)
	client.PrependReactor("create", "subjectaccessreviews", func(action clienttesting.Action) (bool, runtime.Object, error) {
		review := action.(clienttesting.CreateAction).GetObject().(*authorizationv1.SubjectAccessReview)
		review.Status.Allowed = allowed || strings.HasPrefix(review.Spec.User, "system:serviceaccount:depctl-system:")
		return true, review, nil
	})
	// What holds annotated Jobs.
	client.PrependReactor("create", "jobs", func(action clienttesting.Action) (bool, runtime.Object, error) {
		job := action.(clienttesting.CreateAction).GetObject().(*batchv1.Job)
		job.Spec.Suspend = ptr.To(true)
		return true, job, nil
	})
	client.Discovery().(*discovery.FakeDiscovery).FakedServerVersion = &version.Info{Major: "1", Minor: "36", GitVersion: "v1.36.1"}
	return client
}

// forbid makes a client one that may not do something.
func forbid(client *fake.Clientset, verb, resource string) {
	client.PrependReactor(verb, resource, func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: resource}, "", nil)
	})
}

// clusterFactory is testFactory with a cluster.
func clusterFactory(t *testing.T, client kubernetes.Interface, on command.Terminal) *cluster.Factory {
	t.Helper()
	f := testFactory(on)
	f.NewClient = func(*rest.Config) (kubernetes.Interface, error) { return client, nil }
	f.NewObjects = func(*rest.Config) (dynamic.Interface, error) {
		return dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), heldKinds()), nil
	}
	f.NewNames = func(*rest.Config) (metadata.Interface, error) {
		return metadatafake.NewSimpleMetadataClient(runtime.NewScheme()), nil
	}
	t.Setenv("KUBECONFIG", filepath.Join("testdata", "kubeconfig"))
	return f
}

// TestCluster runs commands on a cluster of fakes; what they print is in
// testdata/cluster.
func TestCluster(t *testing.T) {
	for name, test := range map[string]struct {
		args     string
		terminal string
		change   func(*fake.Clientset)
		denied   bool
	}{
		"explain-waiting":         {args: "explain load-2 publish", terminal: "80 columns"},
		"explain-recursive":       {args: "explain publish -r", terminal: "80 columns"},
		"explain-colour":          {args: "explain load-2", terminal: "80 columns, colour"},
		"explain-ascii":           {args: "explain publish -r", terminal: "80 columns, ascii"},
		"explain-released":        {args: "explain job/load-1"},
		"explain-failed":          {args: "explain tune", terminal: "80 columns"},
		"explain-skipped":         {args: "explain after -r", terminal: "80 columns"},
		"explain-held":            {args: "explain held"},
		"explain-invalid":         {args: "explain invalid", terminal: "80 columns"},
		"explain-ring":            {args: "explain ring-1 -r", terminal: "80 columns"},
		"explain-set":             {args: "explain many", terminal: "80 columns"},
		"explain-array":           {args: "explain by-element", terminal: "80 columns"},
		"explain-array-no-pods":   {args: "explain by-element", change: func(c *fake.Clientset) { forbid(c, "list", "pods") }},
		"explain-element":         {args: "explain by-element --index 4"},
		"explain-element-beyond":  {args: "explain by-element --index 9"},
		"explain-expr":            {args: "explain load-1 --expr extract-2"},
		"explain-expr-bad":        {args: "explain load-1 --expr self[0]"},
		"explain-json":            {args: "explain load-2 -o json"},
		"explain-yaml":            {args: "explain load-2 -o yaml"},
		"explain-rights":          {args: "explain total -n rep", denied: true},
		"explain-rights-not-told": {args: "explain total -n rep", change: func(c *fake.Clientset) { forbid(c, "create", "subjectaccessreviews") }},
		"explain-missing":         {args: "explain nothing"},
		"explain-pattern":         {args: "explain load-* publish load-1", terminal: "80 columns"},
		"explain-no-match":        {args: "explain nothing-*"},
		"explain-an-element":      {args: "explain by-element[4]"},
		"explain-bad-pattern":     {args: "explain load-["},
		"explain-pattern-index":   {args: "explain by-* --index 1"},
		"explain-label":           {args: "explain -l app=none"},
		"explain-near":            {args: "explain etl/laod-2"},
		"graph-pattern":           {args: "graph load-* --up 1 --down 0 -o wide"},
		"graph-other-kind":        {args: "graph deployment/nothing"},
		"graph-no-match":          {args: "graph nothing-*"},
		"graph-near":              {args: "graph job.batch/laod-2"},
		"explain-forbidden":       {args: "explain load-2", change: func(c *fake.Clientset) { forbid(c, "get", "jobs") }},
		"explain-no-list":         {args: "explain publish -r", change: func(c *fake.Clientset) { forbid(c, "list", "jobs") }},
		"status":                  {args: "status", terminal: "80 columns"},
		"status-colour":           {args: "status -A", terminal: "80 columns, colour"},
		"status-ascii":            {args: "status -A", terminal: "80 columns, ascii"},
		"status-wide":             {args: "status -A -o wide"},
		"status-json":             {args: "status -o json"},
		"status-no-headers":       {args: "status --no-headers"},
		"status-label":            {args: "status -l app=none"},
		"status-forbidden":        {args: "status -A", change: func(c *fake.Clientset) { forbid(c, "list", "jobs") }},
		"get":                     {args: "get", terminal: "80 columns"},
		"get-60":                  {args: "get", terminal: "60 columns"},
		"get-colour":              {args: "get -A", terminal: "200 columns, colour"},
		"get-ascii":               {args: "get", terminal: "80 columns, ascii"},
		"get-wide":                {args: "get -A -o wide"},
		"get-json":                {args: "get publish many -o json"},
		"get-one":                 {args: "get load-1 -o yaml"},
		"get-name":                {args: "get *-1 -o name"},
		"get-state":               {args: "get --state failed,skipped --no-headers"},
		"get-sorted":              {args: "get --sort-by=.finished -o custom-columns=JOB:.name,ENDED:{.finished}"},
		"get-sorted-by-nothing":   {args: "get --sort-by=.metadata.creationTimestamp"},
		"get-fields":              {args: "get -A --field-selector metadata.namespace=rep,state!=failed"},
		"get-unknown-field":       {args: "get --field-selector status.successful=1"},
		"get-jsonpath":            {args: "get load-2 -o jsonpath={.state}:{.blockedBy[*]}"},
		"get-go-template":         {args: "get -o go-template={{range.items}}{{.name}}={{.state}};{{end}}"},
		"get-other-namespace":     {args: "get rep/total load-2", denied: true},
		"get-missing":             {args: "get laod-2"},
		"get-nothing":             {args: "get nothing-*"},
		"get-bad-output":          {args: "get -o jsno"},
		"get-bad-columns":         {args: "get -o custom-columns=NAME"},
		"get-raw":                 {args: "get by-element --raw -o yaml"},
		"get-raw-pods":            {args: "get tune --raw --pods -o yaml"},
		"get-raw-no-pods":         {args: "get tune --raw --pods -o json", change: func(c *fake.Clientset) { forbid(c, "list", "pods"); forbid(c, "list", "events") }},
		"get-raw-several":         {args: "get tune load-2 --raw -o yaml"},
		"get-raw-pattern":         {args: "get t* --raw -o yaml"},
		"get-raw-text":            {args: "get tune --raw"},
		"get-raw-missing":         {args: "get cronjob/tune --raw -o yaml"},
		"get-forbidden":           {args: "get -A", change: func(c *fake.Clientset) { forbid(c, "list", "jobs") }},
		"check":                   {args: "check", terminal: "80 columns"},
		"check-colour":            {args: "check", terminal: "80 columns, colour"},
		"check-ascii":             {args: "check -n rep", terminal: "80 columns, ascii"},
		"check-json":              {args: "check -n rep -o json"},
		"check-forbidden": {args: "check", terminal: "80 columns", change: func(c *fake.Clientset) {
			for _, what := range []string{"deployments", "leases", "pods", "jobs", "validatingadmissionpolicies", "subjectaccessreviews"} {
				forbid(c, "*", what)
			}
		}},
		"check-broken": {args: "check", terminal: "80 columns", change: func(c *fake.Clientset) {
			ctx := context.Background()
			_ = c.AppsV1().Deployments(cluster.GateNamespace).Delete(ctx, cluster.GateName, metav1.DeleteOptions{})
			_ = c.CoordinationV1().Leases(cluster.GateNamespace).Delete(ctx, cluster.GateName, metav1.DeleteOptions{})
			_ = c.AdmissionregistrationV1().ValidatingAdmissionPolicies().Delete(ctx, "leash-jobs.depctl.dev", metav1.DeleteOptions{})
			c.ClearActions()
			c.PrependReactor("create", "jobs", func(action clienttesting.Action) (bool, runtime.Object, error) {
				return true, action.(clienttesting.CreateAction).GetObject(), nil
			})
			c.Discovery().(*discovery.FakeDiscovery).FakedServerVersion = &version.Info{Major: "1", Minor: "34+", GitVersion: "v1.34.2"}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			client := nightCluster(nightObjects(), !test.denied)
			if test.change != nil {
				test.change(client)
			}
			on := parseTerminal(t, test.terminal)
			stdout, stderr, code := runDepctl(clusterFactory(t, client, on), "", strings.Fields(test.args)...)
			requireFits(t, withoutCommands(stdout), on)
			got := "$ depctl " + test.args + "\n" + stdout + "-- exit code " + string(rune('0'+code)) + " --\n" + stderr
			for _, action := range client.Actions() {
				create, writes := action.(clienttesting.CreateAction)
				require.True(t, action.GetVerb() == "get" || action.GetVerb() == "list" || writes, action.GetVerb())
				if writes {
					require.Contains(t, []string{"subjectaccessreviews", "jobs"}, create.GetResource().Resource)
				}
			}
			golden := filepath.Join("testdata", "cluster", name+".golden")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "run with -update to write it")
			require.Equal(t, string(want), got)
		})
	}
}

// withoutCommands leaves out what is there to be copied, and so never cut.
func withoutCommands(text string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if trimmed := strings.TrimSpace(line); !strings.HasPrefix(trimmed, "kubectl ") && !strings.HasPrefix(trimmed, "depctl ") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// heldKinds are the kinds beside Jobs of which all that wait are listed.
func heldKinds() map[schema.GroupVersionResource]string {
	lists := map[schema.GroupVersionResource]string{}
	for _, k := range kind.Held() {
		lists[schema.GroupVersionResource{Group: k.Group, Version: k.Version, Resource: k.Resource}] = k.Noun + "List"
	}
	return lists
}
