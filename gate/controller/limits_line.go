package controller

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// before orders the Jobs of one namespace.
func (l *limits) before(a, b types.UID) bool {
	return cmp.Or(l.waiting[a].Compare(l.waiting[b]), strings.Compare(string(a), string(b))) < 0
}

// follow has a Job in line, or not, as was decided about it, and returns the Jobs that have
// been given their tokens.
func (l *limits) follow(job gate.Job, d gate.Decision, rank time.Duration) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.counted[job.UID].released && !job.Released:
		return nil // it has its tokens, and the watch has not told of its release yet
	case l.elements[job.UID] != nil:
		l.followElements(job, d, rank)
	case d.Action == gate.Releasing:
		if _, given := l.given[job.UID]; given {
			l.sent[job.UID] = true
		}
		return nil
	case l.sent[job.UID]:
		return nil // it has its tokens until it was looked at
	case d.Wants != nil:
		wants := gate.ClaimOf(job, d.Wants, rank, l.classes)
		if _, given := l.given[job.UID]; !given && slices.Equal(l.pool.Held(job.UID), d.Wants) {
			l.given[job.UID] = wants // it ran unheld, and was suspended since: it waits for no tokens of its own
			return []lang.Ref{wants.Ref}
		}
		delete(l.given, job.UID)
		l.pool.Release(job.UID)
		l.wait(job.UID, wants)
	default:
		l.withdraw(job.UID)
	}
	return l.next()
}

// wait puts a Job into the line.
func (l *limits) wait(uid types.UID, claim gate.Claim) {
	l.waiting[uid] = claim
	l.allow(claim.Needs)
	if l.pool.Possible(claim.Needs) {
		l.pool.Wait(uid, claim.Ref.Namespace, claim.Needs)
	} else { // it is decided again when a limit changes
		l.pool.Leave(uid)
	}
}

// withdraw takes a Job out of line, and takes back what was given to it.
func (l *limits) withdraw(uid types.UID) {
	l.pool.Leave(uid)
	delete(l.waiting, uid)
	l.giveBack(uid)
}

// gave reports whether a Job has been given tokens for its release.
func (l *limits) gave(uid types.UID) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, has := l.given[uid]
	return has
}

func (l *limits) giveBack(uid types.UID) {
	if _, has := l.given[uid]; has {
		delete(l.given, uid)
		delete(l.sent, uid)
		l.pool.Release(uid)
	}
}

// next gives tokens to those who may have them by now.
func (l *limits) next() (refs []lang.Ref) {
	if !l.ready() {
		return nil
	}
	for {
		uid, ok := l.pool.Next()
		if !ok {
			return refs
		}
		if el := l.elements[uid]; el != nil {
			if l.giveElement(uid, el) {
				refs = append(refs, el.ref)
			}
			continue
		}
		l.given[uid] = l.waiting[uid]
		delete(l.waiting, uid)
		refs = append(refs, l.given[uid].Ref)
	}
}

// rank returns the rank of a Job, 0 where the gate keeps no limits.
func (s *store) rank(ref lang.Ref) time.Duration {
	if s.limits == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.graph.Rank(ref)
}

// follow has a Job in line for tokens, or not, as was decided about it.
func (s *store) follow(job gate.Job, d gate.Decision) []lang.Ref {
	if s.limits == nil || d.Wants == nil && !s.limits.concerns(job) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// Who is gone by now, or released, must not come into line any more.
	e, exists := s.entries[job.Ref()]
	if !exists || e.job.UID != job.UID || e.job.Released && e.job.ElementTakes() == nil || e.job.Outcome() != lang.Undecided {
		if d.Elements != nil && job.ElementTakes() != nil {
			d.Elements.Open = nil // nobody would count them
		}
		return nil
	}
	var rank time.Duration
	if d.Wants != nil {
		rank = s.graph.Rank(job.Ref())
	}
	return s.limits.follow(job, d, rank)
}

// takeBack takes back what was given to a Job whose release the API server refuses. An
// earlier try may have been carried out without an answer: so it is looked at first.
func (c *Controller) takeBack(ctx context.Context, job gate.Job) error {
	now, err := c.readJob(ctx, job.Namespace, job.Name)
	if err != nil {
		return fmt.Errorf("looking whether the Job was released: %w", err)
	}
	if now != nil && now.UID == job.UID && gate.Observe(now).Released {
		c.store.answered(now)
		return nil
	}
	c.decideAll(c.store.limits.notReleased(job.UID))
	return nil
}
