package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Sandbox is a running control plane. Its methods may be called from several
// goroutines at once.
type Sandbox struct {
	options     Options
	dir         string
	temporary   bool
	server      string
	credentials credentials
	launcher    *launcher

	mu        sync.Mutex
	processes []*process
	// gates counts the gates that were started, to name the next one.
	gates   int
	stopped bool
	// installing is held while the gate's manifests are applied.
	installing sync.Mutex
	installed  bool
	// webhook is where the API server calls the gate's webhook.
	webhook string
	// api is the way of the real node to the API server; nil if there is none.
	api net.Listener
}

// Dir returns the directory in which everything is kept, as an absolute path.
func (s *Sandbox) Dir() string { return s.dir }

// Server returns the URL of the API server. Its certificate is Config's CAData.
func (s *Sandbox) Server() string { return s.server }

// Etcd returns the URL of etcd.
func (s *Sandbox) Etcd() (string, error) {
	p, err := s.process(Etcd)
	if err != nil {
		return "", err
	}
	return "http://" + p.address, nil
}

// Parts returns what is running now, in the order in which it was started.
func (s *Sandbox) Parts() []Part {
	s.mu.Lock()
	defer s.mu.Unlock()
	var parts []Part
	for _, p := range s.processes {
		if p.running() {
			parts = append(parts, p.part())
		}
	}
	return parts
}

// WebhookAddress returns where the API server calls the gate's webhook, once
// depctl is installed.
func (s *Sandbox) WebhookAddress() string { return s.webhook }

func (s *Sandbox) file(name string) string { return filepath.Join(s.dir, name) }

func (s *Sandbox) logFile(name string) string { return filepath.Join(s.dir, "logs", name+".log") }

// run starts a program and remembers it for Stop.
func (s *Sandbox) run(p program) (*process, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil, errStopped
	}
	started, err := s.launcher.run(p)
	if err != nil {
		return nil, err
	}
	s.processes = append(slices.DeleteFunc(s.processes, func(old *process) bool {
		return old.name == p.name
	}), started)
	return started, nil
}

func (s *Sandbox) process(name string) (*process, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, p := range s.processes {
		if p.name == name {
			return p, nil
		}
		names = append(names, p.name)
	}
	return nil, fmt.Errorf("the sandbox has no %q, only %s", name, strings.Join(names, ", "))
}

// Kill ends a program with SIGKILL and returns when it is gone. Killing one that
// is not running is no error.
func (s *Sandbox) Kill(name string) error {
	p, err := s.process(name)
	if err != nil {
		return err
	}
	return p.kill()
}

// Terminate ends a program as a rollout does: with SIGTERM, and with SIGKILL if it
// is still there after the grace period.
func (s *Sandbox) Terminate(name string, grace time.Duration) error {
	p, err := s.process(name)
	if err != nil {
		return err
	}
	if p.end(syscall.SIGTERM, grace) == nil {
		return nil
	}
	return p.kill()
}

// Restart kills a program if it is running, starts it again at the same address,
// and returns when it is healthy. etcd keeps its data.
func (s *Sandbox) Restart(ctx context.Context, name string) error {
	p, err := s.process(name)
	if err != nil {
		return err
	}
	if err := p.kill(); err != nil {
		return err
	}
	if name == Kwok {
		if err := s.dropNodeLeases(ctx); err != nil {
			return fmt.Errorf("restart %s: %w", name, err)
		}
	}
	if name == rankedName {
		s.dropLease(name)
	}
	if p, err = s.run(p.program); err != nil {
		return err
	}
	return await(ctx, p)
}

// Stop ends everything, and removes the directory if it is a temporary one. It
// returns an error that names what remained, if anything did. Calling it again
// does nothing, or tries once more.
func (s *Sandbox) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil
	}
	// The last started first, and all at once: the directory goes anyway.
	ends := make(chan error)
	for _, p := range slices.Backward(s.processes) {
		go func() { ends <- p.kill() }()
	}
	var remained []error
	for range s.processes {
		remained = append(remained, <-ends)
	}
	if err := errors.Join(remained...); err != nil {
		return fmt.Errorf("stop the sandbox: %w", err)
	}
	s.stopped = true
	s.launcher.close()
	if s.api != nil {
		s.api.Close()
	}
	if s.temporary {
		return os.RemoveAll(s.dir)
	}
	if s.options.has(Real) {
		// Its images and containers are large, and of no use to anybody.
		return os.RemoveAll(s.nodeFile(""))
	}
	return nil
}
