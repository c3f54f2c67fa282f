package logs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// entry is what a container has printed at once: a line, or a piece of one.
type entry struct {
	at   time.Time
	text string
}

// kubelet answers requests for one log as a kubelet does, from whole seconds on, and breaks
// streams off.
type kubelet struct {
	entries []entry
	// breaks is after how many bytes the streams break off, one after the other.
	breaks   []int
	requests []corev1.PodLogOptions
	// remark is what the kubelet says itself at the end of each stream.
	remark string
}

var errBroken = errors.New("connection reset by peer")

func (k *kubelet) open(_ context.Context, o corev1.PodLogOptions) (io.ReadCloser, error) {
	k.requests = append(k.requests, o)
	var b bytes.Buffer
	begins, skip := true, 0
	if o.TailLines != nil {
		skip = max(0, len(k.entries)-int(*o.TailLines))
	}
	for _, e := range k.entries[skip:] {
		if o.SinceTime != nil && e.at.Before(o.SinceTime.Truncate(time.Second)) {
			begins = strings.HasSuffix(e.text, "\n") // a line that began before goes on without its time
			continue
		}
		if begins && o.Timestamps {
			b.WriteString(e.at.Format("2006-01-02T15:04:05.000000000Z07:00") + " ")
		}
		b.WriteString(e.text)
		begins = strings.HasSuffix(e.text, "\n")
	}
	b.WriteString(k.remark)
	if len(k.breaks) == 0 {
		return io.NopCloser(&b), nil
	}
	at := k.breaks[0]
	k.breaks = k.breaks[1:]
	if at >= b.Len() {
		return io.NopCloser(&b), nil
	}
	return io.NopCloser(io.MultiReader(bytes.NewReader(b.Bytes()[:at]), broke{})), nil
}

type broke struct{}

func (broke) Read([]byte) (int, error) { return 0, errBroken }

func (k *kubelet) tail(out *writer) *tail {
	return &tail{open: k.open, options: func() corev1.PodLogOptions { return corev1.PodLogOptions{Container: "main"} }, out: out}
}

func second(n float64) time.Time {
	return time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC).Add(time.Duration(n * float64(time.Second)))
}

func TestALogThatBreaksOffIsPrintedOnceWhereverItBreaks(t *testing.T) {
	long := strings.Repeat("x", 70<<10) // longer than what is read at once
	k := &kubelet{entries: []entry{
		{second(0.1), "a\n"},
		{second(0.1), "a\n"}, // the same line at the same time
		{second(0.9), "\n"},
		{second(1.2), "from stdout\n"},
		{second(0.95), "from stderr, and so out of order\n"},
		{second(1.3), "begins "},
		{second(1.8), "goes on "},
		{second(2.1), "ends\n"},
		{second(2.1), long + "\n"},
		{second(3), "last without an end"},
	}}
	whole := &bytes.Buffer{}
	out := newPrinter(whole, false, 0)
	require.NoError(t, k.tail(out.writer("")).read(t.Context(), false, false))
	require.NoError(t, out.flush())
	var want strings.Builder
	for _, e := range k.entries {
		want.WriteString(e.text)
	}
	require.True(t, want.String() == whole.String())
	for _, hold := range []int{0, longestLine} {
		for _, prefix := range []string{"", "load | "} {
			for at := 0; at < len(want.String())+400; at += 29 {
				if at > 700 && at < 1000 {
					at = len(want.String()) - 300 // the middle of the long line is all the same
				}
				var got bytes.Buffer
				p := newPrinter(&got, false, hold)
				w := p.writer(prefix)
				k.breaks, k.requests = []int{at, at / 2, at + 100}, nil
				tail := k.tail(w)
				for len(k.breaks) > 0 {
					if err := tail.read(t.Context(), true, false); err != nil {
						require.ErrorIs(t, err, errBroken)
					}
				}
				require.NoError(t, tail.read(t.Context(), false, false)) // once more, when it is over
				require.NoError(t, w.close())
				expected := prefixed(want.String(), prefix)
				require.Equal(t, len(expected), got.Len(), "broken at %d, held %d, %q", at, hold, prefix)
				require.True(t, expected == got.String(), "broken at %d, held %d, %q", at, hold, prefix)
			}
		}
	}
}

func prefixed(text, prefix string) string {
	if prefix == "" {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(prefix + strings.TrimSuffix(line, "\n") + "\n")
	}
	return b.String()
}

func TestLinesThatTheKubeletSaysItselfAreShownOnce(t *testing.T) {
	for name, k := range map[string]*kubelet{
		"after lines with times": {entries: []entry{{second(1), "a\n"}, {second(1), "b\n"}}, remark: "failed to watch\n"},
		"alone":                  {remark: "unable to retrieve container logs for containerd://1"},
	} {
		var got bytes.Buffer
		p := newPrinter(&got, false, 0)
		tail := k.tail(p.writer(""))
		for range 3 {
			require.NoError(t, tail.read(t.Context(), false, false))
		}
		require.NoError(t, p.flush())
		require.Equal(t, 1, strings.Count(got.String(), strings.TrimSpace(k.remark)), name)
	}
}

