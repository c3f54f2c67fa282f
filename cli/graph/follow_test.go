package graph

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/kubernetes/fake"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
)

// shared is what one goroutine writes and another reads.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// plainLists is a client of the fake cluster, which cannot list by a watch.
type plainLists struct{ batchv1client.JobsGetter }

func (plainLists) IsWatchListSemanticsUnSupported() bool { return true }

func TestWatchDrawsWhatChangesHereAndWhereItIsWaitedFor(t *testing.T) {
	job := func(namespace, name, dependsOn string) *batchv1.Job {
		one := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, UID: "uid", ResourceVersion: "1"}}
		if dependsOn != "" {
			one.Annotations = map[string]string{gate.DependsOnAnnotation: dependsOn}
			suspended := true
			one.Spec.Suspend = &suspended
		}
		return one
	}
	client := fake.NewSimpleClientset(job("etl", "load", "raw/ingest"), job("raw", "ingest", ""))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &shared{}
	o := &graphOptions{
		streams: genericiooptions.IOStreams{Out: out, ErrOut: out}, clock: clock.RealClock{}, output: "tree",
		source:    cluster.NewJobReader(plainLists{client.BatchV1()}, "etl"),
		namespace: "etl", scope: "etl", terminal: command.Terminal{Glyphs: picture.Unicode()}, up: -1, down: -1,
		redetect: func(io.Writer) command.Terminal { return command.Terminal{} },
	}
	ended := make(chan error, 1)
	go func() { ended <- o.follow(ctx) }()
	shows := func(text string) {
		t.Helper()
		require.Eventually(t, func() bool { return strings.Contains(out.String(), text) }, 20*time.Second, 10*time.Millisecond,
			"it never showed %q", text)
	}
	shows("raw/ingest   ◐ pending")

	done := job("raw", "ingest", "")
	done.ResourceVersion = "2"
	done.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: "True"}}
	// The watch may not have begun yet; the list before it counts then.
	_, err := client.BatchV1().Jobs("raw").UpdateStatus(ctx, done, metav1.UpdateOptions{})
	require.NoError(t, err)
	shows("raw/ingest   ✓ succeeded")

	_, err = client.BatchV1().Jobs("etl").Create(ctx, job("etl", "mail", "load"), metav1.CreateOptions{})
	require.NoError(t, err)
	shows("mail")

	require.NoError(t, client.BatchV1().Jobs("raw").Delete(ctx, "ingest", metav1.DeleteOptions{}))
	shows("raw/ingest   ? missing")
	stop()
	require.NoError(t, <-ended)
}
