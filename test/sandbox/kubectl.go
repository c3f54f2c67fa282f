package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Kubectl runs kubectl with all rights and returns its standard output. stdin
// may be nil. If it fails, the error holds what it wrote to standard error. It
// is killed when ctx ends.
func (s *Sandbox) Kubectl(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(s.options.Bin, "kube"), append([]string{"kubectl"}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &stdout, &stderr
	// Nothing of the user's own kubectl: neither its clusters nor its preferences.
	cmd.Env = append(os.Environ(),
		"KUBECONFIG="+s.Kubeconfig(),
		"KUBECACHEDIR="+s.file("kubectl-cache"),
		"KUBERC=off",
	)
	if err := s.launcher.start(cmd); err != nil {
		return "", fmt.Errorf("kubectl %s: %w", strings.Join(args, " "), err)
	}
	if err := cmd.Wait(); err != nil {
		return stdout.String(), fmt.Errorf("kubectl %s: %w: %s",
			strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}
