package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
)

// fakeInstallation answers for the objects of an installation and for Jobs.
type fakeInstallation struct {
	t *testing.T
	// objects has the paths of what is there.
	objects map[string]bool
	jobs    map[string]*batchv1.Job
	// forbidden has what the user may not do, as "DELETE clusterroles".
	forbidden map[string]bool
	// pods are there as long as the gate does not end.
	pods []metav1.PartialObjectMetadata
	// keptPods carry our finalizer, and recorded are the CronJobs with a record of their runs.
	keptPods, recorded []string
	// stubborn makes the finalizer come back, as a gate elsewhere would.
	stubborn bool
	// noDryRun is the answer of a webhook that cannot do dry runs.
	noDryRun bool
	// overtaken makes the next patch fail, and does this to its Job.
	overtaken func(*batchv1.Job)
	// writes counts the requests that changed something.
	writes int
}

func newFakeInstallation(t *testing.T) *fakeInstallation {
	f := &fakeInstallation{t: t, objects: map[string]bool{}, jobs: map[string]*batchv1.Job{}, forbidden: map[string]bool{}}
	installed := cluster.DefaultInstallation()
	for _, step := range [][]cluster.Installed{installed.Policies(), installed.Programs(), installed.Rights(), installed.Namespaces()} {
		for _, i := range step {
			f.objects[path(i)] = true
		}
	}
	f.add("etl", "extract", "", func(j *batchv1.Job) { j.Finalizers = []string{"example.com/mine", gate.OutcomeFinalizer} })
	f.add("etl", "load", "extract, raw/ingest")
	f.add("etl", "done", "extract", func(j *batchv1.Job) {
		j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: "True"}}
	})
	f.add("etl", "theirs", "extract", func(j *batchv1.Job) { j.Labels = map[string]string{"kueue.x-k8s.io/queue-name": "q"} })
	f.add("reporting", "report", "etl/load", func(j *batchv1.Job) { j.Annotations[gate.HoldAnnotation] = "until Monday" })
	f.add("reporting", "wrong", "and and")
	f.add("kube-system", "system", "x")
	f.keptPods, f.recorded = []string{"check-7f9xk"}, []string{"nightly"}
	return f
}

func path(i cluster.Installed) string {
	root := "/apis/" + i.Resource.Group
	if i.Resource.Group == "" {
		root = "/api"
	}
	if i.Namespace != "" {
		return fmt.Sprintf("%s/v1/namespaces/%s/%s/%s", root, i.Namespace, i.Resource.Resource, i.Name)
	}
	return fmt.Sprintf("%s/v1/%s/%s", root, i.Resource.Resource, i.Name)
}

func (f *fakeInstallation) add(namespace, name, dependsOn string, changes ...func(*batchv1.Job)) {
	job := &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, UID: "uid"},
	}
	if dependsOn != "" {
		job.Annotations, job.Spec.Suspend = map[string]string{gate.DependsOnAnnotation: dependsOn}, ptr.To(true)
	}
	for _, change := range changes {
		change(job)
	}
	f.jobs[jobPath(namespace, name)] = job
}

func jobPath(namespace, name string) string {
	return "/apis/batch/v1/namespaces/" + namespace + "/jobs/" + name
}

