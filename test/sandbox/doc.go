// Package sandbox runs a real Kubernetes control plane on this machine for
// tests, benchmarks and people: etcd, kube-apiserver, kube-controller-manager,
// kube-scheduler and kubectl from one binary (test/sandbox/kube), and nodes of two
// kinds. `make build` builds the binaries; nothing is downloaded.
//
// The control plane is real, with RBAC, admission and service-account tokens.
//
// Simulated nodes are played by KWOK (test/sandbox/kwok): as many as one likes, on
// any machine, without any rights. Nothing runs in their pods. A pod that belongs to a Job ends as
// the annotations of its template say, whatever its image and command:
//
//	sandbox.depctl.dev/run-for: 2s         how long it runs; default 0
//	sandbox.depctl.dev/exit-code: "3"      exit code of every container; default 0
//	sandbox.depctl.dev/fail-indexes: 3,7-9 these completion indexes fail with the
//	                                       exit code (1 if none is given), the
//	                                       others succeed
//	sandbox.depctl.dev/termination-message: "yes"
//	                                       what its first container says in the end:
//	                                       the result of its Job
//	sandbox.depctl.dev/until-told: "true"  it runs until Tell, or until this
//	                                       annotation is taken from the pod; then
//	                                       its run-for begins
//
// A non-zero exit code ends the pod Failed even if its restart policy is
// OnFailure: containers are never restarted in place. Any change to a running
// pod starts its run-for anew.
//
// A real node (test/sandbox/node) is a kubelet with real containers, for a handful
// of Jobs that must really run. It needs Linux, root and some packages; CanRunReal
// says what a machine lacks. Its images are BusyboxImage and what Load gets.
//
// Everything listens on loopback only, at free ports, and keeps its data in one
// directory; a real node has a network of its own. No process outlives Stop, nor,
// on Linux, the process that started the sandbox, however that ends.
package sandbox
