package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/sandbox/node"
)

const (
	// startTimeout is for a loaded machine; an idle one takes some seconds.
	startTimeout = 3 * time.Minute
	// startAttempts bounds how often a start that lost a port to another
	// process is begun anew with fresh ones.
	startAttempts = 3
)

// Start starts a sandbox and returns when Jobs can run in it: the API server is
// ready, and so is every node. It takes some seconds, three minutes at most. If
// it fails, the error has the last lines of the log concerned, and nothing is
// left running. Once it has returned, the end of ctx stops nothing; Stop does.
func Start(ctx context.Context, o Options) (*Sandbox, error) {
	o, err := o.resolve()
	if err != nil {
		return nil, fmt.Errorf("start a sandbox: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for attempt := 1; ; attempt++ {
		s, err := startOnce(ctx, o)
		if err == nil {
			return s, nil
		}
		portTaken := strings.Contains(err.Error(), "address already in use")
		if !portTaken || attempt == startAttempts || ctx.Err() != nil {
			return nil, fmt.Errorf("start a sandbox: %w", err)
		}
	}
}

func startOnce(ctx context.Context, o Options) (*Sandbox, error) {
	s := &Sandbox{options: o, dir: o.Dir, temporary: o.Dir == "", launcher: newLauncher()}
	err := s.prepare()
	if err == nil {
		err = s.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// prepare makes the directory and what is in it before anything runs.
func (s *Sandbox) prepare() error {
	var err error
	if s.temporary {
		s.dir, err = os.MkdirTemp("", "depctl-sandbox-")
	} else {
		s.dir, err = filepath.Abs(s.dir)
	}
	if err != nil {
		return err
	}
	if s.options.has(Real) {
		if err := node.CheckDir(s.nodeFile("")); err != nil {
			return err
		}
		if err := CanRunReal(s.dir); err != nil {
			return err
		}
	}
	// By name: the directory may be somebody's, with other things in it.
	for _, old := range []string{"audit.log", "credentials", "etcd", "gate", "image", "kubeconfig", "kubectl-cache", "logs", nodeDir} {
		if err := os.RemoveAll(s.file(old)); err != nil {
			return err
		}
	}
	for _, dir := range []string{"credentials", "logs"} {
		if err := os.MkdirAll(s.file(dir), 0o755); err != nil {
			return err
		}
	}
	s.credentials, err = newCredentials(s.file("credentials"))
	return err
}

// start starts the programs, each when those it needs are there.
func (s *Sandbox) start(ctx context.Context) error {
	addresses, err := freeAddresses(6)
	if err != nil {
		return err
	}
	s.server = "https://" + addresses[0]
	if err := WriteKubeconfig(s.Kubeconfig(), s.Config()); err != nil {
		return err
	}
	apiServer, err := s.apiServer(addresses[0], addresses[1])
	if err != nil {
		return err
	}
	// The API server waits for etcd by itself.
	if err := s.startAll(ctx, s.etcd(addresses[1], addresses[2]), apiServer); err != nil {
		return err
	}
	if s.options.APIOnly {
		return s.allRun()
	}
	manager, err := s.controllerManager(addresses[3])
	if err != nil {
		return err
	}
	scheduler, err := s.scheduler(addresses[4])
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(s.Config())
	if err != nil {
		return err
	}
	programs, nodes := []program{manager, scheduler}, 0
	if s.options.has(Simulated) {
		kwok, err := s.kwok(addresses[5])
		if err != nil {
			return err
		}
		if err := s.createNodes(ctx, client); err != nil {
			return err
		}
		programs, nodes = append(programs, kwok), s.options.Nodes
	}
	if s.options.has(Real) {
		real, err := s.realNode(ctx)
		if err != nil {
			return err
		}
		programs, nodes = append(programs, real), nodes+1
	}
	if err := s.startAll(ctx, programs...); err != nil {
		return err
	}
	_, err = poll(ctx, nil, func(ctx context.Context) error { return podsCanRun(ctx, client, nodes) })
	if err != nil {
		return fmt.Errorf("wait for the nodes: %w", err)
	}
	for _, p := range s.options.peers() {
		if err := s.startPeer(ctx, p); err != nil {
			return err
		}
	}
	return s.allRun()
}

// allRun returns nil if no program has exited. One that has lost its port to
// another sandbox may seem healthy for a moment, when the other one answers.
func (s *Sandbox) allRun() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.processes {
		if !p.running() {
			return p.exitError()
		}
	}
	return nil
}

// startAll starts programs together, and returns when all are healthy.
func (s *Sandbox) startAll(ctx context.Context, programs ...program) error {
	var started []*process
	for _, program := range programs {
		p, err := s.run(program)
		if err != nil {
			return err
		}
		started = append(started, p)
	}
	for _, p := range started {
		if err := await(ctx, p); err != nil {
			return err
		}
	}
	return nil
}