func (f *fakeInstallation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	dry := strings.Contains(string(body), `"dryRun":["All"]`) || r.URL.Query().Get("dryRun") != ""
	parts := strings.Split(r.URL.Path, "/")
	resource := parts[len(parts)-min(2, len(parts))]
	if f.forbidden[r.Method+" "+resource] {
		refuse(w, http.StatusForbidden, metav1.StatusReasonForbidden, "forbidden")
		return
	}
	if f.noDryRun && dry {
		refuse(w, http.StatusBadRequest, metav1.StatusReasonBadRequest, "admission webhook does not support dry run")
		return
	}
	switch job, isJob := f.jobs[r.URL.Path]; {
	case r.URL.Path == "/apis/batch/v1/jobs":
		list := batchv1.JobList{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "JobList"}}
		for _, job := range f.jobs {
			list.Items = append(list.Items, *job)
		}
		reply(w, http.StatusOK, list)
	case r.URL.Path == "/api/v1/pods":
		reply(w, http.StatusOK, metadataOf(f.keptPods, metav1.ObjectMeta{Finalizers: []string{gate.ResultFinalizer}}))
	case r.URL.Path == "/apis/batch/v1/cronjobs":
		reply(w, http.StatusOK, metadataOf(f.recorded, metav1.ObjectMeta{Annotations: map[string]string{schedule.OutcomesAnnotation: "{}"}}))
	case r.Method == http.MethodPatch && (resource == "pods" || resource == "cronjobs"):
		f.freed(r, parts[len(parts)-1], string(body), dry)
		reply(w, http.StatusOK, metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "PartialObjectMetadata"}})
	case strings.HasSuffix(r.URL.Path, "/pods"):
		reply(w, http.StatusOK, metav1.PartialObjectMetadataList{
			TypeMeta: metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "PartialObjectMetadataList"},
			Items:    f.pods,
		})
	case isJob && r.Method == http.MethodPatch:
		f.patch(w, r, job, body, dry)
	case isJob:
		reply(w, http.StatusOK, job)
	case !f.objects[r.URL.Path]:
		refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, "not found")
	case r.Method == http.MethodDelete:
		if !dry {
			f.writes++
			delete(f.objects, r.URL.Path)
		}
		reply(w, http.StatusOK, metav1.Status{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusSuccess})
	default:
		reply(w, http.StatusOK, metav1.PartialObjectMetadata{
			TypeMeta: metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "PartialObjectMetadata"},
		})
	}
}

// metadataOf returns a list of objects of the namespace etl.
func metadataOf(names []string, like metav1.ObjectMeta) metav1.PartialObjectMetadataList {
	list := metav1.PartialObjectMetadataList{TypeMeta: metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "PartialObjectMetadataList"}}
	for _, name := range names {
		one := metav1.PartialObjectMetadata{ObjectMeta: like}
		one.Namespace, one.Name = "etl", name
		list.Items = append(list.Items, one)
	}
	return list
}

// freed takes what is ours from a pod or a CronJob.
func (f *fakeInstallation) freed(r *http.Request, name, patch string, dry bool) {
	list, ours := &f.keptPods, `"$deleteFromPrimitiveList/finalizers":["depctl.dev/result"]`
	if strings.Contains(r.URL.Path, "/cronjobs/") {
		list, ours = &f.recorded, `{"metadata":{"annotations":{"depctl.dev/outcomes":null}}}`
	}
	require.Contains(f.t, patch, ours)
	if !dry {
		f.writes++
		*list = slices.DeleteFunc(slices.Clone(*list), func(other string) bool { return other == name })
	}
}

func (f *fakeInstallation) patch(w http.ResponseWriter, r *http.Request, job *batchv1.Job, body []byte, dry bool) {
	if f.overtaken != nil && !dry {
		f.overtaken(job)
		f.overtaken = nil
		refuse(w, http.StatusConflict, metav1.StatusReasonConflict, "somebody was faster")
		return
	}
	before, err := json.Marshal(job)
	require.NoError(f.t, err)
	var after []byte
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json-patch") {
		patch, decodeErr := jsonpatch.DecodePatch(body)
		require.NoError(f.t, decodeErr)
		after, err = patch.Apply(before)
	} else {
		after, err = strategicpatch.StrategicMergePatch(before, body, batchv1.Job{})
	}
	if err != nil {
		refuse(w, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, err.Error())
		return
	}
	var patched batchv1.Job
	require.NoError(f.t, json.Unmarshal(after, &patched))
	if !dry {
		f.writes++
		if f.stubborn {
			patched.Finalizers = job.Finalizers
		}
		f.jobs[r.URL.Path] = &patched
	}
	reply(w, http.StatusOK, patched)
}

