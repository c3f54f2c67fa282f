package fault_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

var limitStorm = flag.Duration("limit-storm", 80*time.Second, "how long the storm of the test of limits takes; 10,000 releases need about 20 minutes on two cores")

// limited is a cluster with limits, two gates, and Jobs that use tokens.
type limited struct {
	*sandbox.Sandbox
	client kubernetes.Interface
	gates  [2]*sandbox.Gate
	spaces []string
	made   atomic.Int64
}

// lots is what there is of each limit. The Jobs of both namespaces share "gpu" of the first.
var lots = map[string]int64{"licence": 60, "db": 20, "gpu": 32}

// TestNoLimitIsExceeded makes Jobs that use tokens, as fast as they go. Meanwhile gates are killed and
// stopped, so that the other one leads and the first wakes up later, and people suspend, edit and delete
// Jobs. Whatever happened, at no moment more was in use than there is, and in the end everybody has run.
func TestNoLimitIsExceeded(t *testing.T) {
	s := sandbox.New(t, sandbox.Options{Overlay: sandbox.Full})
	require.NoError(t, s.Install(t.Context()))
	etcd, err := s.Etcd()
	require.NoError(t, err)
	recording, end := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(end)
	jobs, err := history.Follow(recording, etcd)
	require.NoError(t, err)
	pods, err := history.FollowHolders(recording, etcd)
	require.NoError(t, err)
	config := s.Config()
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	l := &limited{Sandbox: s, client: client, spaces: []string{"first", "second"}}
	l.prepare(t)
	for i := range l.gates {
		var args []string
		if i > 0 {
			args = append(args, "--webhook-bind-address=127.0.0.1:0") // the first has the address of the sandbox
		}
		l.gates[i], err = s.StartGate(t.Context(), sandbox.GateOptions{Args: args})
		require.NoError(t, err)
		t.Cleanup(func() { _ = l.gates[i].Kill() })
		require.NoError(t, l.gates[i].WaitReady(t.Context()))
	}
	// The API server would wait for a gate that is stopped whenever a Job is made.
	require.NoError(t, client.AdmissionregistrationV1().ValidatingWebhookConfigurations().DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{}))

	storm, calm := context.WithTimeout(t.Context(), *limitStorm)
	defer calm()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { l.make(storm) })
	}
	for range 3 {
		wg.Go(func() { l.meddle(storm) })
	}
	var told atomic.Bool
	wg.Go(func() { l.scrape(storm, &told) })
	var faults []string
	wg.Go(func() { faults = l.suffer(t, storm) })
	wg.Wait()

	require.True(t, told.Load(), "no gate has told how many tokens are in use")
	after := time.Now()
	require.NoError(t, jobs.Wait(timeout(t, 2*time.Minute), func(last map[string]history.Event) bool {
		l.revive(t)
		l.resume(t.Context(), last)
		return !slices.ContainsFunc(values(last), func(e history.Event) bool {
			return !e.Deleted && !e.Is(batchv1.JobComplete) && !e.Is(batchv1.JobFailed)
		})
	}), "some Job waits forever: %s", l.gates[0].LogTail())
	events := jobs.Events()
	releases, elements := map[types.UID]bool{}, map[types.UID]bool{}
	for _, e := range events {
		if e.Job.Spec.Template.Annotations[gate.TokensAnnotation] != "" {
			releases[e.Job.UID] = true
		}
	}
	for _, e := range pods.Events() {
		if e.Pod.Annotations[gate.LeaderAnnotation] != "" {
			elements[e.Pod.UID] = true
		}
	}
	t.Logf("%d Jobs made, %d released, and %d elements, %v; all over %s after the storm", l.made.Load(), len(releases), len(elements), faults, time.Since(after).Round(time.Second))
	require.NotEmpty(t, elements)
	peaks := history.Peaks(events, pods.Events())
	for _, name := range []string{"first/licence", "second/licence", "first/db", "second/db", "first/gpu"} {
		_, key, _ := strings.Cut(name, "/")
		require.LessOrEqual(t, peaks[name].Tokens, lots[key], "%s was used by %v", name, peaks[name].By)
		require.Equal(t, lots[key], peaks[name].Tokens, "nobody ever used all of %s", name)
	}
}

