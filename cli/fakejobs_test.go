package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

// fakeJobs is an API server that knows Jobs and their pods, and notes what is
// written to it.
type fakeJobs struct {
	t    *testing.T
	jobs map[string]*batchv1.Job
	cron map[string]*batchv1.CronJob
	pods map[string]*corev1.Pod
	// logs are what pods have printed, by their names.
	logs map[string]string
	// forbidden has what RBAC refuses, as "patch jobs etl"; a namespace of "*" is
	// a request for all.
	forbidden map[string]bool
	// refuses is what admission says to new Jobs.
	refuses string
	// quota is how often there is no room yet for a new Job.
	quota int
	// overtaken makes the next write of a Job fail, and does this to it.
	overtaken func(*batchv1.Job)
	// created is what happens when a Job has been made.
	created func()
	// stays keeps Jobs that are deleted, as a finalizer would.
	stays bool
	// nobody hides who asks.
	nobody bool
	writes []string
	// made counts what has been made: each time a second later.
	made time.Duration
}

// newFakeJobs has a diamond below a Job that failed, and Jobs that wait.
func newFakeJobs(t *testing.T) *fakeJobs {
	f := &fakeJobs{t: t, jobs: map[string]*batchv1.Job{}, pods: map[string]*corev1.Pod{}, forbidden: map[string]bool{}}
	f.add("etl", "prepare", "", finishedBy(batchv1.JobComplete, "CompletionsReached"))
	f.add("etl", "extract", "prepare", finishedBy(batchv1.JobFailed, "BackoffLimitExceeded"), wasReleased)
	f.add("etl", "clean", "extract", finishedBy(batchv1.JobFailed, gate.ReasonDependencyFailed))
	f.add("etl", "index", "extract", finishedBy(batchv1.JobFailed, gate.ReasonDependencyFailed))
	f.add("etl", "load", "clean, index", finishedBy(batchv1.JobFailed, gate.ReasonDependencyFailed))
	f.add("etl", "other", "", finishedBy(batchv1.JobFailed, "DeadlineExceeded"), func(j *batchv1.Job) { j.Spec.Suspend = nil })
	f.add("etl", "stock", "extract, other", finishedBy(batchv1.JobFailed, gate.ReasonDependencyFailed))
	f.add("etl", "alarm", "failed(extract)", finishedBy(batchv1.JobComplete, "CompletionsReached"), wasReleased)
	f.add("reporting", "report", "etl/load", finishedBy(batchv1.JobFailed, gate.ReasonDependencyFailed))
	f.add("etl", "source", "", func(j *batchv1.Job) { j.Spec.Suspend = nil })
	f.add("etl", "ready", "prepare", labelled)
	f.add("etl", "weekly", "source", labelled)
	f.add("etl", "monthly", "weekly", func(j *batchv1.Job) { j.Annotations[gate.HoldAnnotation] = "until Monday" })
	f.add("etl", "either", "source or prepared")
	f.add("reporting", "yearly", "etl/monthly")
	f.add("etl", "theirs", "source", func(j *batchv1.Job) { j.Labels = map[string]string{"kueue.x-k8s.io/queue-name": "q"} })
	return f
}

func finishedBy(condition batchv1.JobConditionType, reason string) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Status.Conditions = []batchv1.JobCondition{{Type: condition, Status: "True", Reason: reason}}
	}
}

func wasReleased(j *batchv1.Job) {
	j.Spec.Suspend = ptr.To(false)
	j.Annotations[gate.ReleasedAnnotation] = `{"uid":"` + string(j.UID) + `","at":"2026-11-23T02:00:00Z","by":"depctl-gate","met":1}`
}

func labelled(j *batchv1.Job) { j.Labels = map[string]string{"team": "data"} }

