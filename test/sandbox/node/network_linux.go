package node

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// connect brings up the network of the node: a loopback interface that also has
// the node's address and that of the API server. The bridge to the pods is made
// by the CNI plugin with the first pod.
func connect() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("bring up the loopback interface: %w", err)
	}
	for i, address := range []string{ServiceAddress, Address} {
		if err := addAddress(socket, fmt.Sprintf("lo:%d", i), address); err != nil {
			return fmt.Errorf("add address %s: %w", address, err)
		}
	}
	return nil
}

// addAddress gives an alias of an interface an address, and no neighbours: with
// the mask that comes with it, all of 10.0.0.0/8 would be this node.
func addAddress(socket int, alias, address string) error {
	for _, set := range []struct {
		request uint
		value   string
	}{{unix.SIOCSIFADDR, address}, {unix.SIOCSIFNETMASK, "255.255.255.255"}} {
		ip, err := netip.ParseAddr(set.value)
		if err != nil {
			return err
		}
		request, err := unix.NewIfreq(alias)
		if err != nil {
			return err
		}
		if err := request.SetInet4Addr(ip.AsSlice()); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(socket, set.request, request); err != nil {
			return err
		}
	}
	return nil
}

// writeNetwork writes the configuration of the pods' network. All addresses are
// forgotten with the node's /run, as are the pods that had them.
func writeNetwork() error {
	text, err := json.Marshal(map[string]any{
		"cniVersion": "1.0.0",
		"name":       "sandbox",
		"plugins": []any{map[string]any{
			"type":             "bridge",
			"bridge":           "pods",
			"isDefaultGateway": true, // the way to the API server
			"ipMasq":           false,
			"ipam": map[string]any{
				"type":    "host-local",
				"dataDir": "/run/ipam",
				"ranges":  [][]any{{map[string]any{"subnet": podRange}}},
			},
		}},
	})
	if err != nil {
		return err
	}
	return os.WriteFile("/run/cni/10-sandbox.conflist", text, 0o644)
}
