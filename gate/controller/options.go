package controller

import (
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/utils/clock"

	"depctl.dev/gate/access"
	"depctl.dev/gate/event"
	"depctl.dev/gate/trace"
	"depctl.dev/lang/kind"
)

// Options say how a Controller works. Zero values mean the defaults.
type Options struct {
	// Workers is how many Jobs are decided and patched at once; 16 by default.
	Workers int
	// Recorder takes the events; without one there are none.
	Recorder event.Recorder
	// CrossNamespace says whether references into other namespaces are
	// honoured; RBAC by default.
	CrossNamespace CrossNamespace
	// Reviews asks for the rights of service accounts; by default as the rest.
	Reviews access.Reviews
	// Conditions takes the conditions of Jobs, at most ConditionRate a second;
	// without it there are none. A client of their own keeps them from what
	// releases wait for.
	Conditions kubernetes.Interface
	// HeldConditions takes those of what is no Job.
	HeldConditions dynamic.Interface
	ConditionRate  float32
	// Scope is the namespaces whose Jobs are released; all by default.
	Scope Scope
	// Arrays releases arrays element by element, for which it watches and patches
	// their pods.
	Arrays bool
	// Nudge has the Job controller look at a prerequisite as soon as its last pod
	// has succeeded, for which it watches the pods of Jobs that somebody waits for.
	Nudge bool
	// Results reads the results of Jobs from their pods, and lets those go that were kept
	// for it.
	Results bool
	// Limits gives tokens of limits to Jobs, for which it watches the ConfigMaps of limits
	// and PriorityClasses, and lists pods. Only one gate at a time may lead then.
	Limits bool
	// MaxStarting is how many pods may be without a node before further Jobs wait, where
	// Limits is set; 0 for any number. It watches pods.
	MaxStarting int64
	// RankPods writes to the pods of a released Job how long the longest chain takes that
	// begins with it, where Limits is set.
	RankPods bool
	// Identity is that by which this gate holds the lease.
	Identity string
	// ObserveOnly writes to no Job, and tells what it would do.
	ObserveOnly bool
	// NamespaceMemory is how many bytes are kept in memory for what the Jobs of one
	// namespace say; DefaultNamespaceMemory by default.
	NamespaceMemory int64
	// Schedules has Jobs wait for runs of CronJobs, which Dynamic lists and watches.
	Schedules bool
	Dynamic   dynamic.Interface
	// Metadata, where it is set, has Jobs wait for objects of other kinds, too, which it and
	// Dynamic list and watch.
	Metadata metadata.Interface
	// Held are kinds of which the gate holds objects as it holds Jobs. Dynamic watches and
	// patches those with gate.HeldLabel.
	Held []kind.Kind
	// Kueue has the gate release what waits in queues of Kueue, by gate.KueueGate.
	Kueue bool
	// Traces takes the spans of Jobs that have ended; nil for no tracing. LedUntil returns until
	// when a gate led before this one, zero if that is not known.
	Traces   *trace.Exporter
	LedUntil func() time.Time
	// Clock tells the time; the machine's by default. A ServerTime is better.
	Clock clock.PassiveClock
}