// array makes a Job one that was released element by element, with a pod for each
// of its first elements; the one for index 0 was let go.
func (f *fakeJobs) array(name string, size, pods int32) {
	f.add("etl", name, "shards[i]", wasReleased, func(j *batchv1.Job) {
		j.Spec.CompletionMode, j.Spec.Completions, j.Spec.Parallelism = ptr.To(batchv1.IndexedCompletion), &size, &size
		j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
	})
	for i := range pods {
		pod := &corev1.Pod{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
			ObjectMeta: metav1.ObjectMeta{
				Namespace: "etl", Name: fmt.Sprintf("%s-%d", name, i), UID: types.UID(fmt.Sprintf("uid-%s-%d", name, i)),
				Annotations:     map[string]string{batchv1.JobCompletionIndexAnnotation: fmt.Sprint(i)},
				OwnerReferences: ownedBy(name),
			},
		}
		if i > 0 {
			pod.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
		}
		f.pods["/api/v1/namespaces/etl/pods/"+pod.Name] = pod
	}
}

func (f *fakeJobs) add(namespace, name, dependsOn string, changes ...func(*batchv1.Job)) {
	job := &batchv1.Job{
		TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: name, UID: types.UID("uid-" + name), ResourceVersion: "7", Annotations: map[string]string{},
			CreationTimestamp: metav1.NewTime(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)),
		},
		Spec: batchv1.JobSpec{Suspend: ptr.To(true), Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "busybox:1.37"}},
		}}},
	}
	if dependsOn != "" {
		job.Annotations[gate.DependsOnAnnotation] = dependsOn
	}
	for _, change := range changes {
		change(job)
	}
	f.jobs[jobPath(namespace, name)] = job
}

func (f *fakeJobs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	dry := strings.Contains(string(body), `"dryRun":["All"]`) || r.URL.Query().Get("dryRun") != ""
	verb, resource, namespace, name := f.asked(r)
	if f.forbidden[verb+" "+resource+" "+namespace] {
		group := ""
		if strings.HasPrefix(resource, "jobs") {
			group = "batch"
		}
		refuse(w, http.StatusForbidden, metav1.StatusReasonForbidden, fmt.Sprintf(
			`%s.%s %q is forbidden: User "alice" cannot %s resource %q in API group %q in the namespace %q`, resource, group, name, verb, resource, group, namespace))
		return
	}
	switch {
	case resource == "selfsubjectreviews" && f.nobody:
		refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, "not found")
	case resource == "selfsubjectreviews":
		reply(w, http.StatusCreated, map[string]any{
			"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview",
			"status": map[string]any{"userInfo": map[string]any{"username": "alice"}},
		})
	case resource == "leases":
		reply(w, http.StatusOK, fakeLease())
	case resource == "events":
		reply(w, http.StatusOK, corev1.EventList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "EventList"}})
	case resource == "cronjobs" && f.cron[name] != nil && verb == "patch":
		after := f.cron[name].DeepCopy()
		if err := json.Unmarshal(body, after); err != nil {
			refuse(w, http.StatusBadRequest, metav1.StatusReasonBadRequest, err.Error())
			return
		}
		if !dry {
			f.cron[name] = after
			f.writes = append(f.writes, "PATCH "+r.URL.Path+" "+string(body))
		}
		reply(w, http.StatusOK, after)
	case resource == "cronjobs" && f.cron[name] != nil:
		reply(w, http.StatusOK, f.cron[name])
	case resource == "cronjobs" && name == "":
		list := batchv1.CronJobList{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "CronJobList"}}
		for _, one := range f.cron {
			list.Items = append(list.Items, *one)
		}
		reply(w, http.StatusOK, list)
	case resource == "cronjobs":
		refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, "not found")
	case resource == "configmaps" && namespace == "etl":
		reply(w, http.StatusOK, map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": name},
			"data": map[string]string{"licence": "10", "local": "2", "db": "1"},
		})
	case resource == "configmaps":
		refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, "not found")
	case resource == "api":
		reply(w, http.StatusOK, metav1.APIVersions{TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"}})
	case resource == "apis":
		reply(w, http.StatusOK, metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}, Groups: []metav1.APIGroup{
			{Name: "apps", Versions: []metav1.GroupVersionForDiscovery{{GroupVersion: "apps/v1", Version: "v1"}}},
			{Name: "jobset.x-k8s.io", Versions: []metav1.GroupVersionForDiscovery{{GroupVersion: "jobset.x-k8s.io/v1alpha2", Version: "v1alpha2"}}},
		}})
	case resource == "jobset.x-k8s.io":
		version := metav1.GroupVersionForDiscovery{GroupVersion: "jobset.x-k8s.io/v1alpha2", Version: "v1alpha2"}
		reply(w, http.StatusOK, metav1.APIGroup{
			TypeMeta: metav1.TypeMeta{Kind: "APIGroup", APIVersion: "v1"}, Name: "jobset.x-k8s.io",
			Versions: []metav1.GroupVersionForDiscovery{version}, PreferredVersion: version,
		})
	case resource == "v1alpha2":
		reply(w, http.StatusOK, metav1.APIResourceList{
			TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: "jobset.x-k8s.io/v1alpha2",
			APIResources: []metav1.APIResource{{Name: "jobsets", SingularName: "jobset", Namespaced: true, Kind: "JobSet"}},
		})
	case verb == "list":
		f.list(w, r, resource, namespace)
	case resource == "pods/log":
		f.log(w, r, name)
	case verb == "create":
		f.create(w, body, namespace, dry)
	case resource == "pods":
		f.patchPod(w, r, body, dry)
	case f.jobs[jobPath(namespace, name)] == nil:
		refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, fmt.Sprintf("jobs.batch %q not found", name))
	case verb == "patch":
		f.patch(w, r, f.jobs[jobPath(namespace, name)], body, dry)
	case verb == "delete":
		f.delete(w, jobPath(namespace, name), body, dry)
	default:
		reply(w, http.StatusOK, f.jobs[jobPath(namespace, name)])
	}
}

