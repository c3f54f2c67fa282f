package sandbox_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/test/sandbox"
)

// keepVariable makes the test binary a program that keeps a sandbox in the
// directory it names until it is killed.
const (
	keepVariable = "DEPCTL_TEST_KEEP_SANDBOX"
	// kindVariable is the kind of its node; empty means simulated.
	kindVariable = "DEPCTL_TEST_KEEP_NODE"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(keepVariable); dir != "" {
		o := sandbox.Options{Dir: dir}
		if kind := os.Getenv(kindVariable); kind != "" {
			o.NodeKinds = []sandbox.NodeKind{sandbox.NodeKind(kind)}
		}
		s, err := sandbox.Start(context.Background(), o)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		parts := s.Parts()
		fmt.Println("started", parts[len(parts)-1].PID)
		select {}
	}
	os.Exit(m.Run())
}

// programsIn returns the command lines that name a file in dir. That of a dead
// process that nobody has reaped yet is empty.
func programsIn(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	var found []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if line := strings.ReplaceAll(string(text), "\x00", " "); err == nil && strings.Contains(line, dir+"/") {
			found = append(found, line)
		}
	}
	return found
}

func TestNothingOutlivesAKilledParent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), keepVariable+"="+dir)
	parent.Stderr = os.Stderr
	stdout, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	require.Regexp(t, "^started ", line)
	require.Len(t, programsIn(t, dir), 5)

	require.NoError(t, parent.Process.Kill())
	require.Error(t, parent.Wait())
	eventually(t, "nothing to be left", func(context.Context) (bool, error) {
		return len(programsIn(t, dir)) == 0, nil
	})
}

func TestNothingOutlivesACancelledStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := sandbox.Start(ctx, sandbox.Options{Dir: dir})
		ended <- err
	}()
	eventually(t, "the first programs", func(context.Context) (bool, error) {
		return len(programsIn(t, dir)) > 0, nil
	})
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.Empty(t, programsIn(t, dir))
}

// The kernel takes the end of the thread that started a child for the end of its
// parent. Goroutines that end locked to their threads end those.
func TestProgramsOutliveThreads(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{APIOnly: true})
	var started, ended sync.WaitGroup
	release := make(chan struct{})
	for range 100 {
		started.Add(1)
		ended.Go(func() {
			runtime.LockOSThread()
			started.Done()
			<-release
		})
	}
	started.Wait()
	close(release)
	ended.Wait()
	require.Len(t, s.Parts(), 2)
	for _, part := range s.Parts() {
		require.NoError(t, part.Healthy(t.Context()), "%s", part.Name)
	}
}
