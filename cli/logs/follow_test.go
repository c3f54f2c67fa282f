package logs

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	clienttesting "k8s.io/client-go/testing"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// begin runs a command, and returns how it ends.
func (n *night) begin(o *logsOptions) <-chan error {
	o.follow = true
	result := make(chan error, 1)
	go func() { result <- o.run(n.t.Context()) }()
	return result
}

// shows waits until text is printed.
func (n *night) shows(b *syncBuffer, text string) {
	n.t.Helper()
	require.Eventually(n.t, func() bool { return strings.Contains(b.String(), text) }, 20*time.Second, 5*time.Millisecond, "%q does not come in: %s%s", text, n.out.String(), n.errOut.String())
}

// ends returns how the command ended.
func (n *night) ends(result <-chan error) error {
	n.t.Helper()
	select {
	case err := <-result:
		return err
	case <-time.After(30 * time.Second):
		require.Fail(n.t, "it does not end", "%s%s", n.out.String(), n.errOut.String())
		return nil
	}
}

func TestAGraphIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.job("extract")
	n.job("load", func(j *batchv1.Job) {
		j.Annotations = map[string]string{gate.DependsOnAnnotation: "extract"}
		j.Spec.Suspend = new(bool)
	})
	n.prints("extract-a", "one")
	n.pod("extract", "extract-a", 1, runs)
	result := n.begin(n.options(nil))
	n.shows(&n.out, "extract | one\n")

	n.prints("extract-a", "two")
	n.shows(&n.out, "extract | two\n")
	n.closes("extract-a")
	n.become("extract-a", ends(0))
	n.change("extract", succeeded)

	n.pod("load", "load-a", 2) // a pod that starts later
	n.prints("load-a", "tried")
	n.become("load-a", runs)
	n.shows(&n.out, "load | tried\n")
	n.closes("load-a")
	n.become("load-a", ends(3))
	n.prints("load-b", "tried again")
	n.pod("load", "load-b", 3, runs) // a retry
	n.shows(&n.out, "load#2 | tried again\n")
	n.job("late") // a Job that is new
	n.closes("load-b")
	n.become("load-b", ends(3))
	n.change("load", failed)
	n.change("late", ended(batchv1.JobFailed, gate.ReasonDependencyFailed))

	require.Equal(t, command.Ended(command.ExitError), n.ends(result))
	require.Equal(t, "extract | one\nextract | two\nload | tried\nload#2 | tried again\n", n.out.String())
	require.Equal(t, "late was skipped (DependencyFailed), load failed (BackoffLimitExceeded)\n", n.errOut.String())
}

func TestAllThatHasEndedComesInOrder(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	for i, name := range []string{"third", "first", "second"} {
		n.job(name, succeeded)
		n.pod(name, name+"-a", float64([]int{3, 1, 2}[i]), ends(0))
		n.prints(name+"-a", name+" 1", name+" 2")
		n.closes(name + "-a")
	}
	n.job("runs")
	n.prints("runs-a", "goes on")
	n.pod("runs", "runs-a", 0, runs)
	result := n.begin(n.options(nil))
	n.shows(&n.out, "goes on")
	n.closes("runs-a")
	n.become("runs-a", ends(0))
	n.change("runs", succeeded)
	require.NoError(t, n.ends(result))
	require.Equal(t, "first | first 1\nfirst | first 2\nsecond | second 1\nsecond | second 2\nthird | third 1\nthird | third 2\nruns | goes on\n", n.out.String())
}

func TestOneJobThatIsNamedHasNoPrefix(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.job("load")
	n.prints("load-a", "tried")
	n.pod("load", "load-a", 1, ends(1))
	n.closes("load-a")
	result := n.begin(n.options(func(o *logsOptions) { o.selection.named = []lang.Ref{lang.Job("etl", "load")} }))
	n.shows(&n.out, "tried")
	n.prints("load-b", "done")
	n.closes("load-b")
	n.pod("load", "load-b", 2, ends(0))
	n.change("load", succeeded)
	require.NoError(t, n.ends(result))
	require.Equal(t, "tried\ndone\n", n.out.String())
	require.Equal(t, "load#2: another pod, load-b\n", n.errOut.String())
}