// asked returns what a request is about, in the words of RBAC.
func (f *fakeJobs) asked(r *http.Request) (verb, resource, namespace, name string) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	namespace = "*"
	if i := slices.Index(parts, "namespaces"); i >= 0 && i+2 < len(parts) {
		namespace, parts = parts[i+1], parts[i+2:]
	} else {
		parts = parts[len(parts)-1:]
	}
	resource = parts[0]
	if len(parts) > 1 {
		name = parts[1]
	}
	if len(parts) > 2 {
		resource += "/" + parts[2]
	}
	verb = map[string]string{http.MethodPost: "create", http.MethodPatch: "patch", http.MethodDelete: "delete", http.MethodGet: "get"}[r.Method]
	if verb == "get" && name == "" {
		verb = "list"
	}
	return verb, resource, namespace, name
}

func (f *fakeJobs) list(w http.ResponseWriter, r *http.Request, resource, namespace string) {
	if resource == "namespaces" {
		reply(w, http.StatusOK, metav1.PartialObjectMetadataList{
			TypeMeta: metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "PartialObjectMetadataList"},
			Items:    []metav1.PartialObjectMetadata{{ObjectMeta: metav1.ObjectMeta{Name: "reporting"}}, {ObjectMeta: metav1.ObjectMeta{Name: "etl"}}},
		})
		return
	}
	if resource == "deployments" || resource == "jobsets" {
		reply(w, http.StatusOK, metav1.PartialObjectMetadataList{
			TypeMeta: metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "PartialObjectMetadataList"},
			Items:    []metav1.PartialObjectMetadata{{ObjectMeta: metav1.ObjectMeta{Name: namespace + "-web"}}, {ObjectMeta: metav1.ObjectMeta{Name: namespace + "-db"}}},
		})
		return
	}
	if resource == "pods" {
		list := corev1.PodList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"}}
		for _, pod := range f.pods {
			list.Items = append(list.Items, *pod)
		}
		reply(w, http.StatusOK, list)
		return
	}
	selector, err := labels.Parse(r.URL.Query().Get("labelSelector"))
	require.NoError(f.t, err)
	list := batchv1.JobList{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "JobList"}}
	for _, job := range f.jobs {
		if (namespace == "*" || namespace == job.Namespace) && selector.Matches(labels.Set(job.Labels)) {
			list.Items = append(list.Items, *job)
		}
	}
	reply(w, http.StatusOK, list)
}

