// Command matrix runs chosen tests of test/integration against other versions of Kubernetes than
// the one that all tests run on, and writes what it saw to docs/reference/compatibility.md:
//
//	go run ./test/matrix --bin bin
//
// Each version is a control plane of its own, which test/sandbox/build.sh compiles once and keeps.
// Where a version has no MutatingAdmissionPolicies, the same tests run with the webhooks in their
// place. What a version cannot do is named in capabilities.go, with the reason; the page has both.
package main
