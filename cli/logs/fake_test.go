package logs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/internal/cluster"
)

// night is a cluster of fakes, in whose logs a test writes.
type night struct {
	t      *testing.T
	client *fake.Clientset
	out    syncBuffer
	errOut syncBuffer

	mu   sync.Mutex
	news *sync.Cond
	logs map[string]*fakeLog
	// opened counts the streams, and most is how many were open at once.
	opened, open, most int
}

// fakeLog is the log of one container, until it is closed; cuts is how often its streams
// break off after each line.
type fakeLog struct {
	entries []entry
	ended   bool
	cuts    int
	err     error
}

func newNight(t *testing.T) *night {
	n := &night{t: t, client: fake.NewClientset(), logs: map[string]*fakeLog{}}
	n.news = sync.NewCond(&n.mu)
	return n
}

// syncBuffer is a buffer that may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// options returns those of a command on the cluster.
func (n *night) options(change func(*logsOptions)) *logsOptions {
	o := &logsOptions{
		streams: genericiooptions.IOStreams{Out: &n.out, ErrOut: &n.errOut}, clock: clock.RealClock{}, colour: "auto", tail: -1, maxRequests: 50,
		reader: cluster.NewLogReader(n.client), open: n.stream, began: time.Now(), names: newNames("etl", false, false),
		selection: selection{namespace: "etl", labels: labels.Everything()},
	}
	if change != nil {
		change(o)
	}
	return o
}

func (n *night) job(name string, changes ...func(*batchv1.Job)) {
	n.t.Helper()
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: name, UID: types.UID("uid-" + name), CreationTimestamp: metav1.NewTime(second(0))}}
	for _, change := range changes {
		change(job)
	}
	_, err := n.client.BatchV1().Jobs("etl").Create(n.t.Context(), job, metav1.CreateOptions{})
	require.NoError(n.t, err)
}

func array(size int32) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Spec.CompletionMode, j.Spec.Completions, j.Spec.Parallelism = ptr.To(batchv1.IndexedCompletion), &size, &size
		j.Spec.BackoffLimitPerIndex = new(int32)
	}
}

func ended(kind batchv1.JobConditionType, reason string) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Status.Conditions = []batchv1.JobCondition{{Type: kind, Status: corev1.ConditionTrue, Reason: reason}}
	}
}

var (
	succeeded = ended(batchv1.JobComplete, "")
	failed    = ended(batchv1.JobFailed, "BackoffLimitExceeded")
)

// change changes a Job.
func (n *night) change(name string, change func(*batchv1.Job)) {
	n.t.Helper()
	job, err := n.client.BatchV1().Jobs("etl").Get(n.t.Context(), name, metav1.GetOptions{})
	require.NoError(n.t, err)
	job = job.DeepCopy()
	change(job)
	_, err = n.client.BatchV1().Jobs("etl").Update(n.t.Context(), job, metav1.UpdateOptions{})
	require.NoError(n.t, err)
}

// pod makes a pod of a Job, which waits; start, and how it ended, change it.
func (n *night) pod(job, name string, at float64, changes ...func(*corev1.Pod)) {
	n.t.Helper()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "etl", Name: name, UID: types.UID("uid-" + name), CreationTimestamp: metav1.NewTime(second(at)),
			Labels:          map[string]string{batchv1.JobNameLabel: job},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: job, UID: types.UID("uid-" + job), Controller: ptr.To(true)}},
		},
		Spec:   corev1.PodSpec{Containers: []corev1.Container{{Name: "main"}}},
		Status: corev1.PodStatus{Phase: corev1.PodPending},
	}
	for _, change := range changes {
		change(pod)
	}
	_, err := n.client.CoreV1().Pods("etl").Create(n.t.Context(), pod, metav1.CreateOptions{})
	require.NoError(n.t, err)
}