func TestAStreamThatBreaksOffIsGoneOnWith(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.job("load")
	n.prints("load-a", "a", "a")
	n.log("load-a", "main").cuts = 2
	n.pod("load", "load-a", 1, runs)
	result := n.begin(n.options(nil))
	n.shows(&n.out, "load | a\nload | a\n")
	n.prints("load-a", "b")
	n.shows(&n.out, "load | b\n")
	n.closes("load-a") // in good order, but the pod runs: the API server was stopped
	n.prints("load-a", "c")
	n.become("load-a", ends(0))
	n.change("load", succeeded)
	require.NoError(t, n.ends(result))
	require.Equal(t, "load | a\nload | a\nload | b\nload | c\n", n.out.String())
}

func TestNoMoreLogsAreReadAtOnceThanAllowed(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.job("shards", array(7))
	for i := range 7 {
		name := fmt.Sprint("shards-", i)
		n.prints(name, "element")
		n.pod("shards", name, 1, element(i), runs)
	}
	result := n.begin(n.options(func(o *logsOptions) { o.maxRequests = 3 }))
	for i := range 7 {
		n.shows(&n.out, fmt.Sprintf("shards[%d] | element\n", i))
		n.closes(fmt.Sprint("shards-", i))
		n.become(fmt.Sprint("shards-", i), ends(0))
	}
	n.change("shards", succeeded)
	require.NoError(t, n.ends(result))
	require.LessOrEqual(t, n.most, 3)
	require.Equal(t, "there are more logs than --max-log-requests=3 allows at once: each of the others begins when one of these ends\n", n.errOut.String())
}

func TestElementsThatAreFollowedEndIt(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.job("shards", array(5))
	for i := range 5 {
		n.prints(fmt.Sprint("shards-", i), "element")
		n.closes(fmt.Sprint("shards-", i))
		n.pod("shards", fmt.Sprint("shards-", i), float64(i), element(i), ends(int32(i/4)))
	}
	n.change("shards", func(j *batchv1.Job) { j.Status.CompletedIndexes = "1-2" })
	result := n.begin(n.options(func(o *logsOptions) { o.selection.indexes, _ = lang.ParseIndexes("1-2,4") }))
	n.shows(&n.out, "shards[4] | element")
	n.change("shards", func(j *batchv1.Job) { j.Status.FailedIndexes = new("4") }) // the Job itself goes on
	require.Equal(t, command.Ended(command.ExitError), n.ends(result))
	require.Equal(t, "shards[1] | element\nshards[2] | element\nshards[4] | element\n", n.out.String())
	require.Equal(t, "shards[4] failed\n", n.errOut.String())
}

// Jobs that have no such element are no part of what is followed.
func TestElementsOfAllJobsAreFollowed(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.job("large", array(5), func(j *batchv1.Job) { j.Status.CompletedIndexes = "2-3" })
	n.job("middle", array(3), func(j *batchv1.Job) { j.Status.CompletedIndexes = "2" })
	n.job("small", array(2))
	n.job("alone")
	require.NoError(t, n.ends(n.begin(n.options(func(o *logsOptions) { o.selection.indexes, _ = lang.ParseIndexes("2-3") }))))
}

