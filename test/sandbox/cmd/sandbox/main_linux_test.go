package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/wait"

	"depctl.dev/test/sandbox"
)

// commandVariable makes the test binary the command itself, and so also the
// supervisor that up runs itself as.
const commandVariable = "DEPCTL_TEST_SANDBOX_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(commandVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func command(args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), commandVariable+"=1")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	return cmd, &output
}

// sandboxCommand runs the command, and returns what it printed and its exit
// code.
func sandboxCommand(t *testing.T, args ...string) (string, int) {
	t.Helper()
	cmd, output := command(args...)
	err := cmd.Run()
	if cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	return output.String(), cmd.ProcessState.ExitCode()
}

// newDir returns a directory whose sandbox, if one is left, is ended with the
// test.
func newDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() { sandboxCommand(t, "down", "--dir", dir) })
	return dir
}

// programsIn counts the processes whose command line names dir or a file in it.
// That of a dead process that nobody has reaped yet is empty.
func programsIn(t *testing.T, dir string) int {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	count := 0
	for _, path := range paths {
		if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), dir) {
			count++
		}
	}
	return count
}

func eventually(t *testing.T, what string, check func() bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 10*time.Millisecond, time.Minute, true,
		func(context.Context) (bool, error) { return check(), nil })
	require.NoError(t, err, "waiting for: %s", what)
}

func TestUpStatusDown(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	text, code := sandboxCommand(t, "up", "--dir", dir, "--gate", "--nodes", "2")
	require.Zero(t, code, text)
	require.Contains(t, text, "export KUBECONFIG="+dir+"/kubeconfig\n")

	text, code = sandboxCommand(t, "status", "--dir", dir)
	require.Zero(t, code, text)
	require.Equal(t, 6, strings.Count(text, " healthy"), text)
	require.Contains(t, text, "depctl-gate ")

	text, code = sandboxCommand(t, "up", "--dir", dir)
	require.Equal(t, 1, code)
	require.Contains(t, text, "a sandbox is already up in "+dir)

	st, err := readState(dir)
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(st.Parts[5].PID, syscall.SIGKILL))
	text, code = sandboxCommand(t, "status", "--dir", dir)
	require.Equal(t, 1, code, text)
	require.Contains(t, text, "1 of 6 parts are not well")

	text, code = sandboxCommand(t, "down", "--dir", dir)
	require.Zero(t, code, text)
	require.Zero(t, programsIn(t, dir))
	text, code = sandboxCommand(t, "status", "--dir", dir)
	require.Equal(t, 1, code)
	require.Contains(t, text, "no sandbox is up in "+dir)
	text, code = sandboxCommand(t, "down", "--dir", dir)
	require.Zero(t, code, text)
}

func TestARealNodeIsShownAndLoaded(t *testing.T) {
	t.Parallel()
	text, code := sandboxCommand(t, "doctor")
	if err := sandbox.CanRunReal(""); err != nil {
		require.Equal(t, 1, code)
		require.Contains(t, text, err.Error())
		t.Skip(err)
	}
	require.Zero(t, code, text)
	require.Contains(t, text, "a real node can run here")
	dir := newDir(t)
	text, code = sandboxCommand(t, "up", "--dir", dir, "--node", "real")
	require.Zero(t, code, text)
	text, code = sandboxCommand(t, "status", "--dir", dir)
	require.Zero(t, code, text)
	require.Equal(t, 5, strings.Count(text, " healthy"), text)
	require.Regexp(t, `(?m)^real-node .* unix:`+dir+`/node/egress.sock +healthy$`, text)

	text, code = sandboxCommand(t, "load", "--dir", dir, filepath.Join(dir, "node", "images.tar"))
	require.Zero(t, code, text)
	text, code = sandboxCommand(t, "load", "--dir", dir, filepath.Join(dir, "kubeconfig"))
	require.Equal(t, 1, code)
	require.Contains(t, text, "import "+dir+"/kubeconfig")

	text, code = sandboxCommand(t, "down", "--dir", dir)
	require.Zero(t, code, text)
	require.NoDirExists(t, filepath.Join(dir, "node"))
	require.FileExists(t, filepath.Join(dir, "logs", "kubelet.log"))
}

func TestNothingOutlivesAnInterruptedUp(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]os.Signal{"Ctrl-C": os.Interrupt, "killed": os.Kill} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newDir(t)
			up, output := command("up", "--dir", dir)
			require.NoError(t, up.Start())
			eventually(t, "the first programs", func() bool { return programsIn(t, dir) > 2 })
			require.NoError(t, up.Process.Signal(signal))
			require.Error(t, up.Wait())
			if signal == os.Interrupt {
				require.Contains(t, output.String(), "interrupted; nothing is left running")
				require.Zero(t, programsIn(t, dir))
			}
			eventually(t, "nothing to be left", func() bool { return programsIn(t, dir) == 0 })
		})
	}
}

func TestNothingOutlivesAKilledSupervisor(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	text, code := sandboxCommand(t, "up", "--dir", dir)
	require.Zero(t, code, text)
	pid, err := supervisor(dir)
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	eventually(t, "nothing to be left", func() bool { return programsIn(t, dir) == 0 })
	_, code = sandboxCommand(t, "status", "--dir", dir)
	require.Equal(t, 1, code)
	text, code = sandboxCommand(t, "up", "--dir", dir)
	require.Zero(t, code, text)
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	tests := map[string]struct {
		args     []string
		wantCode int
		want     string
	}{
		"nothing":      {nil, 2, "no command"},
		"no directory": {[]string{"up"}, 2, "--dir is needed"},
		"no command":   {[]string{"start", "--dir", empty}, 2, `no command "start"`},
		"no flag":      {[]string{"up", "--dri", empty}, 2, "unknown flag: --dri"},
		"no binaries":  {[]string{"up", "--dir", empty, "--bin", empty}, 1, "run `make build`"},
		"no kind":      {[]string{"up", "--dir", empty, "--node", "virtual"}, 1, "only simulated and real"},
		"no archive":   {[]string{"load", "--dir", empty}, 2, "load needs the file of an archive"},
		"not loaded":   {[]string{"load", "--dir", empty, "x"}, 1, "no sandbox is up in " + empty},
		"nothing up":   {[]string{"status", "--dir", empty}, 1, "start one with: sandbox up --dir " + empty},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, code := sandboxCommand(t, test.args...)
			require.Equal(t, test.wantCode, code, text)
			require.Contains(t, text, test.want)
		})
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	text, code := sandboxCommand(t, "version")
	require.Zero(t, code)
	require.Regexp(t, `^sandbox .+, commit .+, go1\.`, text)
}
