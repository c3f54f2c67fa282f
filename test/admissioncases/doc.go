// Package admissioncases is a list of writes of Jobs, and of what admission must make of
// each. gate.HoldPatch, the MutatingAdmissionPolicies and the webhook are all
// tested against it, so that they cannot drift apart.
package admissioncases
