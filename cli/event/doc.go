// Package event is what requests to "depctl serve" mean: an HTTP request in, an intent out. It
// talks to nobody.
//
// Target (target.go) is what the URL names, Read (read.go) makes an Intent of the rest: what the
// event says, and the key that tells it from others. CloudEvents 1.0 are in cloudevent.go, in both
// of their modes, and signatures in signature.go.
package event
