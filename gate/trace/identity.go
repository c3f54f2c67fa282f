package trace

import (
	"crypto/sha256"
	"encoding/binary"

	"k8s.io/apimachinery/pkg/types"
)

// ID is the id of a trace; zero for none.
type ID [16]byte

// SpanID is the id of a span.
type SpanID [8]byte

// OfRun returns the id of the trace of a run. cluster tells clusters apart that send to one
// collector; it may be empty.
func OfRun(cluster, namespace, run string) ID { return traceID("run", cluster, namespace, run) }

// OfGraph returns the id of the trace of Jobs that wait for one another, by the UID of the
// one that stands for them all.
func OfGraph(cluster, namespace string, first types.UID) ID {
	return traceID("graph", cluster, namespace, string(first))
}

// OfJob returns the id of the span of a Job.
func OfJob(uid types.UID) SpanID { return spanID(uid, "job") }

func traceID(parts ...string) (id ID) {
	copy(id[:], digest(parts...))
	return id
}

func spanID(uid types.UID, part string) (id SpanID) {
	copy(id[:], digest(part, string(uid)))
	return id
}

// digest returns the hash of some texts, none of which has a zero byte.
func digest(parts ...string) []byte {
	hash := sha256.New()
	hash.Write([]byte("depctl.dev"))
	for _, part := range parts {
		hash.Write([]byte{0})
		hash.Write([]byte(part))
	}
	return hash.Sum(nil)
}

// Million is the sampling rate by which every trace is sent.
const Million = 1_000_000

// Sampled reports whether a trace is among so many of a million. It is decided as
// OpenTelemetry's TraceIDRatioBased does, so that all that belongs to a trace is sent, or
// nothing.
func (id ID) Sampled(perMillion int) bool {
	if perMillion >= Million {
		return true
	}
	bound := uint64(float64(perMillion) / Million * (1 << 63))
	return binary.BigEndian.Uint64(id[8:])>>1 < bound
}