func timeout(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func values(last map[string]history.Event) (list []history.Event) {
	for _, e := range last {
		list = append(list, e)
	}
	return list
}

// prepare makes the namespaces, their limits, and the right to use those of the first.
func (l *limited) prepare(t *testing.T) {
	for _, space := range l.spaces {
		_, err := l.client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: space}}, metav1.CreateOptions{})
		require.NoError(t, err)
		data := map[string]string{}
		for key, n := range lots {
			data[key] = fmt.Sprint(n)
		}
		_, err = l.client.CoreV1().ConfigMaps(space).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: gate.LimitsName}, Data: data}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	meta := metav1.ObjectMeta{Name: "use-limits", Namespace: "first"}
	_, err := l.client.RbacV1().Roles("first").Create(t.Context(), &rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"configmaps"}, ResourceNames: []string{gate.LimitsName}, Verbs: []string{"use"}},
	}}, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = l.client.RbacV1().RoleBindings("first").Create(t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: meta.Name},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: "second", Name: "default"}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
}

// make makes Jobs, and no more than 150 of a namespace that are not over.
func (l *limited) make(ctx context.Context) {
	uses := []string{"licence", "licence=4", "licence=5, db", "db", "first/gpu=3, licence", "first/gpu, db=2", "first/gpu"}
	for ctx.Err() == nil {
		n := l.made.Add(1)
		space := l.spaces[rand.IntN(len(l.spaces))]
		job := &batchv1.Job{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("job-%d", n), Annotations: map[string]string{gate.UsesAnnotation: uses[rand.IntN(len(uses))]}},
			Spec: batchv1.JobSpec{TTLSecondsAfterFinished: ptr.To[int32](3), Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"sandbox.depctl.dev/run-for": fmt.Sprintf("%dms", rand.IntN(300))}},
				Spec: corev1.PodSpec{
					RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "busybox:1.37"}},
					TerminationGracePeriodSeconds: ptr.To(rand.Int64N(2)),
				},
			}},
		}
		switch rand.IntN(6) {
		case 0:
			job.Spec.Parallelism, job.Spec.Completions = ptr.To[int32](2), ptr.To[int32](3)
		case 1: // its elements take tokens one by one
			job.Spec.CompletionMode, job.Spec.Parallelism, job.Spec.Completions = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](5), ptr.To[int32](5)
			job.Annotations[gate.ArrayLimitAnnotation] = fmt.Sprint(1 + rand.IntN(5))
		}
		if _, err := l.client.BatchV1().Jobs(space).Create(ctx, job, metav1.CreateOptions{}); err != nil {
			pauseFor(ctx, 100*time.Millisecond)
			continue
		}
		for l.backlog(ctx, space) > 150 && pauseFor(ctx, 100*time.Millisecond) {
		}
	}
}

// backlog returns how many Jobs of a namespace are not over.
func (l *limited) backlog(ctx context.Context, space string) (n int) {
	list, err := l.client.BatchV1().Jobs(space).List(ctx, metav1.ListOptions{ResourceVersion: "0"})
	if err != nil {
		return 0
	}
	for i := range list.Items {
		if e := (history.Event{Job: &list.Items[i]}); !e.Is(batchv1.JobComplete) && !e.Is(batchv1.JobFailed) {
			n++
		}
	}
	return n
}