// uninstall runs the command against it, with an answer on a terminal.
func (f *fakeInstallation) uninstall(answer, args string) (stdout, stderr string, code int) {
	server := httptest.NewServer(f)
	defer server.Close()
	factory := testFactory(command.Terminal{Glyphs: picture.Unicode()})
	factory.Interactive = func(io.Reader) bool { return answer != "" }
	all := append([]string{"uninstall", "--server", server.URL}, strings.Fields(args)...)
	stdout, stderr, code = runDepctl(factory, answer, all...)
	return stdout, strings.ReplaceAll(stderr, server.URL, "SERVER"), code
}

// TestUninstall runs each command line twice: what it prints is in
// testdata/uninstall.
func TestUninstall(t *testing.T) {
	for name, test := range map[string]struct {
		args   string
		answer string
		change func(*fakeInstallation)
	}{
		"yes":            {args: "--yes"},
		"release":        {args: "--yes --release"},
		"keep-namespace": {args: "--yes --keep-namespace"},
		"dry-run":        {args: "--dry-run --release"},
		"dry-run-server": {args: "--dry-run=server"},
		"answer-yes":     {answer: "Yes\n"},
		"answer-no":      {answer: "\n"},
		"no-terminal":    {},
		"half": {args: "--yes", change: func(f *fakeInstallation) {
			for _, i := range slices.Concat(cluster.DefaultInstallation().Policies(), cluster.DefaultInstallation().Rights()) {
				delete(f.objects, path(i))
			}
		}},
		"rights": {args: "--yes --release", change: func(f *fakeInstallation) {
			f.forbidden["DELETE clusterroles"], f.forbidden["GET deployments"], f.forbidden["PATCH jobs"] = true, true, true
			f.forbidden["PATCH pods"], f.forbidden["PATCH cronjobs"] = true, true
		}},
		"gate-stays": {args: "--yes --timeout 500ms", change: func(f *fakeInstallation) {
			f.pods = []metav1.PartialObjectMetadata{{ObjectMeta: metav1.ObjectMeta{Name: "depctl-gate-1"}}}
		}},
		"gate-elsewhere":     {args: "--yes", change: func(f *fakeInstallation) { f.stubborn = true }},
		"webhook-no-dry-run": {args: "--yes --release", change: func(f *fakeInstallation) { f.noDryRun = true }},
		"one-namespace":      {args: "--yes -n etl"},
		"overtaken": {args: "--yes", change: func(f *fakeInstallation) {
			f.overtaken = func(j *batchv1.Job) { j.Finalizers = append(j.Finalizers, "example.com/new") }
		}},
		"held-meanwhile": {args: "--yes --release", change: func(f *fakeInstallation) {
			f.overtaken = func(*batchv1.Job) {
				f.jobs[jobPath("etl", "load")].Annotations[gate.HoldAnnotation] = "wait"
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeInstallation(t)
			if test.change != nil {
				test.change(f)
			}
			var got strings.Builder
			for range 2 {
				stdout, stderr, code := f.uninstall(test.answer, test.args)
				fmt.Fprintf(&got, "$ depctl uninstall %s\n%s-- exit code %d, %s --\n%s\n",
					test.args, stdout, code, command.Count(f.writes, "write"), stderr)
				if code == command.ExitOK && f.writes > 0 {
					require.Equal(t, "example.com/mine", f.jobs[jobPath("etl", "extract")].Finalizers[0])
					require.NotContains(t, f.jobs[jobPath("etl", "extract")].Finalizers, gate.OutcomeFinalizer)
					require.Empty(t, append(f.keptPods, f.recorded...))
				}
				f.writes = 0
			}
			for _, left := range []string{jobPath("etl", "theirs"), jobPath("reporting", "report"), jobPath("kube-system", "system")} {
				require.True(t, *f.jobs[left].Spec.Suspend, left)
			}
			golden := filepath.Join("testdata", "uninstall", name+".golden")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "run with -update to write it")
			require.Equal(t, string(want), got.String())
		})
	}
}
