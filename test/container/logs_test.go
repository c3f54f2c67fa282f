package container

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
)

func (s *space) depctlCommand(args ...string) *exec.Cmd {
	program := filepath.Join(cmp.Or(os.Getenv("DEPCTL_BIN"), filepath.Join("..", "..", "bin")), "depctl")
	return exec.CommandContext(s.t.Context(), program, append(args, "--kubeconfig", s.Kubeconfig(), "-n", s.name)...)
}

// depctl runs bin/depctl in the namespace, and returns what it printed and its exit code.
func (s *space) depctl(args ...string) (stdout, stderr string, code int) {
	s.t.Helper()
	cmd := s.depctlCommand(args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if cmd.ProcessState == nil {
		require.NoError(s.t, err)
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

func TestTheLogsOfAChainAreFollowedThroughRetriesToItsEnd(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "logs")
	s.make("extract", "", "for i in 1 2 3; do echo row $i; sleep 1; done")
	s.make("load", "extract", "echo trying; exit 3", tries(2))
	s.make("report", "load", "echo report")
	out, errOut, code := s.depctl("logs", "-f")
	require.Equal(t, 1, code, "%s%s", out, errOut)
	require.Equal(t, "extract | row 1\nextract | row 2\nextract | row 3\nload | trying\nload#2 | trying\n", out)
	require.Equal(t, "load failed (BackoffLimitExceeded), report was skipped (DependencyFailed)\n", errOut)

	again, _, code := s.depctl("logs")
	require.Equal(t, 0, code)
	require.Equal(t, out, again, "in order of their start, as they came")
	out, _, _ = s.depctl("logs", "--failed", "--tail", "1", "--prefix")
	require.Equal(t, "load | trying\nload#2 | trying\n", out)
	out, _, _ = s.depctl("logs", "job/extract", "--tail", "2")
	require.Equal(t, "row 2\nrow 3\n", out)
	out, _, _ = s.depctl("logs", "extract", "--timestamps", "--tail", "1")
	require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\S+ row 3\n$`, out)
	out, errOut, code = s.depctl("logs", "report")
	require.Equal(t, []any{"", "report: it was skipped, and had no pod\n", 0}, []any{out, errOut, code})
	_, errOut, code = s.depctl("logs", "extract", "-c", "sidecar")
	require.Equal(t, []any{"error: no pod has a container \"sidecar\"; there are main\n", 1}, []any{errOut, code})
}

func TestTheLogsOfSomeElementsOfAnArray(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "elements")
	s.make("shards", "", `echo "element $JOB_COMPLETION_INDEX"; test $JOB_COMPLETION_INDEX != 2`, func(job *batchv1.Job) {
		job.Spec.CompletionMode = new(batchv1.IndexedCompletion)
		job.Spec.Completions, job.Spec.Parallelism = new(int32(4)), new(int32(4))
		job.Spec.BackoffLimit, job.Spec.BackoffLimitPerIndex = nil, new(int32(0))
	})
	out, errOut, code := s.depctl("logs", "-f", "shards", "--index", "0,2-3")
	require.Equal(t, 1, code, "%s%s", out, errOut)
	require.Equal(t, "shards[2] failed\n", errOut)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	slices.Sort(lines)
	require.Equal(t, []string{"shards[0] | element 0", "shards[2] | element 2", "shards[3] | element 3"}, lines)
	s.fails("shards")
	out, _, code = s.depctl("logs", "shards", "--index", "3")
	require.Equal(t, []any{"element 3\n", 0}, []any{out, code})
	out, _, _ = s.depctl("logs", "shards", "--failed")
	require.Equal(t, "element 2\n", out)
}

// A log may have more than fits into memory, and lines of any length; a node cuts lines
// into pieces of 16 KiB, and a log into files.
func TestALongLineComesWhole(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "long")
	const size = 1 << 20
	s.make("long", "", fmt.Sprintf(`head -c %d /dev/zero | tr '\0' x; echo; echo short`, size))
	s.make("other", "", "for i in $(seq 500); do echo other $i; done")
	out, _, code := s.depctl("logs", "-f")
	require.Zero(t, code)
	var of []string
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "long | ") {
			of = append(of, line)
		}
	}
	require.Len(t, of, 2)
	require.True(t, of[0] == "long | "+strings.Repeat("x", size)+"\n")
	require.Equal(t, "long | short\n", of[1])
	require.Equal(t, 502, strings.Count(out, "\n"))
}

// following runs depctl and calls at with each line, as it comes; it returns the lines and
// the exit code.
func (s *space) following(at func(line int, depctl *os.Process), args ...string) (lines []string, code int) {
	s.t.Helper()
	cmd := s.depctlCommand(args...)
	out, err := cmd.StdoutPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, cmd.Start())
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		lines = append(lines, scanner.Text())
		at(len(lines), cmd.Process)
	}
	_ = cmd.Wait()
	return lines, cmd.ProcessState.ExitCode()
}

func TestALogGoesOnWhereTheConnectionWasCut(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "cut")
	wire := newWire(t, s.Config().Host)
	s.make("clock", "", "for i in $(seq 100); do echo tick $i; echo tock $i >&2; sleep 0.05; done")
	lines, code := s.following(func(line int, _ *os.Process) {
		if line%40 == 0 {
			wire.cut()
		}
	}, "logs", "-f", "--prefix", "--server", "https://"+wire.address)
	require.Zero(t, code)
	require.Len(t, lines, 200)
	for _, word := range []string{"tick", "tock"} {
		of := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return !strings.Contains(line, word) })
		for i := range 100 {
			require.Equal(t, fmt.Sprintf("clock | %s %d", word, i+1), of[i])
		}
	}
}

func TestAnInterruptHasItsOwnExitCode(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := shared.namespace(t, "interrupt")
	s.make("endless", "", "echo started; exec sleep 600", func(job *batchv1.Job) { job.Spec.ActiveDeadlineSeconds = new(int64(60)) })
	lines, code := s.following(func(_ int, depctl *os.Process) { require.NoError(t, depctl.Signal(os.Interrupt)) }, "logs", "-f", "endless")
	require.Equal(t, []any{[]string{"started"}, 130}, []any{lines, code})
}

// wire forwards connections to an API server, and can be cut.
type wire struct {
	address string
	mu      sync.Mutex
	open    []net.Conn
}

func newWire(t *testing.T, host string) *wire {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &wire{address: listener.Addr().String()}
	t.Cleanup(func() { _ = listener.Close(); w.cut() })
	host = strings.TrimPrefix(host, "https://")
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := new(net.Dialer).DialContext(t.Context(), "tcp", host)
			if err != nil {
				_ = near.Close()
				continue
			}
			w.mu.Lock()
			w.open = append(w.open, near, far)
			w.mu.Unlock()
			go func() { _, _ = io.Copy(near, far); _ = near.Close() }()
			go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
		}
	}()
	return w
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, conn := range w.open {
		_ = conn.Close()
	}
	w.open = nil
}