// meddle suspends, edits and deletes Jobs that were released, and some that wait.
func (l *limited) meddle(ctx context.Context) {
	policies := []metav1.DeletionPropagation{metav1.DeletePropagationBackground, metav1.DeletePropagationForeground, metav1.DeletePropagationOrphan}
	for pauseFor(ctx, rand.N(150*time.Millisecond)) {
		space := l.spaces[rand.IntN(len(l.spaces))]
		jobs := l.client.BatchV1().Jobs(space)
		list, err := jobs.List(ctx, metav1.ListOptions{ResourceVersion: "0"})
		if err != nil || len(list.Items) == 0 {
			continue
		}
		job := &list.Items[rand.IntN(len(list.Items))]
		held := job.Spec.Template.Annotations[gate.TokensAnnotation] == ""
		if rand.IntN(5) == 0 {
			l.kill(ctx, space)
			continue
		}
		patch := func(text string) {
			_, _ = jobs.Patch(ctx, job.Name, types.MergePatchType, []byte(text), metav1.PatchOptions{}) // it may be over, or refused
		}
		switch n := rand.IntN(10); {
		case held && n > 1:
			patch(`{"metadata":{"annotations":{"example.com/edit":"` + fmt.Sprint(l.made.Load()) + `"}}}`)
		case n < 3:
			_ = jobs.Delete(ctx, job.Name, metav1.DeleteOptions{PropagationPolicy: &policies[n]})
		case n < 5:
			patch(`{"spec":{"suspend":true}}`)
			pauseFor(ctx, rand.N(time.Second))
			patch(`{"spec":{"suspend":false}}`)
		case n < 7:
			patch(`{"metadata":{"annotations":{"depctl.dev/uses":null}}}`)
		case n < 8:
			patch(`{"metadata":{"annotations":{"depctl.dev/uses":"db"}}}`)
		case n < 9:
			patch(`{"metadata":{"annotations":{"depctl.dev/released":null}}}`)
		default:
			patch(`{"spec":{"parallelism":` + fmt.Sprint(1+rand.IntN(3)) + `}}`)
		}
	}
}

// kill deletes a pod that holds tokens, or is to.
func (l *limited) kill(ctx context.Context, space string) {
	pods := l.client.CoreV1().Pods(space)
	list, err := pods.List(ctx, metav1.ListOptions{ResourceVersion: "0", LabelSelector: gate.TokensLabel})
	if err == nil && len(list.Items) > 0 {
		_ = pods.Delete(ctx, list.Items[rand.IntN(len(list.Items))].Name, metav1.DeleteOptions{})
	}
}

// scrape notes whether a gate tells that Jobs wait for tokens which others use.
func (l *limited) scrape(ctx context.Context, told *atomic.Bool) {
	label := `{limit="licence",namespace="first"}`
	for pauseFor(ctx, time.Second) {
		for _, g := range l.gates {
			asking, stop := context.WithTimeout(ctx, time.Second) // it may be stopped
			samples, err := g.Scrape(asking)
			stop()
			if err == nil && samples["depctl_gate_limit_tokens"+label] == float64(lots["licence"]) && samples["depctl_gate_limit_used"+label] > 0 && samples["depctl_gate_limit_waiting"+label] > 0 {
				told.Store(true)
			}
		}
	}
}

// suffer kills and stops gates until ctx is done, and leaves both running.
func (l *limited) suffer(t *testing.T, ctx context.Context) []string {
	kills, stops := 0, 0
	for pauseFor(ctx, time.Second+rand.N(3*time.Second)) {
		g := l.gates[rand.IntN(2)]
		if rand.IntN(2) == 0 {
			kills++
			assert.NoError(t, g.Restart())
			continue
		}
		stops++
		pid := g.Part().PID
		_ = syscall.Kill(pid, syscall.SIGSTOP) // it may have ended as it lost the lease
		pauseFor(ctx, 2*time.Second+rand.N(5*time.Second))
		_ = syscall.Kill(pid, syscall.SIGCONT)
		l.revive(t)
	}
	l.revive(t)
	return []string{fmt.Sprint(kills, " kills"), fmt.Sprint(stops, " stops")}
}

// revive starts the gates again that have ended, as a kubelet would.
func (l *limited) revive(t *testing.T) {
	for _, g := range l.gates {
		select {
		case <-g.Done():
			assert.NoError(t, g.Restart())
		default:
		}
	}
}

// resume has the Jobs go on that somebody left suspended.
func (l *limited) resume(ctx context.Context, last map[string]history.Event) {
	for _, e := range last {
		if !e.Deleted && e.Suspended() && e.Job.Spec.Template.Annotations[gate.TokensAnnotation] != "" {
			_, _ = l.client.BatchV1().Jobs(e.Job.Namespace).Patch(ctx, e.Job.Name, types.MergePatchType, []byte(`{"spec":{"suspend":false}}`), metav1.PatchOptions{})
		}
	}
}

func pauseFor(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
