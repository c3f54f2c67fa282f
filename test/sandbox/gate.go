package sandbox

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"
)

// gateName is the name of the gate's program, Deployment and service account.
const (
	gateName      = "depctl-gate"
	gateNamespace = "depctl-system"
)

// GateOptions says how to run a gate.
type GateOptions struct {
	// Program is the path of the gate; empty means depctl-gate in Options.Bin.
	Program string
	// Args are more flags for depctl-gate, after the sandbox's own.
	Args []string
	// ServerURL is where the gate finds the API server; empty means the API
	// server itself. It is for a test's proxy, which serves https on 127.0.0.1
	// with the sandbox's Certificate. It cannot be http: clients never send a
	// kubeconfig's token in the clear.
	ServerURL string
}

// Gate is a depctl-gate that runs as a process beside the control plane. Its
// methods may not be called while Restart is.
type Gate struct {
	sandbox *Sandbox
	process *process
	metrics string
}

// StartGate runs depctl-gate with the rights of its service account, by a token
// as a pod would have it, and returns when the process is started. It calls
// Install first, unless that was done. Several gates may run at once.
func (s *Sandbox) StartGate(ctx context.Context, o GateOptions) (*Gate, error) {
	gate, err := s.startGate(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("start the gate: %w", err)
	}
	return gate, nil
}

func (s *Sandbox) startGate(ctx context.Context, o GateOptions) (*Gate, error) {
	binary := o.Program
	if binary == "" {
		binary = filepath.Join(s.options.Bin, gateName)
	}
	if err := checkBinary(binary); err != nil {
		return nil, err
	}
	if err := s.Install(ctx); err != nil {
		return nil, err
	}
	config, err := s.ConfigFor(ctx, gateNamespace, gateName)
	if err != nil {
		return nil, err
	}
	if o.ServerURL != "" {
		if !strings.HasPrefix(o.ServerURL, "https://") {
			return nil, fmt.Errorf("the server %s must be https", o.ServerURL)
		}
		config.Host = o.ServerURL
	}
	name := s.nextGate()
	kubeconfig := s.credentials.file(name + ".kubeconfig")
	if err := WriteKubeconfig(kubeconfig, config); err != nil {
		return nil, err
	}
	addresses, err := freeAddresses(2)
	if err != nil {
		return nil, err
	}
	args := []string{
		"--kubeconfig", kubeconfig, "--health-probe-bind-address", addresses[0], "--metrics-bind-address", addresses[1],
		"--leader-elect=false", // one that was killed would leave its lease behind
	}
	switch s.options.Overlay {
	case Base:
	case Arrays:
		args = append(args, "--arrays")
	case Queues:
		args = append(args, "--kueue", "--hold=jobset,rayjob")
	case Schedules:
		args = append(args, "--schedules")
	case Full, WebhookFull:
		// Long enough for two busy cores, on which it can take seconds to renew a Lease: nobody starts a gate again here
		// that has lost it. One that is killed leaves it behind, and Restart drops it.
		args = append(args, "--limits", "--leader-elect", "--leader-elect-lease-duration=30s", "--leader-elect-renew-deadline=25s", "--leader-elect-retry-period=500ms")
		args = append(args, "--arrays", "--hold=deployment,pod,jobset,rayjob", "--results", "--schedules", "--webhook-bind-address", s.webhook, "--webhook-host", "127.0.0.1")
	default:
		args = append(args, "--webhook-bind-address", s.webhook, "--webhook-host", "127.0.0.1")
	}
	if s.options.Ranked {
		args = append(args, "--rank-pods")
	}
	p, err := s.run(program{
		name:    name,
		path:    binary,
		args:    append(args, o.Args...),
		log:     s.logFile(name),
		env:     []string{"GOMEMLIMIT=450MiB"}, // as deploy/base has it
		address: addresses[0],
		health:  "http://" + addresses[0] + "/readyz",
	})
	if err != nil {
		return nil, err
	}
	return &Gate{sandbox: s, process: p, metrics: addresses[1]}, nil
}

// nextGate returns depctl-gate, depctl-gate-2 and so on.
func (s *Sandbox) nextGate() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gates++
	if s.gates == 1 {
		return gateName
	}
	return fmt.Sprintf("%s-%d", gateName, s.gates)
}

// Part returns the gate's name, process id, address and log.
func (g *Gate) Part() Part { return g.process.part() }

// Metrics returns the address on which the gate serves its metrics.
func (g *Gate) Metrics() string { return g.metrics }

// WaitReady waits until the gate says that it is ready, and its webhook, if it is
// installed, has answered the API server; a minute at most. It fails at once if
// the gate exits.
func (g *Gate) WaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := await(ctx, g.process); err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(g.sandbox.Config())
	if err != nil {
		return err
	}
	served, err := poll(ctx, g.process.exited, func(ctx context.Context) error {
		return g.sandbox.options.Overlay.isServed(ctx, client)
	})
	switch {
	case err != nil:
		return fmt.Errorf("wait for the webhook: %w\n%s", err, g.process.logTail())
	case !served:
		return g.process.exitError()
	}
	return nil
}

// Done is closed when the gate's process is gone, for whatever reason.
func (g *Gate) Done() <-chan struct{} { return g.process.exited }

// Kill ends the gate with SIGKILL, as a crash would, and returns when it is gone.
func (g *Gate) Kill() error { return g.process.kill() }

// Restart kills the gate if it is running, and starts it again with the same token
// and flags. It does not wait until the gate is ready, and needs no API server: without
// one, the gate waits until the Lease of the killed one has run out.
func (g *Gate) Restart() error {
	if err := g.Kill(); err != nil {
		return err
	}
	if slices.Contains(g.process.args, "--leader-elect") {
		g.sandbox.dropLease(gateName)
	}
	p, err := g.sandbox.run(g.process.program)
	if err != nil {
		return err
	}
	g.process = p
	return nil
}

// Stop ends the gate with SIGTERM, as a rollout would, and returns when it is
// gone, after half a minute at most. It is an error if the gate was gone before,
// or did not exit with 0.
func (g *Gate) Stop() error {
	if err := g.process.end(syscall.SIGTERM, 30*time.Second); err != nil {
		return err
	}
	if g.process.err != nil {
		return g.process.exitError()
	}
	return nil
}

// LogTail returns the last lines of the gate's log, for messages of tests.
func (g *Gate) LogTail() string { return strings.TrimSpace(g.process.logTail()) }
