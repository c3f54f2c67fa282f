// Package admission answers the API server when a Job is written, or an object of
// another kind that is held: how it is held, for clusters without
// MutatingAdmissionPolicies, and what is wrong with the annotations of a Job.
// gate.HoldPatch, gate.HoldHeldPatch and gate.Vet decide; this package speaks
// AdmissionReview over HTTPS.
//
// It keeps the certificate of that itself. A certificate is its own CA, and all
// that have not expired are in a Secret, which the replicas share. Each replica
// goes through the same three steps every few seconds:
//
//	Secret: make a new certificate if none is younger than 2/3 of its lifetime
//	configurations: add each to the caBundle, where one that has not expired stays
//	serve: the newest that the caBundles have had for long enough
//
// So a certificate is trusted before anybody serves it, whichever replica made
// it, and what any of them serves is trusted until it expires.
package admission
