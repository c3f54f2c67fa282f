package controller

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/gate/metrics"
	"depctl.dev/lang"
)

// limits are the tokens, who has them, and who waits for some. A Job has its tokens from the
// moment when they are given, under the lock, until the watch says that it is over: the patch
// that releases it, its loss and its repetition change nothing.
//
// The lock is taken after the store's.
type limits struct {
	mu   sync.Mutex
	pool *limit.Pool[types.UID]
	// waiting are the Jobs in line, and those that want more than there is in all; given are
	// those that have their tokens and are not released yet.
	waiting map[types.UID]gate.Claim
	given   map[types.UID]gate.Claim
	// sent are those of given whose release was sent: it is in doubt until the watch tells of
	// it, or the Job was looked at.
	sent map[types.UID]bool
	// elements are the Jobs of which each pod has tokens of its own.
	elements map[types.UID]*opened
	// gone are Jobs that went while they had tokens: their pods may run on.
	gone map[types.UID]goneJob
	// looks has, by namespace, when their pods are looked at again.
	looks map[string]look
	// counted are Jobs that were read when this gate began to lead, and of which the watch
	// has not told yet.
	counted map[types.UID]countedJob
	// said are the ConfigMaps of limits, and classes the PriorityClasses.
	said    gate.LimitMaps
	classes gate.PriorityClasses
	// listed says that all limits are known, classified that all PriorityClasses are, and
	// begun that this gate leads and has looked at all Jobs and pods that may have tokens.
	listed, classified, begun bool
	starting                  starting
}

// keepLimits has tokens given to Jobs.
func (s *store) keepLimits() {
	s.limits = newLimits()
	s.lengths = newLengths()
	s.graph.KeepRanks(s.lengths.of)
}

func newLimits() *limits {
	l := &limits{
		waiting: map[types.UID]gate.Claim{}, given: map[types.UID]gate.Claim{}, sent: map[types.UID]bool{}, elements: map[types.UID]*opened{}, gone: map[types.UID]goneJob{}, looks: map[string]look{},
		counted: map[types.UID]countedJob{},
		said:    gate.LimitMaps{}, classes: gate.PriorityClasses{}, starting: starting{of: map[types.UID]*starter{}},
	}
	l.pool = limit.NewPool(l.before)
	return l
}

// ready reports whether it is known who has tokens.
func (l *limits) ready() bool {
	return l.listed && l.begun && (l.starting.listed || l.starting.most == 0)
}

// concerns reports whether a Job uses limits, holds tokens or waits for some, or may have pods
// that are starting.
func (l *limits) concerns(job gate.Job) bool {
	if !job.IsJob() {
		return false
	}
	if job.Uses.Said || job.Uses.Recorded != "" {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pool.Holds(job.UID) || l.pool.Waits(job.UID) || l.starting.most > 0 && job.Released
}

// tell returns the limits that Jobs use or wait for.
func (l *limits) tell() (list []metrics.Limit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := map[limit.Name]int64{}
	for _, claim := range l.waiting {
		for _, need := range claim.Needs {
			waiting[need.Limit]++
		}
	}
	for _, name := range l.pool.Limits() {
		tokens, used, _ := l.pool.Tokens(name)
		if (used > 0 || waiting[name] > 0) && name.Namespace != "" {
			list = append(list, metrics.Limit{Namespace: name.Namespace, Name: name.Key, Tokens: tokens, Used: used, Waiting: waiting[name]})
		}
	}
	return list
}

// usingLimits returns the Jobs that wait for tokens, or may.
func (s *store) usingLimits() (refs []lang.Ref) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for ref, e := range s.entries {
		if (e.job.Uses.Said || e.job.Uses.Recorded != "" || s.limits.starting.most > 0) && e.job.Waits() {
			refs = append(refs, ref)
		}
	}
	return refs
}