func (n *night) become(name string, change func(*corev1.Pod)) {
	n.t.Helper()
	pod, err := n.client.CoreV1().Pods("etl").Get(n.t.Context(), name, metav1.GetOptions{})
	require.NoError(n.t, err)
	pod = pod.DeepCopy()
	change(pod)
	_, err = n.client.CoreV1().Pods("etl").Update(n.t.Context(), pod, metav1.UpdateOptions{})
	require.NoError(n.t, err)
}

func element(index int) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Labels[batchv1.JobCompletionIndexAnnotation] = strconv.Itoa(index) }
}

func runs(p *corev1.Pod) {
	p.Status.Phase = corev1.PodRunning
	for _, c := range p.Spec.Containers {
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{Name: c.Name, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}})
	}
}

func ends(code int32) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Phase, p.Status.ContainerStatuses = corev1.PodSucceeded, nil
		if code != 0 {
			p.Status.Phase = corev1.PodFailed
		}
		for _, c := range p.Spec.Containers {
			p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{
				Name: c.Name, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code}},
			})
		}
	}
}

func (n *night) log(pod, container string) *fakeLog {
	key := pod + "/" + container
	if n.logs[key] == nil {
		n.logs[key] = &fakeLog{}
	}
	return n.logs[key]
}

// prints has container main of a pod print lines, each a tenth of a second later.
func (n *night) prints(pod string, lines ...string) { n.printsIn(pod, "main", lines...) }

func (n *night) printsIn(pod, container string, lines ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.log(pod, container)
	for _, line := range lines {
		l.entries = append(l.entries, entry{second(float64(len(l.entries)) / 10), line + "\n"})
	}
	n.news.Broadcast()
}

// closes ends the streams of a pod, and what is known of it says why.
func (n *night) closes(pod string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.log(pod, "main").ended = true
	n.news.Broadcast()
}

// stream begins to read a log.
func (n *night) stream(ctx context.Context, _, pod string, o corev1.PodLogOptions) (io.ReadCloser, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.logs[pod+"/"+o.Container]
	if l == nil {
		return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "pods"}, pod)
	}
	if l.err != nil {
		return nil, l.err
	}
	n.opened++
	n.open++
	n.most = max(n.most, n.open)
	from := 0
	for o.SinceTime != nil && from < len(l.entries) && l.entries[from].at.Before(o.SinceTime.Time) {
		from++
	}
	stop := context.AfterFunc(ctx, func() { n.mu.Lock(); defer n.mu.Unlock(); n.news.Broadcast() })
	return &fakeStream{night: n, log: l, at: from, follow: o.Follow, ctx: ctx, stop: stop}, nil
}

type fakeStream struct {
	night  *night
	log    *fakeLog
	at     int
	follow bool
	ctx    context.Context
	stop   func() bool
	rest   []byte
}

func (s *fakeStream) Read(p []byte) (int, error) {
	n := s.night
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(s.rest) == 0 {
		for s.at == len(s.log.entries) && s.follow && !s.log.ended && s.ctx.Err() == nil && s.log.cuts == 0 {
			n.news.Wait()
		}
		switch {
		case s.ctx.Err() != nil:
			return 0, s.ctx.Err()
		case s.at == len(s.log.entries) && s.log.cuts > 0:
			s.log.cuts--
			return 0, errBroken
		case s.at == len(s.log.entries):
			return 0, io.EOF
		}
		e := s.log.entries[s.at]
		s.at++
		s.rest = fmt.Appendf(nil, "%s %s", e.at.Format("2006-01-02T15:04:05.000000000Z07:00"), e.text)
	}
	size := copy(p, s.rest)
	s.rest = s.rest[size:]
	return size, nil
}

func (s *fakeStream) Close() error {
	s.stop()
	s.night.mu.Lock()
	defer s.night.mu.Unlock()
	s.night.open--
	return nil
}

func meta(annotation, value string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Annotations: map[string]string{annotation: value}}
}
