// Package node runs a node with real containers on this machine, without a
// container engine of its own and without a registry: containerd, runc and the
// CNI plugins of the distribution, and a kubelet from the kube binary.
//
// The node's process 1 is Run, in mount, pid and network namespaces of its own.
// What happens in them ends with it, so nothing can be left on the machine: no
// process, mount, bridge, sysctl or file in /run or /var. Only its cgroups are
// the machine's; see Sweep for who removes them.
//
// The way into the node and out of it are two unix sockets in its directory. The
// API server finds kubelet and pods through EgressSocket, the node finds the API
// server through APISocket, at the cluster's usual service address.
package node
