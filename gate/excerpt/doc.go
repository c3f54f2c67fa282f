// Package excerpt reads of Jobs and Pods only what the gate uses.
//
// Seven events of each Job reach the gate, each with the whole Pod template, and it needs a
// hundred bytes of them. So what nobody reads is cut out of the bytes before they become an
// object: containers, volumes, managed fields and the like (see fields.go). The rest is read by
// the generated code of k8s.io/api, and fields that it does not know are left to it.
//
// Such an object must never be written back. The gate only patches.
package excerpt