func TestARestartedContainerIsReadFromItsBeginning(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.job("load")
	n.prints("load-a", "first")
	n.pod("load", "load-a", 1, runs, func(p *corev1.Pod) { p.Spec.RestartPolicy = corev1.RestartPolicyOnFailure })
	result := n.begin(n.options(nil))
	n.shows(&n.out, "load | first\n")
	n.closes("load-a")
	n.become("load-a", func(p *corev1.Pod) {
		p.Status.ContainerStatuses[0].State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}
		p.Status.ContainerStatuses[0].LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1}
	})
	require.Eventually(t, func() bool { n.mu.Lock(); defer n.mu.Unlock(); return n.opened >= 2 && n.open == 0 }, 10*time.Second, time.Millisecond)
	n.mu.Lock()
	n.logs["load-a/main"] = &fakeLog{entries: []entry{{second(60), "second\n"}}}
	n.mu.Unlock()
	n.become("load-a", func(p *corev1.Pod) {
		p.Status.ContainerStatuses[0].State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
		p.Status.ContainerStatuses[0].RestartCount = 1
	})
	n.shows(&n.out, "load | second\n")
	n.closes("load-a")
	n.become("load-a", ends(0))
	n.change("load", succeeded)
	require.NoError(t, n.ends(result))
	require.Equal(t, "load | first\nload | second\n", n.out.String())
}

func TestAnInterruptEndsIt(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.job("load")
	n.prints("load-a", "one")
	n.pod("load", "load-a", 1, runs)
	ctx, stop := context.WithCancel(t.Context())
	o := n.options(nil)
	o.follow = true
	result := make(chan error, 1)
	go func() { result <- o.run(ctx) }()
	n.shows(&n.out, "one")
	stop()
	require.Equal(t, command.Ended(command.ExitInterrupted), n.ends(result))
	require.Zero(t, n.open)
}

func TestWhatIsGoneIsSaid(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.job("load", succeeded, func(j *batchv1.Job) { j.Status.Succeeded = 1 })
	n.job("clean")
	n.prints("clean-a", "one")
	n.pod("clean", "clean-a", 1, runs)
	result := n.begin(n.options(nil))
	n.shows(&n.out, "one")
	n.mu.Lock()
	n.log("clean-a", "main").cuts = 1
	n.log("clean-a", "main").err = apierrors.NewNotFound(schema.GroupResource{Resource: "pods"}, "clean-a")
	n.news.Broadcast()
	n.mu.Unlock()
	require.NoError(t, n.client.CoreV1().Pods("etl").Delete(t.Context(), "clean-a", metav1.DeleteOptions{}))
	require.NoError(t, n.client.BatchV1().Jobs("etl").Delete(t.Context(), "clean", metav1.DeleteOptions{}))
	require.Equal(t, command.Ended(command.ExitError), n.ends(result))
	require.Equal(t, "clean: its log could not be read whole: its pod is gone, and its log with it\n"+
		"load: its pod is gone, and its log with it\nclean was deleted before it ended\n", n.errOut.String())
}

func TestARightThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	for what, says := range map[string]string{
		"pods/log":   "you may not get pods/log in namespace etl",
		"list pods":  "you may not list and watch pods in namespace etl",
		"watch jobs": "you may not list and watch jobs.batch in namespace etl",
	} {
		n := newNight(t)
		n.job("load")
		n.prints("load-a", "one")
		n.pod("load", "load-a", 1, runs)
		verb, resource, _ := strings.Cut(what, " ")
		refused := apierrors.NewForbidden(schema.GroupResource{Resource: resource}, "", nil)
		o := n.options(nil)
		if what == "pods/log" {
			n.client.PrependReactor("get", "pods/log", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, refused })
			n.client.PrependReactor("get", "pods", func(a clienttesting.Action) (bool, runtime.Object, error) {
				return a.GetSubresource() == "log", nil, refused
			})
			o.open = o.reader.Open
		} else {
			n.client.PrependReactor(verb, resource, func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, refused })
			n.client.PrependWatchReactor(resource, func(a clienttesting.Action) (bool, watch.Interface, error) { return a.GetVerb() == verb, nil, refused })
		}
		require.ErrorContains(t, n.ends(n.begin(o)), says, what)
	}
}
