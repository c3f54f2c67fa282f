package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// DeployGate builds the gate's image, loads it into the real node and applies
// deploy/arrays (or deploy/base) as it is: the gate runs in pods, with its own service account. It
// returns when they are ready. It needs Go and the source, as `make image` does.
func (s *Sandbox) DeployGate(ctx context.Context) error {
	if err := s.deployGate(ctx); err != nil {
		return fmt.Errorf("deploy the gate: %w", err)
	}
	return nil
}

func (s *Sandbox) deployGate(ctx context.Context) error {
	if s.options.Overlay != Base && s.options.Overlay != Arrays {
		return errors.New("a webhook needs a Service, which nothing serves in a sandbox: only deploy/base and deploy/arrays can be deployed")
	}
	archive, err := s.buildImage(ctx)
	if err != nil {
		return err
	}
	if err := s.Load(ctx, archive); err != nil {
		return err
	}
	s.installing.Lock()
	defer s.installing.Unlock()
	err = s.install(ctx, func(path string) string {
		text := fmt.Sprintf(whole, path)
		if s.options.has(Simulated) {
			text += fmt.Sprintf(onReal, NodeLabel, Real)
		}
		return text
	})
	if err != nil {
		return err
	}
	s.installed = true
	_, err = s.Kubectl(ctx, nil, "rollout", "status", "--namespace", gateNamespace, "deployment/"+gateName, "--timeout=1m")
	return err
}

// buildImage does what `make image` does, for this machine only, and returns the
// archive.
func (s *Sandbox) buildImage(ctx context.Context) (string, error) {
	root, err := source(s.options.Bin)
	if err != nil {
		return "", err
	}
	out := s.file("image")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "go", "-C", filepath.Join(root, "deploy", "image"), "run", ".",
		"--source", root, "--out", out, "--platforms", "linux/"+runtime.GOARCH)
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the image: %w: %s", err, text)
	}
	return filepath.Join(out, "depctl-gate.tar"), nil
}
