package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// machine is the node, as its process 1 sees it.
type machine struct {
	Config
	reaper *reaper
}

// Run is a node. It must be process 1 of mount, pid and network namespaces of its
// own. It returns, with all that ran in them gone, when ctx ends, or when
// containerd or the kubelet has ended.
func Run(ctx context.Context, c Config) error {
	if os.Getpid() != 1 {
		return errors.New("a node is process 1 of its own namespaces: start one with sandbox up --node real")
	}
	tree, err := readHierarchies()
	if err != nil {
		return err
	}
	if err := mountAll(c); err != nil {
		return err
	}
	n := &machine{Config: c, reaper: newReaper()}
	err = tree.enter(c.Cgroup)
	if err == nil {
		err = n.run(ctx)
	}
	n.reaper.killAll()
	tree.leave()
	return errors.Join(err, Sweep(c.Cgroup))
}

func (n *machine) run(ctx context.Context) error {
	if err := connect(); err != nil {
		return err
	}
	if err := writeNetwork(); err != nil {
		return err
	}
	api, err := net.Listen("tcp4", net.JoinHostPort(ServiceAddress, "443"))
	if err != nil {
		return err
	}
	go Forward(api, func() (net.Conn, error) { return net.Dial("unix", filepath.Join(nodeDir, APISocket)) })

	containerd, err := n.startContainerd(ctx)
	if err != nil {
		return err
	}
	if err := n.load(ctx, filepath.Join(nodeDir, Images)); err != nil {
		return fmt.Errorf("import the images: %w", err)
	}
	kubelet, err := n.startKubelet()
	if err != nil {
		return err
	}
	egress, err := n.listen()
	if err != nil {
		return err
	}
	server := &http.Server{Handler: n, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(egress) }()
	select {
	case <-ctx.Done():
		return nil
	case status := <-containerd.end:
		return exitOf(containerd.name, status)
	case status := <-kubelet.end:
		return exitOf(kubelet.name, status)
	}
}
