package sandbox

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
)

// The names of the programs, for Kill, Restart and Options.Flags.
const (
	Etcd              = "etcd"
	APIServer         = "kube-apiserver"
	ControllerManager = "kube-controller-manager"
	Scheduler         = "kube-scheduler"
	Kwok              = "kwok"
	RealNode          = "real-node"
	Kueue             = "kueue"
	JobSet            = "jobset"
)

// auditPolicy logs every request once, when it is answered.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata}]
`

// freeAddresses returns n loopback addresses that nothing listens on. Another
// process may take one before it is used; Start then begins anew.
func freeAddresses(n int) ([]string, error) {
	addresses := make([]string, n)
	for i := range addresses {
		listener, err := listen()
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		// All are held until the last is found, lest one comes twice.
		defer listener.Close()
		addresses[i] = listener.Addr().String()
	}
	return addresses, nil
}

// listen listens on a random port below those that connections and servers get from
// the system: one of these may be gone again before a program has it.
func listen() (listener net.Listener, err error) {
	const lowest, systems, tries = 10_000, 32_768, 100
	for range tries {
		port := lowest + rand.IntN(systems-lowest)
		if listener, err = net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return listener, nil
		}
	}
	return nil, err
}

// program completes a program of the kube binary, or of the binary of its own
// name.
func (s *Sandbox) program(binary, name, address, health string, args ...string) program {
	p := program{
		name:    name,
		path:    filepath.Join(s.options.Bin, binary),
		args:    append(args, s.options.Flags[name]...),
		log:     s.logFile(name),
		address: address,
		health:  health,
		ca:      s.credentials.servingCertificate(),
	}
	if binary == "kube" {
		p.args = append([]string{name}, p.args...)
	}
	return p
}

func (s *Sandbox) etcd(client, peer string) program {
	clientURL, peerURL := "http://"+client, "http://"+peer
	return s.program("kube", Etcd, client, clientURL+"/health",
		"--data-dir", s.file("etcd"),
		"--unsafe-no-fsync",
		"--listen-client-urls", clientURL,
		"--advertise-client-urls", clientURL,
		"--listen-peer-urls", peerURL,
		"--initial-advertise-peer-urls", peerURL,
		"--initial-cluster", "default="+peerURL,
		"--quota-backend-bytes", "8589934592",
	)
}

func (s *Sandbox) apiServer(address, etcd string) (program, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return program{}, err
	}
	authorization := "RBAC"
	if s.options.has(Real) {
		authorization = "Node,RBAC" // what the kubelet may, the pods of its node decide
	}
	args := []string{
		"--etcd-servers", "http://" + etcd,
		"--bind-address", host,
		"--secure-port", port,
		// Without it, a machine that has no network cannot start the server.
		"--advertise-address", host,
		"--endpoint-reconciler-type", "none",
		"--tls-cert-file", s.credentials.servingCertificate(),
		"--tls-private-key-file", s.credentials.servingKey(),
		"--service-account-key-file", s.credentials.serviceAccountPublic(),
		"--service-account-signing-key-file", s.credentials.serviceAccountKey(),
		"--service-account-issuer", "https://kubernetes.default.svc",
		"--token-auth-file", s.credentials.tokenFile(),
		"--authorization-mode", authorization,
		"--service-cluster-ip-range", "10.96.0.0/16",
	}
	if s.options.has(Real) {
		more, err := s.reachNode()
		if err != nil {
			return program{}, err
		}
		args = append(args, more...)
	}
	if s.options.Audit {
		policy := s.credentials.file("audit-policy.yaml")
		if err := os.WriteFile(policy, []byte(auditPolicy), 0o644); err != nil {
			return program{}, err
		}
		args = append(args,
			"--audit-policy-file", policy,
			"--audit-log-path", s.file("audit.log"),
			// Requests do not wait for the log. It is one file, whatever its size.
			"--audit-log-mode", "batch",
			"--audit-log-maxsize", "1000000",
		)
	}
	return s.program("kube", APIServer, address, "https://"+address+"/readyz", args...), nil
}

func (s *Sandbox) controllerManager(address string) (program, error) {
	return s.controller(ControllerManager, address, "/healthz",
		"--service-account-private-key-file", s.credentials.serviceAccountKey(),
		"--root-ca-file", s.credentials.servingCertificate(),
		"--use-service-account-credentials=true",
		"--concurrent-job-syncs", "10",
	)
}

func (s *Sandbox) scheduler(address string) (program, error) {
	return s.controller(Scheduler, address, "/readyz")
}

// controller completes what controller manager and scheduler have in common.
// Each acts as the user system:NAME.
func (s *Sandbox) controller(name, address, health string, more ...string) (program, error) {
	kubeconfig, err := s.kubeconfigOf("system:"+name, name)
	if err != nil {
		return program{}, err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return program{}, err
	}
	args := append([]string{
		"--kubeconfig", kubeconfig,
		"--leader-elect=false",
		"--kube-api-qps", "500",
		"--kube-api-burst", "1000",
		"--bind-address", host,
		"--secure-port", port,
		"--tls-cert-file", s.credentials.servingCertificate(),
		"--tls-private-key-file", s.credentials.servingKey(),
	}, more...)
	return s.program("kube", name, address, "https://"+address+health, args...), nil
}

func (s *Sandbox) kwok(address string) (program, error) {
	kubeconfig, err := s.kubeconfigOf("kwok", Kwok)
	if err != nil {
		return program{}, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return program{}, err
	}
	config := s.credentials.file("kwok.yaml")
	if err := os.WriteFile(config, stages, 0o644); err != nil {
		return program{}, err
	}
	return s.program("kwok", Kwok, address, "http://"+address+"/healthz",
		"--kubeconfig", kubeconfig,
		"--config", config,
		"--server-address", address,
		"--node-ip", host,
		// Other nodes may be real.
		"--manage-nodes-with-annotation-selector", fakeNode+"="+fakeNodeValue,
		// Without leases the nodes would be NotReady after a minute.
		"--node-lease-duration-seconds", "40",
	), nil
}

// kubeconfigOf writes the kubeconfig of one of users, and returns its path.
func (s *Sandbox) kubeconfigOf(user, name string) (string, error) {
	path := s.credentials.file(name + ".kubeconfig")
	return path, WriteKubeconfig(path, s.configWith(user))
}
