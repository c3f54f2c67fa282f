package node

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// The addresses of a node, the same in each, since each has its own network.
const (
	// ServiceAddress is where the node and its pods find the API server: that
	// of the Service default/kubernetes.
	ServiceAddress = "10.96.0.1"
	// Address is that of the node itself.
	Address = "10.95.0.1"
	// podRange is what pods have their addresses from.
	podRange = "10.244.0.0/16"
)

// What a node's directory holds, besides what containerd and kubelet keep there.
const (
	// APISocket leads to the API server. Whoever starts the node listens on it.
	APISocket = "api.sock"
	// EgressSocket is where the node listens: an HTTP proxy into its network,
	// its health and its images.
	EgressSocket = "egress.sock"
	// Kubeconfig is the kubelet's, for the API server at ServiceAddress.
	Kubeconfig = "kubeconfig"
	// Certificate is what the kubelet serves with, and also the CA of the clients
	// that it trusts.
	Certificate = "tls.crt"
	// Key is that of Certificate.
	Key = "tls.key"
	// Images is the archive of the images that a node has from the start.
	Images = "images.tar"
)

// Config says how to run a node.
type Config struct {
	// Name is the name of the Node object.
	Name string `json:"name"`
	// Dir is the node's directory.
	Dir string `json:"dir"`
	// Bin is the directory of the kube binary.
	Bin string `json:"bin"`
	// Cgroup is the name of the node's cgroup, in every hierarchy; see NewCgroup.
	Cgroup string `json:"cgroup"`
	// Labels and Taints are the kubelet's flags --node-labels and
	// --register-with-taints.
	Labels string `json:"labels"`
	Taints string `json:"taints"`
	// Logs is the directory for the logs of containerd, kubelet and, in pods, of
	// the containers.
	Logs string `json:"logs"`
}

// Write stores the configuration for the program that becomes the node.
func (c Config) Write(path string) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// Read returns a configuration that Write has stored.
func Read(path string) (Config, error) {
	var c Config
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("read %s: %w", path, err)
	}
	return c, nil
}

// maxSocket is the length that the kernel allows for the path of a unix socket.
const maxSocket = 107

// CheckDir returns an error if the sockets of a node cannot be in a directory.
func CheckDir(dir string) error {
	if path := filepath.Join(dir, EgressSocket); len(path) > maxSocket {
		return fmt.Errorf("the path of a unix socket has at most %d bytes, and %s has %d: choose a shorter directory", maxSocket, path, len(path))
	}
	return nil
}