func (f *fakeJobs) create(w http.ResponseWriter, body []byte, namespace string, dry bool) {
	job := &batchv1.Job{}
	require.NoError(f.t, json.Unmarshal(body, job))
	path := jobPath(namespace, job.Name)
	switch {
	case f.refuses != "":
		refuse(w, http.StatusForbidden, metav1.StatusReasonForbidden, f.refuses)
		return
	case f.quota > 0:
		f.quota--
		refuse(w, http.StatusForbidden, metav1.StatusReasonForbidden, "exceeded quota: jobs")
		return
	case f.jobs[path] != nil:
		refuse(w, http.StatusConflict, metav1.StatusReasonAlreadyExists, "it exists")
		return
	}
	require.Empty(f.t, job.UID)
	job.CreationTimestamp = metav1.NewTime(testNow.Add(f.made*time.Second - 5*time.Minute))
	f.made++
	if dry {
		reply(w, http.StatusCreated, job)
		return
	}
	job.UID = types.UID("uid-" + job.Name + "-again")
	f.writes = append(f.writes, "create "+namespace+"/"+job.Name)
	f.jobs[path] = job
	if f.created != nil {
		f.created()
	}
	reply(w, http.StatusCreated, job)
}

func (f *fakeJobs) delete(w http.ResponseWriter, path string, body []byte, dry bool) {
	var options metav1.DeleteOptions
	require.NoError(f.t, json.Unmarshal(body, &options))
	job := f.jobs[path]
	require.Equal(f.t, job.UID, *options.Preconditions.UID, "whichever Job of the name is there would be deleted")
	if !dry {
		f.writes = append(f.writes, fmt.Sprintf("delete %s/%s %s", job.Namespace, job.Name, *options.PropagationPolicy))
		if f.stays {
			job.Finalizers = []string{"example.com/mine"}
		} else {
			delete(f.jobs, path)
		}
	}
	reply(w, http.StatusOK, metav1.Status{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusSuccess})
}

func (f *fakeJobs) patch(w http.ResponseWriter, r *http.Request, job *batchv1.Job, body []byte, dry bool) {
	if f.overtaken != nil && !dry {
		f.overtaken(job)
		f.overtaken = nil
		job.ResourceVersion = "8"
	}
	before, err := json.Marshal(job)
	require.NoError(f.t, err)
	var after []byte
	switch kind := r.Header.Get("Content-Type"); {
	case strings.HasPrefix(kind, "application/json-patch"):
		patch, decodeErr := jsonpatch.DecodePatch(body)
		require.NoError(f.t, decodeErr)
		after, err = patch.Apply(before)
	case strings.HasPrefix(kind, "application/merge-patch"):
		after, err = jsonpatch.MergePatch(before, body)
	default:
		after, err = strategicpatch.StrategicMergePatch(before, body, batchv1.Job{})
	}
	if err != nil {
		refuse(w, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, err.Error())
		return
	}
	var patched batchv1.Job
	require.NoError(f.t, json.Unmarshal(after, &patched))
	if patched.ResourceVersion != job.ResourceVersion || patched.UID != job.UID {
		refuse(w, http.StatusConflict, metav1.StatusReasonConflict, "somebody was faster")
		return
	}
	if !dry {
		f.writes = append(f.writes, fmt.Sprintf("patch %s/%s %s", job.Namespace, job.Name, body))
		f.jobs[jobPath(job.Namespace, job.Name)] = &patched
	}
	reply(w, http.StatusOK, patched)
}

func (f *fakeJobs) patchPod(w http.ResponseWriter, r *http.Request, body []byte, dry bool) {
	pod := f.pods[r.URL.Path]
	before, err := json.Marshal(pod)
	require.NoError(f.t, err)
	patch, err := jsonpatch.DecodePatch(body)
	require.NoError(f.t, err)
	after, err := patch.Apply(before)
	if err != nil {
		refuse(w, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, err.Error())
		return
	}
	var patched corev1.Pod
	require.NoError(f.t, json.Unmarshal(after, &patched))
	if !dry {
		f.writes = append(f.writes, "open "+pod.Name)
		f.pods[r.URL.Path] = &patched
	}
	reply(w, http.StatusOK, patched)
}
