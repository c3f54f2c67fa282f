package node

import (
	"context"
	_ "embed"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed containerd1.toml
var containerd1 string

//go:embed containerd2.toml
var containerd2 string

//go:embed kubelet.yaml
var kubelet string

const containerdSocket = "/run/containerd.sock"

// bootTimeout is how long containerd may take to listen, on a busy machine.
const bootTimeout = time.Minute

// child is a running program of the node.
type child struct {
	name string
	end  <-chan syscall.WaitStatus
}

// startContainerd starts containerd, and returns when it listens.
func (n *machine) startContainerd(ctx context.Context) (child, error) {
	config := containerd1
	version, err := n.output(ctx, "containerd", "--version")
	if err != nil {
		return child{}, err
	}
	// containerd github.com/containerd/containerd 1.6.20 ...
	if fields := strings.Fields(version); len(fields) > 2 {
		major, _, _ := strings.Cut(strings.TrimPrefix(fields[2], "v"), ".")
		if number, err := strconv.Atoi(major); err == nil && number >= 2 {
			config = containerd2
		}
	}
	plugins, err := findCNI()
	if err != nil {
		return child{}, err
	}
	config = strings.NewReplacer("PAUSE", pause, "CNI", plugins).Replace(config)
	if err := os.WriteFile("/run/containerd.toml", []byte(config), 0o644); err != nil {
		return child{}, err
	}
	containerd, err := n.start("containerd", "containerd", "--config", "/run/containerd.toml")
	if err != nil {
		return child{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, bootTimeout)
	defer cancel()
	for {
		connection, err := net.Dial("unix", containerdSocket)
		if err == nil {
			return containerd, connection.Close()
		}
		select {
		case status := <-containerd.end:
			return child{}, exitOf("containerd", status)
		case <-ctx.Done():
			return child{}, fmt.Errorf("containerd does not listen: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (n *machine) startKubelet() (child, error) {
	config := strings.NewReplacer("ADDRESS", Address, "CGROUP", n.Cgroup).Replace(kubelet)
	if err := os.WriteFile("/run/kubelet.yaml", []byte(config), 0o644); err != nil {
		return child{}, err
	}
	return n.start("kubelet", filepath.Join(binDir, "kube"), "kubelet",
		"--config", "/run/kubelet.yaml",
		"--kubeconfig", filepath.Join(nodeDir, Kubeconfig),
		"--root-dir", filepath.Join(nodeDir, "kubelet"),
		"--cert-dir", "/run/kubelet-certificates",
		"--hostname-override", n.Name,
		"--node-ip", Address,
		"--node-labels", n.Labels,
		"--register-with-taints", n.Taints,
		"--v", "1",
	)
}

// start starts a program with a log of its own.
func (n *machine) start(name, path string, args ...string) (child, error) {
	log, err := os.OpenFile(filepath.Join(logsDir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return child{}, err
	}
	defer log.Close()
	cmd := n.command(path, args...)
	cmd.Stdout, cmd.Stderr = log, log
	end, err := n.reaper.start(cmd)
	if err != nil {
		return child{}, fmt.Errorf("start %s: %w", name, err)
	}
	return child{name, end}, nil
}

func (n *machine) command(path string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	// A proxy of the machine cannot be reached, and is not needed.
	cmd.Env = append(os.Environ(), "TMPDIR=/run/tmp", "NO_PROXY=*", "no_proxy=*")
	return cmd
}

// output runs a program to its end, and returns what it printed.
func (n *machine) output(ctx context.Context, path string, args ...string) (string, error) {
	file, err := os.CreateTemp("/run/tmp", "output-")
	if err != nil {
		return "", err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	cmd := n.command(path, args...)
	cmd.Stdout, cmd.Stderr = file, file
	end, err := n.reaper.start(cmd)
	if err != nil {
		return "", err
	}
	var status syscall.WaitStatus
	select {
	case status = <-end:
	case <-ctx.Done():
		return "", ctx.Err() // it ends with the node
	}
	text, err := os.ReadFile(file.Name())
	if err == nil && status != 0 {
		err = fmt.Errorf("%w: %s", exitOf(strings.Join(append([]string{path}, args...), " "), status), strings.TrimSpace(string(text)))
	}
	return string(text), err
}

// load imports an archive of images.
func (n *machine) load(ctx context.Context, path string) error {
	_, err := n.output(ctx, "ctr", "--address", containerdSocket, "--namespace", "k8s.io", "images", "import", path)
	return err
}

func exitOf(name string, status syscall.WaitStatus) error {
	if status.Signaled() {
		return fmt.Errorf("%s was ended by signal %q", name, status.Signal())
	}
	return fmt.Errorf("%s exited with code %d", name, status.ExitStatus())
}
