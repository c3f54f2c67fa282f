package integration

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The image holds the program and nothing else (deploy/image); the rest that a
// Pod has is what Kubernetes mounts and sets. Here the program runs the same way:
// in a root directory without a CA certificate, a user or a place to write, not
// as root, and finds the API server by its service account.
func TestTheGateNeedsNoFileButItsServiceAccount(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	root := t.TempDir()
	program, err := os.ReadFile(filepath.Join("..", "..", "bin", "depctl-gate"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(root, "depctl-gate"), program, 0o555))
	config, err := shared.ConfigFor(ctx, "depctl-system", "depctl-gate")
	require.NoError(t, err)
	account := filepath.Join(root, "var", "run", "secrets", "kubernetes.io", "serviceaccount")
	require.NoError(t, os.MkdirAll(account, 0o755))
	for name, content := range map[string][]byte{
		"ca.crt": config.CAData, "token": []byte(config.BearerToken), "namespace": []byte("depctl-system"),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(account, name), content, 0o444))
	}
	server, err := url.Parse(config.Host)
	require.NoError(t, err)
	probes := freeAddress(t)

	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	defer log.Close()
	gate := exec.Command("/depctl-gate", "--observe-only", "--namespaces=depctl-system", "--health-probe-bind-address="+probes)
	gate.Dir = "/"
	gate.Env = []string{"KUBERNETES_SERVICE_HOST=" + server.Hostname(), "KUBERNETES_SERVICE_PORT=" + server.Port()}
	gate.Stdout, gate.Stderr = log, log
	gate.SysProcAttr = &syscall.SysProcAttr{
		Chroot:      root,
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 65532, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 65532, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	if err := gate.Start(); errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
		t.Skipf("this machine lets nobody make a user namespace: %v", err)
	} else {
		require.NoError(t, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- gate.Wait() }()
	t.Cleanup(func() { _ = gate.Process.Kill() })

	tail := func() string {
		text, _ := os.ReadFile(log.Name())
		return string(text)
	}
	// Ready means that it has listed the Jobs, over TLS.
	for deadline := time.Now().Add(patience); !answers(ctx, "http://"+probes+"/readyz"); {
		select {
		case err := <-ended:
			t.Fatalf("the gate has ended: %v\n%s", err, tail())
		case <-time.After(50 * time.Millisecond):
			require.True(t, time.Now().Before(deadline), "the gate is not ready\n%s", tail())
		}
	}
	require.NoError(t, gate.Process.Signal(syscall.SIGTERM))
	require.NoError(t, <-ended, tail())
}

// answers reports whether the URL is answered with 200.
func answers(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode == http.StatusOK
}
