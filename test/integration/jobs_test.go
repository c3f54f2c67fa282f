package integration

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	utilrand "k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/wait"

	"depctl.dev/gate"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// space is a namespace of one test.
type space struct {
	*cluster
	t    *testing.T
	name string
}

// namespace makes a namespace with a name of its own.
func (c *cluster) namespace(t *testing.T) *space {
	t.Helper()
	made, err := c.client.CoreV1().Namespaces().Create(t.Context(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	return &space{cluster: c, t: t, name: made.Name}
}

// byForce says that a person starts or stops Jobs here as the gate would not: the
// namespace is not judged.
func (s *space) byForce() *space {
	s.forced.Store(s.name, true)
	return s
}

// release returns the merge patch by which a person releases a Job by force, as
// the gate would.
func release(job *batchv1.Job) string {
	return fmt.Sprintf(`{"spec":{"suspend":false},"metadata":{"annotations":{%q:"{\"uid\":\"%s\",\"by\":\"me\"}"}}}`,
		gate.ReleasedAnnotation, job.UID)
}

// change alters a Job before it is made.
type change func(*batchv1.Job)

// template sets an annotation that tells the sandbox how the Job's pods end.
func template(key, value string) change {
	return func(j *batchv1.Job) { j.Spec.Template.Annotations["sandbox.depctl.dev/"+key] = value }
}

// untilTold has the Job's pods run until tell: how long anything takes does not matter.
var untilTold = template("until-told", "true")

// tell lets pods end that run until told: those of these elements, or of the whole Job.
func (s *space) tell(name string, indexes ...int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	require.NoError(s.t, sandbox.Tell(ctx, s.client, s.name, name, indexes...))
}

// onFailure sets what becomes of the Job if its expression is false.
func onFailure(policy gate.Policy) change { return annotate(gate.OnFailureAnnotation, string(policy)) }

func annotate(key, value string) change {
	return func(j *batchv1.Job) { metav1.SetMetaDataAnnotation(&j.ObjectMeta, key, value) }
}

// newJob returns a Job that waits for what the text names, for nothing if it is
// empty. It says nothing about suspend, as users do.
func newJob(name, dependsOn string, changes ...change) *batchv1.Job {
	job := &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: batchv1.JobSpec{
			BackoffLimit: new(int32),
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{}},
				Spec: corev1.PodSpec{
					RestartPolicy: corev1.RestartPolicyNever,
					Containers:    []corev1.Container{{Name: "main", Image: "busybox:1.37"}},
				},
			},
		},
	}
	if dependsOn != "" {
		job.Annotations = map[string]string{gate.DependsOnAnnotation: dependsOn}
	}
	for _, c := range changes {
		c(job)
	}
	return job
}

// make creates a Job and returns it as the API server answered.
func (s *space) make(name, dependsOn string, changes ...change) *batchv1.Job {
	s.t.Helper()
	made, err := s.client.BatchV1().Jobs(s.name).Create(s.t.Context(), newJob(name, dependsOn, changes...), metav1.CreateOptions{})
	require.NoError(s.t, err)
	if dependsOn != "" {
		require.True(s.t, *made.Spec.Suspend, "%s is not held at birth", name)
	}
	return made
}

func (s *space) get(name string) *batchv1.Job {
	s.t.Helper()
	job, err := s.client.BatchV1().Jobs(s.name).Get(s.t.Context(), name, metav1.GetOptions{})
	require.NoError(s.t, err)
	return job
}

// patch applies a JSON merge patch to a Job.
func (s *space) patch(name, patch string) *batchv1.Job {
	s.t.Helper()
	job, err := s.client.BatchV1().Jobs(s.name).Patch(s.t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	require.NoError(s.t, err)
	return job
}

// refusal returns what the API server says to a JSON merge patch of a Job that is
// not stored.
func (s *space) refusal(name, patch string) error {
	_, err := s.client.BatchV1().Jobs(s.name).Patch(s.t.Context(), name, types.MergePatchType, []byte(patch),
		metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}})
	return err
}

// until waits for something that no watch of Jobs tells.
func (s *space) until(what string, condition func() bool) {
	s.t.Helper()
	require.NoError(s.t, wait.PollUntilContextTimeout(s.t.Context(), 20*time.Millisecond, patience, true,
		func(context.Context) (bool, error) { return condition(), nil }), what)
}

// patchStatus applies a strategic merge patch to the status of a Job, which
// reaches its metadata too.
func (s *space) patchStatus(name, patch string) *batchv1.Job {
	s.t.Helper()
	job, err := s.client.BatchV1().Jobs(s.name).Patch(s.t.Context(), name, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{}, "status")
	require.NoError(s.t, err)
	return job
}

// remove deletes a Job and waits until it is gone.
func (s *space) remove(name string) {
	s.t.Helper()
	s.delete(name, metav1.DeletePropagationBackground)
	s.gone(name)
}

// delete asks for a Job to be deleted.
func (s *space) delete(name string, policy metav1.DeletionPropagation) {
	s.t.Helper()
	require.NoError(s.t, s.client.BatchV1().Jobs(s.name).Delete(s.t.Context(), name, metav1.DeleteOptions{PropagationPolicy: &policy}))
}

