package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"depctl.dev/test/sandbox/node"
)

// program is what it takes to start a process, as often as need be.
type program struct {
	name    string
	path    string
	args    []string
	env     []string
	log     string
	address string
	// health is the URL that answers 200 once the program serves; ca is the
	// file with the certificate to trust if it is https.
	health, ca string
	// node is set for a process that becomes a node, in namespaces of its own.
	// cgroup is what is left of it when it is gone.
	node   bool
	cgroup string
}

// process is a program that was started.
type process struct {
	program
	cmd *exec.Cmd
	// asked is set once somebody wants it to end.
	asked atomic.Bool
	// exited is closed when the process is gone; err and left are set before that.
	exited chan struct{}
	err    error
	// left says what of a node is left when it is gone, which is an error.
	left error
}

// run starts a program. Its output is appended to its log.
func (l *launcher) run(p program) (*process, error) {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	defer log.Close()
	started := &process{program: p, cmd: exec.Command(p.path, p.args...), exited: make(chan struct{})}
	// Files, not pipes: nothing of this process stands between a program and
	// its log, and Wait returns as soon as it is gone.
	started.cmd.Stdout, started.cmd.Stderr = log, log
	started.cmd.Env = append(os.Environ(), p.env...)
	var lifeline *os.File
	if p.node {
		var input *os.File
		if input, lifeline, err = os.Pipe(); err != nil {
			return nil, fmt.Errorf("start %s: %w", p.name, err)
		}
		defer input.Close()
		started.cmd.Stdin, started.cmd.SysProcAttr = input, nodeAttributes()
	}
	if err := l.start(started.cmd); err != nil {
		lifeline.Close() // of a nil file, this does nothing
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	go func() {
		started.err = started.cmd.Wait()
		if p.node {
			lifeline.Close() // held until here: its end would end the node
			started.left = node.Sweep(p.cgroup)
		}
		close(started.exited)
	}()
	return started, nil
}

func (p *process) running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// end sends a signal and waits until the process is gone.
func (p *process) end(signal os.Signal, timeout time.Duration) error {
	if !p.running() {
		return p.left
	}
	p.asked.Store(true)
	// A failure means that it has just exited by itself.
	_ = p.cmd.Process.Signal(signal)
	select {
	case <-p.exited:
		return p.left
	case <-time.After(timeout):
		return fmt.Errorf("%s (pid %d) is still there %s after signal %q", p.name, p.cmd.Process.Pid, timeout, signal)
	}
}

// kill ends the process at once. kube-apiserver would take a minute to end in
// good order, as long as watches are open; in a sandbox nobody waits for that.
func (p *process) kill() error { return p.end(syscall.SIGKILL, killTimeout) }

const killTimeout = 15 * time.Second

// exitError says how the process exited, with the end of its log. It must only
// be called once exited is closed.
func (p *process) exitError() error {
	how := "exited"
	if p.err != nil {
		how += ": " + p.err.Error()
	}
	return fmt.Errorf("%s %s\n%s", p.name, how, p.logTail())
}

// logTail returns the last lines of the log, indented, under its name.
func (p *process) logTail() string {
	const lines, maxBytes = 20, 16 << 10
	file, err := os.Open(p.log)
	if err != nil {
		return "no log: " + err.Error()
	}
	defer file.Close()
	if size, err := file.Seek(0, io.SeekEnd); err == nil {
		_, _ = file.Seek(max(0, size-maxBytes), io.SeekStart)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return "no log: " + err.Error()
	}
	tail := strings.Split(string(bytes.TrimSpace(text)), "\n")
	tail = tail[max(0, len(tail)-lines):]
	return "last lines of " + p.log + ":\n  " + strings.Join(tail, "\n  ")
}
