package attack

import (
	"fmt"
	"sync"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

// change alters a Job before it is made.
type change func(*batchv1.Job)

func annotate(key, value string) change {
	return func(j *batchv1.Job) { metav1.SetMetaDataAnnotation(&j.ObjectMeta, key, value) }
}

// template tells the sandbox how the pods of the Job end.
func template(key, value string) change {
	return func(j *batchv1.Job) {
		metav1.SetMetaDataAnnotation(&j.Spec.Template.ObjectMeta, "sandbox.depctl.dev/"+key, value)
	}
}

func indexed(completions int32) change {
	return func(j *batchv1.Job) {
		j.Spec.CompletionMode = new(batchv1.IndexedCompletion)
		j.Spec.Completions, j.Spec.Parallelism = new(completions), new(completions)
	}
}

func ttl(seconds int32) change {
	return func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = new(seconds) }
}

func label(key, value string) change {
	return func(j *batchv1.Job) { metav1.SetMetaDataLabel(&j.ObjectMeta, key, value) }
}

func suspended(j *batchv1.Job) { j.Spec.Suspend = new(true) }

// untilTold has the pods run until they are told to end.
var untilTold = template("until-told", "true")

// newJob returns a Job that waits for what the text says; for nothing if it is empty.
func newJob(name, text string, changes ...change) *batchv1.Job {
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: batchv1.JobSpec{
			BackoffLimit: new(int32),
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				RestartPolicy: corev1.RestartPolicyNever,
				Containers:    []corev1.Container{{Name: "main", Image: "busybox:1.37"}},
			}},
		},
	}
	if text != "" {
		annotate(gate.DependsOnAnnotation, text)(job)
	}
	for _, c := range changes {
		c(job)
	}
	return job
}

// by returns who makes Jobs in a namespace: in evil the tenant.
func (f *field) by(namespace string) kubernetes.Interface {
	if namespace == f.evil {
		return f.tenant
	}
	return f.client
}

func (f *field) make(namespace, name, text string, changes ...change) *batchv1.Job {
	f.t.Helper()
	made, err := f.by(namespace).BatchV1().Jobs(namespace).Create(f.t.Context(), newJob(name, text, changes...), metav1.CreateOptions{})
	require.NoError(f.t, err)
	return made
}

// many makes Jobs of the attacker, some at once.
func (f *field) many(n int, job func(i int) *batchv1.Job) {
	f.t.Helper()
	next := make(chan int)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := range next {
				if _, err := f.tenant.BatchV1().Jobs(f.evil).Create(f.t.Context(), job(i), metav1.CreateOptions{}); err != nil {
					f.t.Errorf("making Job %d: %v", i, err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	require.False(f.t, f.t.Failed(), "the attack was not made")
}

// tell lets pods end that run until told.
func (f *field) tell(namespace, job string, indexes ...int) {
	f.t.Helper()
	require.NoError(f.t, sandbox.Tell(f.t.Context(), f.client, namespace, job, indexes...))
}

func (f *field) get(namespace, name string) (*batchv1.Job, error) {
	return f.client.BatchV1().Jobs(namespace).Get(f.t.Context(), name, metav1.GetOptions{})
}

func (f *field) patch(namespace, name, patch string) error {
	_, err := f.by(namespace).BatchV1().Jobs(namespace).Patch(f.t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	return err
}

// podsOf returns the pods of a Job.
func (f *field) podsOf(namespace, job string) []corev1.Pod {
	f.t.Helper()
	list, err := f.client.CoreV1().Pods(namespace).List(f.t.Context(), metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + job})
	require.NoError(f.t, err)
	return list.Items
}

// warned reports how many events a Job has with a reason.
func (f *field) warned(namespace, job, reason string) (n int) {
	f.t.Helper()
	list, err := f.client.EventsV1().Events(namespace).List(f.t.Context(), metav1.ListOptions{FieldSelector: fmt.Sprintf("regarding.name=%s,reason=%s", job, reason)})
	require.NoError(f.t, err)
	return len(list.Items)
}
