package cli

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
)

// log answers as a kubelet that has printed a line a second since two o'clock.
func (f *fakeJobs) log(w http.ResponseWriter, r *http.Request, pod string) {
	text, there := f.logs[pod]
	if !there {
		refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, fmt.Sprintf("pods %q not found", pod))
		return
	}
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	from := 0
	if tail := r.URL.Query().Get("tailLines"); tail != "" {
		_, _ = fmt.Sscan(tail, &from)
		from = max(0, len(lines)-from)
	}
	at := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	for i, line := range lines[from:] {
		stamp := at.Add(time.Duration(from+i) * time.Second)
		if since, err := time.Parse(time.RFC3339, r.URL.Query().Get("sinceTime")); err == nil && stamp.Before(since) {
			continue
		}
		fmt.Fprintf(w, "%s %s", stamp.Format("2006-01-02T15:04:05.000000000Z07:00"), line)
	}
}

// printed adds a pod of a Job that has ended, and what it has printed.
func (f *fakeJobs) printed(job, pod, text string, changes ...func(*corev1.Pod)) {
	made := &corev1.Pod{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "etl", Name: pod, UID: types.UID("uid-" + pod), OwnerReferences: ownedBy(job), Labels: map[string]string{batchv1.JobNameLabel: job},
			CreationTimestamp: metav1.NewTime(time.Date(2026, 11, 23, 2, 0, len(f.pods), 0, time.UTC)),
		},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main"}}},
		Status: corev1.PodStatus{Phase: corev1.PodSucceeded, ContainerStatuses: []corev1.ContainerStatus{
			{Name: "main", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}},
		}},
	}
	for _, change := range changes {
		change(made)
	}
	f.pods["/api/v1/namespaces/etl/pods/"+pod], f.logs[pod] = made, text
}

func withFailure(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }

// newFakeLogs has pods of some of the Jobs of newFakeJobs.
func newFakeLogs(t *testing.T) *fakeJobs {
	f := newFakeJobs(t)
	f.logs = map[string]string{}
	f.printed("prepare", "prepare-1", "prepared\n\x1b[32mall good\x1b[0m\n")
	f.printed("extract", "extract-1", "row 1\nrow 2\nno such table\n", withFailure)
	f.printed("extract", "extract-2", "no such table\n\x1b]0;owned\x07\n", withFailure)
	f.printed("alarm", "alarm-1", "extract has failed\n")
	f.printed("alarm", "alarm-lost", "")
	delete(f.logs, "alarm-lost")
	return f
}

// TestLogs runs each command line, and compares what it says with testdata/logs.
func TestLogs(t *testing.T) {
	colours := command.Terminal{Colour: true, Interactive: true}
	for name, test := range map[string]struct {
		lines  []string
		on     command.Terminal
		change func(*fakeJobs)
	}{
		"jobs":     {lines: []string{"logs prepare", "logs extract prepare", "logs job/prepare etl/extract --tail 1", "logs --failed", "logs", "logs clean", "logs -l team=none"}},
		"patterns": {lines: []string{"logs 'pre*'", "logs 'ext*' prepare 'etl/p*' --tail 1", "logs 'nothing-*'", "logs 'shards[3]'", "logs 'pre['", "logs deployment/web", "logs prepar", "logs -f 'pre*' prepare"}},
		"options": {lines: []string{
			"logs prepare --timestamps", "logs prepare --prefix", "logs extract --since-time 2026-11-23T02:00:02Z", "logs prepare -c main", "logs prepare --all-containers --color always",
		}},
		"terminal": {lines: []string{"logs prepare extract", "logs extract --color never"}, on: colours},
		"mistakes": {lines: []string{
			"logs nothing", "logs cronjob/load", "logs a -l b=c", "logs a -A", "logs -f --failed", "logs -f --previous", "logs -c main --all-containers", "logs --since 1h --since-time 2026-11-23T02:00:02Z",
			"logs --since-time yesterday", "logs --since -1h", "logs --tail -2", "logs --max-log-requests 0", "logs --color perhaps", "logs --index 3,1", "logs --index x", "logs -l =", "logs --run .",
			"logs prepare --index 1", "logs prepare -c sidecar", "logs --run sunday",
		}},
		"rights":      {lines: []string{"logs prepare"}, change: func(f *fakeJobs) { f.forbidden["get pods/log etl"] = true }},
		"rights-pods": {lines: []string{"logs prepare", "logs -f prepare"}, change: func(f *fakeJobs) { f.forbidden["list pods etl"] = true }},
		"rights-jobs": {lines: []string{"logs prepare", "logs", "logs -A"}, change: func(f *fakeJobs) {
			f.forbidden["get jobs etl"], f.forbidden["list jobs etl"], f.forbidden["list jobs *"] = true, true, true
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeLogs(t)
			if test.change != nil {
				test.change(f)
			}
			server := httptest.NewServer(f)
			defer server.Close()
			var got strings.Builder
			for _, line := range test.lines {
				args := append(words(line), "--server", server.URL)
				if !strings.Contains(line, "-A") {
					args = append(args, "--namespace", "etl")
				}
				stdout, stderr, code := runDepctl(testFactory(test.on), "", args...)
				fmt.Fprintf(&got, "$ depctl %s\n%s-- exit code %d --\n%s\n", line, strings.NewReplacer("\x1b", "ESC", "\a", "BEL").Replace(stdout), code, stderr)
			}
			golden := filepath.Join("testdata", "logs", name+".golden")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o750))
				require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "run with -update to write it")
			require.Equal(t, string(want), got.String())
		})
	}
}

// BenchmarkLogs reads a log of lines of a hundred bytes over a connection.
func BenchmarkLogs(b *testing.B) {
	const size = 256 << 20
	line := []byte("2026-11-23T02:00:00.000000000Z " + strings.Repeat("x", 99) + "\n")
	page := []byte(strings.Repeat(string(line), 1000))
	f := newFakeLogs(nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/log") {
			f.ServeHTTP(w, r)
			return
		}
		for range size / len(page) {
			_, _ = w.Write(page)
		}
	}))
	defer server.Close()
	for _, args := range []string{"", "--prefix", "--color always"} {
		b.Run(args, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				root := newRoot("depctl", cluster.NewFactory(Build{}), genericiooptions.IOStreams{In: strings.NewReader(""), Out: io.Discard, ErrOut: io.Discard})
				root.SetArgs(append(strings.Fields("logs prepare "+args), "--server", server.URL, "--namespace", "etl"))
				if err := root.ExecuteContext(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
