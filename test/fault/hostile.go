package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/test/clusterworkload"
)

// tricks bounds how many objects a hostile namespace has.
const tricks = 200

// hostile is a namespace whose owner means harm: forged pods of the Jobs of the graph,
// long and unreadable texts, circles, and endless arrays. It goes at the end.
func hostile(ctx context.Context, f *Field) error {
	fix, cancel := context.WithTimeout(context.WithoutCancel(ctx), fixing)
	defer cancel()
	var made *corev1.Namespace
	err := clusterworkload.Persist(fix, func() (err error) {
		made, err = f.Client.CoreV1().Namespaces().Create(fix, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "hostile-"}}, metav1.CreateOptions{})
		return err
	})
	if err != nil {
		return err
	}
	for i := 0; i < tricks && pause(ctx, rand.N(200*time.Millisecond)); i++ {
		if f.trick(ctx, made.Name, i) == nil {
			f.hit("trick")
		}
	}
	<-ctx.Done()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), fixing)
	defer cancel()
	return clusterworkload.Persist(end, func() error { return f.banish(end, made.Name) })
}

// trick does one thing. That it is refused, or that the API server is away, is no
// error of the field.
func (f *Field) trick(ctx context.Context, namespace string, i int) error {
	name := fmt.Sprint("trick-", i)
	switch rand.IntN(6) {
	case 0:
		return f.trouble(ctx, namespace, name, "("+strings.Repeat("a or ", 10_000), 0)
	case 1:
		var names []string
		for n := range 2_000 {
			names = append(names, fmt.Sprintf("%s/x-%d-%d", f.Spaces[n%len(f.Spaces)], i, n))
		}
		return f.trouble(ctx, namespace, name, strings.Join(names, ", "), 0)
	case 2:
		return f.trouble(ctx, namespace, name, fmt.Sprintf("trick-%d, trick-%d, failed(*-*) >= 1", rand.IntN(tricks), rand.IntN(tricks)), 0)
	case 3:
		return f.trouble(ctx, namespace, name, "", 2_000_000_000)
	case 4:
		return f.trouble(ctx, namespace, name, fmt.Sprintf("failed(trick-%d[*], code=3) >= 1", rand.IntN(tricks)), 0)
	default:
		return f.forge(ctx, namespace)
	}
}

// trouble makes a Job: an array that fails at once, if it has a size.
func (f *Field) trouble(ctx context.Context, namespace, name, text string, size int32) error {
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{}},
		Spec: batchv1.JobSpec{BackoffLimit: new(int32), Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"sandbox.depctl.dev/exit-code": "3"}},
			Spec: corev1.PodSpec{
				RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "busybox:1.37"}},
			},
		}},
	}
	if text != "" {
		job.Annotations[dependsOn] = text
	}
	if size > 0 {
		job.Spec.CompletionMode, job.Spec.Completions, job.Spec.Parallelism = new(batchv1.IndexedCompletion), new(size), new(int32(1))
	}
	_, err := f.Client.BatchV1().Jobs(namespace).Create(ctx, job, metav1.CreateOptions{})
	return err
}

// forge makes a pod that says that a Job of the graph is its owner.
func (f *Field) forge(ctx context.Context, namespace string) error {
	jobs, err := f.Client.BatchV1().Jobs(f.Spaces[rand.IntN(len(f.Spaces))]).List(ctx, metav1.ListOptions{ResourceVersion: "0"})
	if err != nil || len(jobs.Items) == 0 {
		return err
	}
	owner := jobs.Items[rand.IntN(len(jobs.Items))]
	pods := f.Client.CoreV1().Pods(namespace)
	made, err := pods.Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: "forged-", Finalizers: []string{"hostile.example.com/keep"},
			Labels: map[string]string{
				"depctl.dev/gated": "true", "depctl.dev/awaited": "true",
				batchv1.JobNameLabel: owner.Name, batchv1.ControllerUidLabel: string(owner.UID),
			},
			Annotations:     map[string]string{batchv1.JobCompletionIndexAnnotation: fmt.Sprint(rand.IntN(8))},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: owner.Name, UID: owner.UID, Controller: new(true)}},
		},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, NodeName: "no-such-node",
			Containers: []corev1.Container{{Name: "main", Image: "busybox:1.37"}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	made.Status.Phase = []corev1.PodPhase{corev1.PodRunning, corev1.PodSucceeded, corev1.PodFailed}[rand.IntN(3)]
	_, err = pods.UpdateStatus(ctx, made, metav1.UpdateOptions{})
	return err
}

// banish removes a namespace, and the finalizers that would keep its pods.
func (f *Field) banish(ctx context.Context, namespace string) error {
	pods := f.Client.CoreV1().Pods(namespace)
	list, err := pods.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, pod := range list.Items {
		if strings.HasPrefix(pod.Name, "forged-") {
			_, _ = pods.Patch(ctx, pod.Name, types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{}) // it may be gone
		}
	}
	return f.Client.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{})
}
