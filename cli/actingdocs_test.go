package cli

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
)

// TestTheExamplesOfActing runs what docs/guide/acting.md shows, section by section.
func TestTheExamplesOfActing(t *testing.T) {
	text, err := os.ReadFile("../docs/guide/acting.md")
	require.NoError(t, err)
	waits := func(f *fakeJobs) {
		f.add("etl", "extract", "")
		f.add("etl", "load", "extract")
	}
	worlds := map[string]func(*fakeJobs){
		"Hold and release": waits,
		"Set":              waits,
		"Retry": func(f *fakeJobs) {
			f.add("etl", "extract", "", finishedBy(batchv1.JobFailed, "BackoffLimitExceeded"))
			f.add("etl", "clean", "extract", finishedBy(batchv1.JobFailed, gate.ReasonDependencyFailed))
			f.add("etl", "index", "extract", finishedBy(batchv1.JobFailed, gate.ReasonDependencyFailed))
			f.add("etl", "load", "clean, index", finishedBy(batchv1.JobFailed, gate.ReasonDependencyFailed))
		},
		"Cancel": func(f *fakeJobs) {
			f.add("etl", "source", "")
			f.add("etl", "weekly", "source")
			f.add("etl", "monthly", "weekly")
			f.add("etl", "either", "source or fallback")
		},
	}
	ran := 0
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		title, body, _ := strings.Cut(section, "\n")
		f := newFakeJobs(t)
		clear(f.jobs)
		if world := worlds[title]; world != nil {
			world(f)
		}
		for _, block := range regexp.MustCompile("(?s)```\n(\\$ depctl .*?)```").FindAllStringSubmatch(body, -1) {
			var got strings.Builder
			for line := range strings.Lines(block[1]) {
				if command, ok := strings.CutPrefix(line, "$ "); ok {
					got.WriteString(line + f.runTogether(t, words(strings.TrimSpace(command))))
					ran++
				}
			}
			require.Equal(t, block[1], got.String(), title)
		}
	}
	require.Equal(t, 6, ran)
}

// runTogether runs a command line and returns what a terminal shows.
func (f *fakeJobs) runTogether(t *testing.T, args []string) string {
	t.Helper()
	server := httptest.NewServer(f)
	defer server.Close()
	factory := testFactory(command.Terminal{Glyphs: picture.Unicode()})
	factory.Interactive = func(io.Reader) bool { return false }
	var out bytes.Buffer
	streams := genericiooptions.IOStreams{In: strings.NewReader(""), Out: &out, ErrOut: &out}
	code := run(context.Background(), append(args, "--server", server.URL, "--namespace", "etl"), factory, streams)
	require.Zero(t, code, out.String())
	return out.String()
}
