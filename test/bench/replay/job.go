package main

import (
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

// scene is Jobs of a namespace that wait, each for some of others that run.
type scene struct {
	namespace        string
	running, waiting []*batchv1.Job
	// dependents are the places in waiting of those that wait for one of running.
	dependents [][]int
	missing    []int
}

// newScene makes Jobs that wait for needs of others that run: each for some of a
// window of those, so that they are released one after another as these complete in
// order.
func newScene(namespace string, waiting, running, needs int) *scene {
	random := rand.New(rand.NewPCG(1, 2))
	s := &scene{namespace: namespace, dependents: make([][]int, running), missing: make([]int, waiting)}
	for i := range running {
		s.running = append(s.running, newJob(namespace, "run", i, ""))
	}
	for i := range waiting {
		first := i * running / waiting
		window := random.Perm(min(needs*10, running))[:min(needs, running)]
		slices.Sort(window)
		var names []string
		for _, p := range window {
			at := (first + p) % running
			names = append(names, name("run", at))
			s.dependents[at] = append(s.dependents[at], i)
		}
		s.missing[i] = len(names)
		s.waiting = append(s.waiting, newJob(namespace, "wait", i, strings.Join(names, ", ")))
	}
	return s
}

func name(prefix string, i int) string { return fmt.Sprintf("%s-%06d", prefix, i) }

// newJob returns a Job as the API server stores it.
func newJob(namespace, prefix string, i int, dependsOn string) *batchv1.Job {
	uid := fmt.Sprintf("%08x-0000-4000-8000-%012x", crc32.ChecksumIEEE([]byte(namespace+"/"+prefix)), i)
	labels := map[string]string{
		batchv1.ControllerUidLabel: uid, batchv1.JobNameLabel: name(prefix, i),
		"controller-uid": uid, "job-name": name(prefix, i),
	}
	mode, policy := batchv1.NonIndexedCompletion, batchv1.TerminatingOrFailed
	job := &batchv1.Job{
		TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: name(prefix, i), UID: types.UID(uid), Generation: 1,
			CreationTimestamp: metav1.NewTime(time.Now().Truncate(time.Second)),
			Labels:            map[string]string{"team": "bench"},
		},
		Spec: batchv1.JobSpec{
			Parallelism: ptr.To(int32(1)), Completions: ptr.To(int32(1)), BackoffLimit: new(int32), Suspend: ptr.To(dependsOn != ""),
			CompletionMode: &mode, PodReplacementPolicy: &policy,
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{batchv1.ControllerUidLabel: uid}},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					RestartPolicy: corev1.RestartPolicyNever, DNSPolicy: corev1.DNSClusterFirst, SchedulerName: "default-scheduler",
					TerminationGracePeriodSeconds: ptr.To(int64(30)), SecurityContext: &corev1.PodSecurityContext{},
					Containers: []corev1.Container{{
						Name: "main", Image: "registry.example.com/team/tool:1.37", Command: []string{"tool", "--input", "/data/in", "--output", "/data/out"},
						ImagePullPolicy: corev1.PullIfNotPresent, TerminationMessagePath: "/dev/termination-log",
						TerminationMessagePolicy: corev1.TerminationMessageReadFile,
					}},
				},
			},
		},
	}
	if dependsOn != "" {
		job.Annotations = map[string]string{"depctl.dev/depends-on": dependsOn}
	}
	return job
}

// completed returns a Job as the Job controller leaves it.
func completed(job *batchv1.Job) *batchv1.Job {
	done, now := job.DeepCopy(), metav1.NewTime(time.Now().Truncate(time.Second))
	done.Status = batchv1.JobStatus{StartTime: &now, CompletionTime: &now, Succeeded: 1, Ready: new(int32)}
	for _, kind := range []batchv1.JobConditionType{batchv1.JobSuccessCriteriaMet, batchv1.JobComplete} {
		done.Status.Conditions = append(done.Status.Conditions, batchv1.JobCondition{
			Type: kind, Status: corev1.ConditionTrue, Reason: batchv1.JobReasonCompletionsReached, LastProbeTime: now, LastTransitionTime: now,
		})
	}
	return done
}
