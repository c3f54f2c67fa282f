package sandbox

import (
	"errors"
	"os/exec"
	"runtime"
)

// launcher starts the processes of a sandbox such that they die with this one.
//
// The kernel kills a child with parent-death signal when the thread that
// started it ends, not when the process does, and the Go runtime is free to end
// threads. So all of them are started by one goroutine that keeps its thread
// until close.
type launcher struct {
	starts chan func()
	closed chan struct{}
}

var errStopped = errors.New("the sandbox is stopped")

func newLauncher() *launcher {
	l := &launcher{starts: make(chan func()), closed: make(chan struct{})}
	go func() {
		// Never unlocked: the thread ends with the goroutine, and takes with it
		// whatever is still running.
		runtime.LockOSThread()
		for {
			select {
			case start := <-l.starts:
				start()
			case <-l.closed:
				return
			}
		}
	}()
	return l
}

// start starts cmd in a process group of its own, so that a Ctrl-C in the
// terminal reaches only this process, which then stops the others in order.
func (l *launcher) start(cmd *exec.Cmd) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = childAttributes()
	}
	result := make(chan error, 1)
	select {
	case l.starts <- func() { result <- cmd.Start() }:
		return <-result
	case <-l.closed:
		return errStopped
	}
}

// close lets go of the thread. It must be called once.
func (l *launcher) close() { close(l.closed) }
