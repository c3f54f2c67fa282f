package node

import (
	"errors"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// reaper starts the children of process 1, and waits for all that end: its own,
// and the orphans that every pod leaves it.
type reaper struct {
	mu sync.Mutex
	// own holds where the end of each child of its own goes.
	own map[int]chan<- syscall.WaitStatus
	// started is closed, and made anew, when there is a child to wait for.
	started chan struct{}
}

func newReaper() *reaper {
	r := &reaper{own: map[int]chan<- syscall.WaitStatus{}, started: make(chan struct{})}
	go r.reap()
	return r
}

// start starts a command. What it returns takes its end. The command may have no
// writer but files: nobody calls its Wait.
func (r *reaper) start(cmd *exec.Cmd) (<-chan syscall.WaitStatus, error) {
	r.mu.Lock() // so that it cannot end before it is known
	defer r.mu.Unlock()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	end := make(chan syscall.WaitStatus, 1)
	r.own[cmd.Process.Pid] = end
	close(r.started)
	r.started = make(chan struct{})
	return end, cmd.Process.Release()
}

func (r *reaper) reap() {
	for {
		r.mu.Lock()
		started := r.started
		r.mu.Unlock()
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.ECHILD):
			<-started
		case err == nil:
			r.mu.Lock()
			if end, ok := r.own[pid]; ok {
				end <- status
				delete(r.own, pid)
			}
			r.mu.Unlock()
		}
	}
}

// killAll ends every process of the namespace but this one, and returns when all
// are gone.
func (r *reaper) killAll() {
	// The dead count until they are reaped.
	for !errors.Is(syscall.Kill(-1, syscall.SIGKILL), syscall.ESRCH) {
		time.Sleep(5 * time.Millisecond)
	}
}