// kubectl runs kubectl in the namespace, with a manifest on its standard input.
func (s *space) kubectl(stdin string, args ...string) string {
	s.t.Helper()
	out, err := s.Kubectl(s.t.Context(), strings.NewReader(stdin), append([]string{"-n", s.name}, args...)...)
	require.NoError(s.t, err)
	return out
}

func (s *space) eventually(what string, condition func(last map[string]history.Event) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	require.NoError(s.t, s.history.Wait(ctx, condition), what)
}

// runs waits until a Job has a pod.
func (s *space) runs(name string) {
	s.t.Helper()
	s.eventually(name+" runs", func(last map[string]history.Event) bool {
		e, ok := last[s.name+"/"+name]
		return ok && e.Job.Status.Active > 0
	})
}

// completes waits until all these Jobs are complete.
func (s *space) completes(names ...string) {
	s.t.Helper()
	s.eventually(strings.Join(names, ", ")+" complete", func(last map[string]history.Event) bool {
		return !slices.ContainsFunc(names, func(name string) bool {
			e, ok := last[s.name+"/"+name]
			return !ok || !e.Is(batchv1.JobComplete)
		})
	})
}

// released reports whether the gate has released a Job.
func released(e history.Event) bool { return e.Job != nil && gate.Observe(e.Job).Released }

// fails waits until a Job has failed.
func (s *space) fails(name string) {
	s.t.Helper()
	s.eventually(name+" failed", func(last map[string]history.Event) bool {
		e, ok := last[s.name+"/"+name]
		return ok && e.Is(batchv1.JobFailed)
	})
}

// settle waits until the gate has seen all that happened up to now: Jobs that
// are made afterwards went all the way through it, and its one watch keeps the
// order.
func (s *space) settle() {
	s.t.Helper()
	first, second := "settle-"+utilrand.String(6), "settle-"+utilrand.String(6)
	s.make(second, first)
	s.make(first, "")
	s.completes(second)
}

// held asserts that a Job is held, after everything up to now has been seen.
func (s *space) held(name string) {
	s.t.Helper()
	s.settle()
	job := s.get(name)
	require.True(s.t, *job.Spec.Suspend, "%s is not held", name)
	require.Empty(s.t, job.Annotations[gate.ReleasedAnnotation])
	require.Nil(s.t, job.Status.StartTime, "%s was started", name)
}

// warning waits for a Warning event on a Job with this reason.
func (s *space) warning(name, reason string) eventsv1.Event {
	s.t.Helper()
	event := s.event(name, reason)
	require.Equal(s.t, corev1.EventTypeWarning, event.Type, event.Note)
	return event
}

// event waits for an event on a Job with this reason.
func (s *space) event(name, reason string) eventsv1.Event {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	w, err := s.client.EventsV1().Events(s.name).Watch(ctx, metav1.ListOptions{})
	require.NoError(s.t, err)
	defer w.Stop()
	for e := range w.ResultChan() {
		event, ok := e.Object.(*eventsv1.Event)
		if ok && event.Regarding.Name == name && event.Reason == reason {
			return *event
		}
	}
	s.t.Fatalf("no event %s on Job %s", reason, name)
	return eventsv1.Event{}
}

// request is one line of the API server's audit log.
type request struct {
	Verb      string `json:"verb"`
	UserAgent string `json:"userAgent"`
	User      struct {
		Username string `json:"username"`
	} `json:"user"`
	ObjectRef struct {
		Resource, Subresource, Namespace, Name string
	} `json:"objectRef"`
	ResponseStatus struct {
		Code int `json:"code"`
	} `json:"responseStatus"`
}

// conditionsClient ends the name under which the gate writes conditions.
const conditionsClient = "/conditions"

// patches returns the gate's patches of a Job and of its status, oldest first.
func (s *space) patches(name string) []request {
	s.t.Helper()
	return slices.DeleteFunc(s.requests(), func(r request) bool {
		return r.ObjectRef.Resource != "jobs" || r.ObjectRef.Name != name
	})
}

// requests returns what the gate has asked of the API server about the Jobs of
// the namespace and their events, oldest first. What it tells by conditions is
// not among it.
func (s *space) requests() []request {
	s.t.Helper()
	return slices.DeleteFunc(s.audit(), request.tells)
}

// told returns the conditions that the gate has written to a Job.
func (s *space) told(name string) []request {
	s.t.Helper()
	return slices.DeleteFunc(s.audit(), func(r request) bool { return !r.tells() || r.ObjectRef.Name != name })
}

func (r request) tells() bool { return strings.HasSuffix(r.UserAgent, conditionsClient) }

// audit returns all that the gate has asked about the namespace.
func (s *space) audit() []request {
	s.t.Helper()
	return s.auditOf(func(r request) bool { return r.User.Username == "system:serviceaccount:depctl-system:depctl-gate" })
}

// auditOf returns what of all that was asked about the namespace is to be kept, oldest first.
func (s *space) auditOf(keep func(request) bool) []request {
	s.t.Helper()
	file, err := os.Open(filepath.Join(s.Dir(), "audit.log"))
	require.NoError(s.t, err)
	defer file.Close()
	var found []request
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if !bytes.Contains(lines.Bytes(), []byte(s.name)) {
			continue // most lines, and reading them takes long
		}
		var r request
		if json.Unmarshal(lines.Bytes(), &r) == nil && r.ObjectRef.Namespace == s.name && keep(r) {
			found = append(found, r)
		}
	}
	require.NoError(s.t, lines.Err())
	return found
}