func TestAResumedLogIsAskedForFromItsLastSecond(t *testing.T) {
	since, lines := int64(60), int64(5)
	k := &kubelet{entries: []entry{{second(1.5), "a\n"}, {second(7.25), "b\n"}}}
	p := newPrinter(io.Discard, false, 0)
	tail := k.tail(p.writer(""))
	tail.options = func() corev1.PodLogOptions {
		return corev1.PodLogOptions{Container: "main", SinceSeconds: &since, TailLines: &lines}
	}
	require.NoError(t, tail.read(t.Context(), true, false))
	require.NoError(t, tail.read(t.Context(), false, true))
	first, next := k.requests[0], k.requests[1]
	require.Equal(t, []any{&since, &lines, true, false}, []any{first.SinceSeconds, first.TailLines, first.Follow, first.Previous})
	require.Nil(t, next.SinceSeconds)
	require.Nil(t, next.TailLines)
	require.Equal(t, second(6), next.SinceTime.Time)
	require.True(t, next.Previous)
}

// What came before --tail and --since would be sent again, too.
func TestALogOfWhichTheEndWasAskedForBreaksOff(t *testing.T) {
	lines := int64(3)
	k := &kubelet{}
	for i := range 8 {
		k.entries = append(k.entries, entry{second(1 + float64(i)/10), fmt.Sprintln("line", i)})
	}
	for name, options := range map[string]corev1.PodLogOptions{
		"tail":  {TailLines: &lines},
		"since": {SinceTime: &metav1.Time{Time: second(1)}, TailLines: &lines},
	} {
		for at := range 120 {
			var got bytes.Buffer
			p := newPrinter(&got, false, 0)
			k.breaks = []int{at, at / 3}
			tail := k.tail(p.writer(""))
			tail.options = func() corev1.PodLogOptions { return options }
			for range 3 {
				_ = tail.read(t.Context(), true, false)
			}
			require.NoError(t, p.flush())
			require.Equal(t, "line 5\nline 6\nline 7\n", got.String(), "%s, broken at %d", name, at)
		}
	}
}

// A node begins a new file for a log that has become too large, and forgets the old ones.
func TestALogWhoseBeginningIsGoneIsGoneOnWith(t *testing.T) {
	k := &kubelet{entries: []entry{{second(1.1), "a\n"}, {second(1.2), "b\n"}}}
	var got bytes.Buffer
	p := newPrinter(&got, false, 0)
	tail := k.tail(p.writer(""))
	require.NoError(t, tail.read(t.Context(), true, false))
	k.entries = []entry{{second(1.3), "c\n"}, {second(1.4), "d\n"}}
	require.NoError(t, tail.read(t.Context(), true, false))
	require.NoError(t, p.flush())
	require.Equal(t, "a\nb\nc\nd\n", got.String())
}

func TestTimesArePrintedIfTheyAreAskedFor(t *testing.T) {
	k := &kubelet{entries: []entry{{second(1.5), "a\n"}}}
	var got bytes.Buffer
	p := newPrinter(&got, false, 0)
	tail := k.tail(p.writer("load | "))
	tail.stamps = true
	require.NoError(t, tail.read(t.Context(), false, false))
	require.NoError(t, p.flush())
	require.Equal(t, "load | 2026-11-29T02:00:01.500000000Z a\n", got.String())
}

func TestLinesOfSeveralLogsAreNeverMixed(t *testing.T) {
	var got bytes.Buffer
	p := newPrinter(&got, false, longestLine)
	const logs, lines = 8, 200
	done := make(chan error, logs)
	for n := range logs {
		go func() {
			random := rand.New(rand.NewPCG(uint64(n), 1))
			k := &kubelet{}
			for i := range lines {
				size := random.IntN(200)
				if i == 100 {
					size = 1 << 20
				}
				k.entries = append(k.entries, entry{second(float64(i) / 10), fmt.Sprintf("%d %d %s\n", n, i, strings.Repeat("x", size))})
			}
			w := p.writer(fmt.Sprintf("job-%d | ", n))
			err := k.tail(w).read(t.Context(), true, false)
			done <- errors.Join(err, w.close())
		}()
	}
	for range logs {
		require.NoError(t, <-done)
	}
	next := [logs]int{}
	for line := range strings.Lines(got.String()) {
		var by, n, i int
		_, err := fmt.Sscanf(line, "job-%d | %d %d", &by, &n, &i)
		require.NoError(t, err, "%.80s", line)
		require.Equal(t, by, n)
		require.Equal(t, next[n], i)
		require.Regexp(t, `^job-\d \| \d+ \d+ x*\n$`, line)
		next[n]++
	}
	for n := range logs {
		require.Equal(t, lines, next[n])
	}
}
