// Package admissioncases is a list of writes of Jobs, and one of all other kinds that are held, and
// of what admission must make of each. gate.HoldPatch, gate.HoldHeldPatch, the
// MutatingAdmissionPolicies and the webhooks are all tested against them, so that they cannot drift apart.
package admissioncases
