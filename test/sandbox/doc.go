// Package sandbox runs a real Kubernetes control plane on this machine for
// tests, benchmarks and people: etcd, kube-apiserver, kube-controller-manager,
// kube-scheduler and kubectl from one binary (test/sandbox/kube), and KWOK
// (test/sandbox/kwok), which plays the nodes. There are no containers, no
// downloads and no rights needed; `make build` builds both binaries.
//
// The control plane is real, with RBAC, admission and service-account tokens.
// The pods are not: nothing runs in them. A pod that belongs to a Job ends as
// the annotations of its template say, whatever its image and command:
//
//	sandbox.depctl.dev/run-for: 2s         how long it runs; default 0
//	sandbox.depctl.dev/exit-code: "3"      exit code of every container; default 0
//	sandbox.depctl.dev/fail-indexes: 3,7-9 these completion indexes fail with the
//	                                       exit code (1 if none is given), the
//	                                       others succeed
//
// A non-zero exit code ends the pod Failed even if its restart policy is
// OnFailure: containers are never restarted in place. Any change to a running
// pod starts its run-for anew.
//
// Everything listens on loopback only, at free ports, and keeps its data in one
// directory. No process outlives Stop, nor, on Linux, the process that started
// the sandbox, however that ends.
package sandbox
