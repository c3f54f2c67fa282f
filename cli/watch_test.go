package cli

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
)

// heard is what one goroutine writes and another reads.
type heard struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.Write(p)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.String()
}

// watchingCommand is a command that watches a cluster.
type watchingCommand struct {
	out, errOut heard
	ended       chan int
}

func watches(t *testing.T, c *liveCluster, args ...string) *watchingCommand {
	t.Helper()
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	ctx, stop := context.WithCancel(t.Context())
	f := testFactory(command.Terminal{Glyphs: picture.Unicode()})
	f.Clock = clock.RealClock{}
	w := &watchingCommand{ended: make(chan int, 1)}
	streams := genericiooptions.IOStreams{In: strings.NewReader(""), Out: &w.out, ErrOut: &w.errOut}
	args = append([]string{"depctl", "--server", "http://" + c.address, "-n", "etl"}, args...)
	done := make(chan struct{})
	go func() { defer close(done); w.ended <- run(ctx, args, f, streams) }()
	t.Cleanup(func() { stop(); <-done })
	return w
}

func (w *watchingCommand) comes(t *testing.T, what string, when func() bool) {
	t.Helper()
	require.Eventually(t, when, 20*time.Second, 5*time.Millisecond, "%s", what)
}

// theWatchers are the commands that watch, and when each knows that part-2 is gone. Lists
// is how often each lists the Jobs before it watches them.
var theWatchers = map[string]struct {
	args  []string
	lists int
	gone  func(*watchingCommand) bool
}{
	"graph --watch": {[]string{"graph", "--watch", "--all", "-o", "tree"}, 2, func(w *watchingCommand) bool {
		drawings := strings.Split(w.out.String(), "NAME")
		last := drawings[len(drawings)-1]
		return strings.Contains(last, "part-1 ") && !strings.Contains(last, "part-2")
	}},
	"status --watch": {[]string{"status", "--watch", "-o", "json"}, 2, func(w *watchingCommand) bool {
		summaries := strings.Split(w.out.String(), `"jobs": `)
		return strings.HasPrefix(summaries[len(summaries)-1], "1,")
	}},
	"get --watch": {[]string{"get", "--watch"}, 2, func(w *watchingCommand) bool {
		text := w.out.String()
		return strings.Contains(text, "part-1") && (!strings.Contains(text, "part-2") || strings.Contains(text, "? missing"))
	}},
	"wait": {[]string{"wait", "part-*"}, 1, func(w *watchingCommand) bool {
		return strings.HasPrefix(w.out.String(), "true: part-*: 1 of 1")
	}},
}

// parts are two Jobs, of which one runs.
func parts(t *testing.T) *liveCluster {
	return newLiveCluster(t, fakeJob("part-1", "", ran(50), finishedAs(batchv1.JobComplete, 40, "")), fakeJob("part-2", "", ran(5)))
}

// Of a Job that is deleted after the last list, only the watch tells; of one that is deleted
// before, only the list.
func TestAJobDeletedBetweenListAndWatchIsGoneEverywhere(t *testing.T) {
	for name, test := range theWatchers {
		for n := 1; n <= test.lists; n++ {
			t.Run(fmt.Sprintf("%s after list %d", name, n), func(t *testing.T) {
				c := parts(t)
				c.listed = func(list int) {
					if list == n {
						c.remove("etl", "part-2")
					}
				}
				w := watches(t, c, test.args...)
				w.comes(t, "part-2 is gone", func() bool { return test.gone(w) })
			})
		}
	}
}

func TestAnOutageIsReportedInTheSameWordsEverywhere(t *testing.T) {
	for name, test := range theWatchers {
		t.Run(name, func(t *testing.T) {
			c := parts(t)
			w := watches(t, c, test.args...)
			<-c.watched
			require.Empty(t, w.errOut.String())
			c.goAway()
			w.comes(t, "it is said that it is away", func() bool { return strings.Contains(w.errOut.String(), "\n") })
			require.Regexp(t, `^The API server does not answer, trying again: \S.*\n$`, w.errOut.String())
			require.False(t, test.gone(w))
			c.remove("etl", "part-2")
			c.comeBack()
			w.comes(t, "part-2 is gone", func() bool { return test.gone(w) })
			w.comes(t, "it is said that it is back", func() bool { return strings.HasSuffix(w.errOut.String(), "\nThe API server answers again.\n") })
			require.Equal(t, 2, strings.Count(w.errOut.String(), "\n"), w.errOut.String())
		})
	}
}

// A prerequisite in another namespace is followed as closely as the rights allow, and
// where they do not, that is said.
func TestAPrerequisiteElsewhereIsFollowed(t *testing.T) {
	ingest := func(with ...func(*batchv1.Job)) *batchv1.Job {
		return fakeJob("ingest", "", append(with, func(job *batchv1.Job) { job.Namespace = "raw" })...)
	}
	for rights, forbidden := range map[string][]string{
		"to list":          nil,
		"to watch by name": {"list raw"},
		"to get":           {"list raw", "watch by name raw"},
	} {
		for command, shows := range map[string][2]string{
			"graph --watch -o tree":  {"raw/ingest   ● running", "raw/ingest   ✓ succeeded"},
			"status --watch -o json": {`"state": "running"`, `"blockers": []`},
		} {
			t.Run(command+" with the right "+rights, func(t *testing.T) {
				c := newLiveCluster(t, fakeJob("load", "raw/ingest"), ingest(ran(5)))
				c.forbidden = map[string]bool{}
				for _, what := range forbidden {
					c.forbidden[what] = true
				}
				w := watches(t, c, strings.Fields(command)...)
				w.comes(t, "it runs", func() bool { return strings.Contains(w.out.String(), shows[0]) })
				if rights == "to get" {
					said := "Job raw/ingest stays as found, for you may not watch it: "
					w.comes(t, said, func() bool { return strings.Contains(w.errOut.String(), said) })
					return
				}
				c.set(ingest(ran(5), finishedAs(batchv1.JobComplete, 1, "")))
				w.comes(t, "it has succeeded", func() bool { return strings.Contains(w.out.String(), shows[1]) })
			})
		}
	}
}
