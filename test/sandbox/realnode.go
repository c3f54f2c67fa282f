package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"depctl.dev/test/sandbox/node"
)

// NodeKind is a kind of node.
type NodeKind string

// The kinds of nodes.
const (
	// Simulated nodes are played by KWOK, and so are their pods.
	Simulated NodeKind = "simulated"
	// Real is a kubelet with real containers; CanRunReal says where it can run.
	Real NodeKind = "real"
)

// NodeLabel is a label of each node, with its kind. If there are nodes of both
// kinds, it is also a taint of the real one, with effect NoSchedule.
const NodeLabel = "sandbox.depctl.dev/node"

// BusyboxImage is an image that the real node has; the examples use it.
const BusyboxImage = "busybox:1.37"

// NodeCommand is the command of the sandbox program that becomes a real node.
const NodeCommand = "node"

const (
	// realNodeName is the name of the Node object.
	realNodeName = "real"
	// nodeDir is the directory of the real node, in that of the sandbox.
	nodeDir = "node"
)

// CanRunReal returns nil if a real node can run on this machine, with its data in
// a directory, which need not exist; else an error that says what is missing,
// and how to get it. An empty directory stands for a temporary one.
func CanRunReal(dir string) error {
	if dir == "" {
		dir = os.TempDir()
	}
	if err := node.Examine(dir).Lack(); err != nil {
		return fmt.Errorf("a real node cannot run here: %w", err)
	}
	return nil
}

// reachNode returns the flags by which the API server reaches the kubelet, and
// the pods, in the network of the real node.
func (s *Sandbox) reachNode() ([]string, error) {
	const config = `apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection:
    proxyProtocol: HTTPConnect
    transport: {uds: {udsName: %q}}
`
	path := s.credentials.file("egress.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, config, s.nodeFile(node.EgressSocket)), 0o644); err != nil {
		return nil, err
	}
	return []string{
		"--egress-selector-config-file", path,
		"--kubelet-preferred-address-types", "InternalIP",
		"--kubelet-client-certificate", s.credentials.servingCertificate(),
		"--kubelet-client-key", s.credentials.servingKey(),
	}, nil
}

func (s *Sandbox) nodeFile(name string) string { return filepath.Join(s.dir, nodeDir, name) }

// realNode completes the program that is the real node, and all that it finds in
// its directory.
func (s *Sandbox) realNode(ctx context.Context) (program, error) {
	if err := node.SweepStale(); err != nil {
		return program{}, err
	}
	dir := s.nodeFile("")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return program{}, err
	}
	if err := s.fillNode(ctx); err != nil {
		return program{}, fmt.Errorf("prepare the real node: %w", err)
	}
	config := node.Config{
		Name: realNodeName, Dir: dir, Bin: s.options.Bin,
		Cgroup: node.NewCgroup(),
		Labels: NodeLabel + "=" + string(Real),
		Logs:   filepath.Dir(s.logFile("")),
	}
	if s.options.has(Simulated) {
		config.Taints = NodeLabel + "=" + string(Real) + ":NoSchedule"
	}
	path := s.credentials.file("node.json")
	if err := config.Write(path); err != nil {
		return program{}, err
	}
	p := s.program("sandbox", RealNode, unixPrefix+s.nodeFile(node.EgressSocket), node.HealthURL, NodeCommand, "--config", path)
	p.node, p.cgroup = true, config.Cgroup
	return p, nil
}

// fillNode writes what the node finds in its directory, and listens there for it.
func (s *Sandbox) fillNode(ctx context.Context) error {
	config := s.configWith("system:node:" + realNodeName)
	config.Host = "https://" + node.ServiceAddress
	if err := WriteKubeconfig(s.nodeFile(node.Kubeconfig), config); err != nil {
		return err
	}
	for name, file := range map[string]string{
		node.Certificate: s.credentials.servingCertificate(), node.Key: s.credentials.servingKey(),
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(s.nodeFile(name), text, 0o600); err != nil {
			return err
		}
	}
	if err := node.WriteImages(ctx, s.nodeFile(node.Images)); err != nil {
		return err
	}
	socket := s.nodeFile(node.APISocket)
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	api, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	s.api = api
	address := strings.TrimPrefix(s.server, "https://")
	go node.Forward(api, func() (net.Conn, error) { return net.Dial("tcp", address) })
	return nil
}

// Load imports an archive of images, as of docker or OCI, into the real node.
func (s *Sandbox) Load(ctx context.Context, archive string) error {
	p, err := s.process(RealNode)
	if err != nil {
		return err
	}
	return p.part().Load(ctx, archive)
}

// Load imports an archive of images into the part, which must be a real node.
func (p Part) Load(ctx context.Context, archive string) error {
	return node.Load(ctx, strings.TrimPrefix(p.Address, unixPrefix), archive)
}
