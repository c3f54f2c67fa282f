// Package trace makes OpenTelemetry spans of Jobs that have ended, and sends them to a
// collector.
//
// A span is made from what the API server keeps of a Job, so it is the same whichever gate
// makes it, and however often: the ids come from the Job and from its run or graph. A Job
// is sent once it has ended, and nothing is sent of one that goes on. What the collector
// does not take in time is dropped and counted; no release waits for it.
//
// There is no SDK here. An SDK gives ids by chance to what happens in its own process, and
// to one parent; here, all of a span is known when it is made. The messages are those of
// go.opentelemetry.io/proto/otlp.
package trace
