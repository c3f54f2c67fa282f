package snapshot

import (
	"math"
	"slices"
	"strings"
	"time"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// Limits are what was read of limits, and who uses them besides the Jobs of the world.
type Limits struct {
	// Known reports whether anything could be read.
	Known bool
	// Maps are the ConfigMaps of limits, and Unread says of a namespace why it could not be
	// read.
	Maps   gate.LimitMaps
	Unread map[string]string
	// Others are Jobs of namespaces that are not looked at.
	Others []gate.Job
	// Pods are those of Jobs that are gone, with what they hold.
	Pods map[lang.Ref]limit.Needs
	// Classes are the PriorityClasses of the cluster.
	Classes gate.PriorityClasses
	// Boundless takes the limits of a namespace that has no ConfigMap for ones without bounds:
	// files need not have it.
	Boundless bool
}

// ledger is the limits of a world, who has tokens of them, and who is in line.
type ledger struct {
	pool    *limit.Pool[lang.Ref]
	maps    gate.LimitMaps
	classes gate.PriorityClasses
	// waiting are the Jobs in line, and given those that have their tokens and do not run
	// yet.
	waiting, given map[lang.Ref]gate.Claim
	// elements are the Jobs in line of which each element takes tokens of its own.
	elements map[lang.Ref]*elements
	// line is how they stood in line, and short has those of them who were given none.
	line  []limit.Place[lang.Ref]
	short map[lang.Ref]limit.Place[lang.Ref]
	// boundless are limits that were made up.
	boundless map[limit.Name]bool
	// starting is, in a simulation, since when Jobs have had pods that wait for a slot.
	starting map[lang.Ref]time.Time
}

// elements are those of a Job: so many have been let go, so many more have been given their
// tokens, and so many wait for some.
type elements struct{ letGo, given, wanted int64 }

// mostTokens is how many a limit without bounds has.
const mostTokens = 1 << 50

// takeStock counts the tokens in use, as a gate does that begins to lead.
func (w *World) takeStock() *ledger {
	l := &ledger{maps: w.Limits.Maps, classes: w.Limits.Classes, waiting: map[lang.Ref]gate.Claim{}, given: map[lang.Ref]gate.Claim{}, elements: map[lang.Ref]*elements{}, boundless: map[limit.Name]bool{}, starting: map[lang.Ref]time.Time{}}
	l.pool = limit.NewPool(func(a, b lang.Ref) bool { return l.waiting[a].Compare(l.waiting[b]) < 0 })
	l.maps.Fill(l.pool.SetLimit)
	for ref, job := range w.Jobs {
		l.pool.Hold(ref, w.taken(job))
		for _, need := range job.Needs() {
			if _, there := l.maps[need.Limit.Namespace]; !there && (w.Limits.Boundless || w.played && !w.isRead(need.Limit)) {
				l.pool.SetLimit(need.Limit, mostTokens)
				l.boundless[need.Limit] = true
			}
		}
	}
	for pod, holds := range w.Limits.Pods {
		l.pool.Hold(pod, holds)
	}
	w.keepRanks()
	for _, job := range w.Limits.Others {
		if c := job.Condition; c != nil && c.Reason == gate.ReasonLimitReached && job.Waits() {
			needs := job.Needs()
			if each := job.ElementTakes(); each != nil {
				needs = each
			}
			l.wait(job, needs, 0) // so the gate has said
		}
		l.pool.Hold(job.Ref(), w.taken(job))
	}
	return l
}

// taken returns what a Job holds, also for its elements.
func (w *World) taken(job gate.Job) limit.Needs {
	if each := job.ElementTakes(); each != nil {
		return each.Times(w.letGo(job))
	}
	access := w.Access
	if access == nil {
		access = gate.Open{}
	}
	return job.Taken(access.Answer)
}

// letGo returns how many pods of a Job have been let go and are not over.
func (w *World) letGo(job gate.Job) (n int64) {
	for _, pod := range w.Pods[job.UID] {
		if pod.LetGo() {
			n++
		}
	}
	return n
}

func (l *ledger) wait(job gate.Job, needs limit.Needs, rank time.Duration) {
	ref := job.Ref()
	l.leave(ref) // while it has the claim by which it stands in line
	l.waiting[ref] = gate.ClaimOf(job, needs, rank, l.classes)
	l.pool.Wait(ref, job.Namespace, needs)
}

func (l *ledger) leave(ref lang.Ref) {
	l.pool.Leave(ref)
	delete(l.waiting, ref)
	if _, has := l.given[ref]; has {
		delete(l.given, ref)
		l.pool.Release(ref)
	}
}

// give gives tokens to those who may have them by now, and returns them.
func (l *ledger) give() (refs []lang.Ref) {
	for {
		ref, ok := l.pool.Next()
		if !ok {
			return refs
		}
		claim := l.waiting[ref]
		if l.given[ref] = claim; l.elements[ref] == nil || !l.elements[ref].next(l.pool, claim) {
			delete(l.waiting, ref)
		}
		refs = append(refs, ref)
	}
}

// next has one more element have its tokens, and reports whether others are in line.
func (e *elements) next(pool *limit.Pool[lang.Ref], claim gate.Claim) bool {
	e.given++
	e.wanted--
	pool.Hold(claim.Ref, claim.Needs.Times(e.letGo+e.given))
	if e.wanted > 0 {
		pool.Wait(claim.Ref, claim.Ref.Namespace, claim.Needs)
	}
	return e.wanted > 0
}

// settleTokens puts into line who waits for tokens, and gives them what is free.
func (w *World) settleTokens() {
	w.ledger = w.takeStock()
	for ref, job := range w.Jobs {
		if (job.Uses.Said || job.ElementTakes() != nil) && job.Waits() {
			w.follow(ref, gate.Decide(w.SnapshotOf(ref)))
		}
	}
	l := w.ledger
	l.line, l.short = l.pool.Line(), map[lang.Ref]limit.Place[lang.Ref]{}
	l.give()
	for _, one := range l.pool.Line() {
		l.short[one.Who] = one
	}
}

// keepRanks makes ranks usable, which cost something, where Jobs may be in line.
func (w *World) keepRanks() {
	if w.maxStarting > 0 {
		w.rankAll()
		return
	}
	for _, job := range w.Jobs {
		if job.Uses.Said {
			w.rankAll()
			return
		}
	}
}

func (w *World) rankAll() {
	learned := gate.NewLengths(math.MaxInt, math.MaxInt)
	for _, job := range w.Jobs {
		learned.Add(job)
	}
	for _, job := range w.Past {
		learned.Add(job)
	}
	w.Graph.KeepRanks(func(ref lang.Ref) time.Duration { return gate.RankLength(ref, w.Jobs[ref].Expected, learned) })
}

// follow has a Job in line, or not, as was decided about it.
func (w *World) follow(ref lang.Ref, d gate.Decision) {
	switch {
	case d.Wants != nil:
		if d.Elements != nil {
			w.ledger.elements[ref] = &elements{letGo: w.letGo(w.Jobs[ref]), wanted: int64(d.Elements.Short)}
		}
		w.ledger.wait(w.Jobs[ref], d.Wants, w.Graph.Rank(ref))
	case d.Action != gate.Releasing:
		w.ledger.leave(ref)
	}
}

// grants says who may take tokens. Where it cannot be found out, the gate's word counts.
type grants struct{ w *World }

// Grant returns whether a Job has been given what it needs.
func (g grants) Grant(job gate.Job, needs limit.Needs) gate.Grant {
	if barred := job.Barred(needs, g.w.Access); barred != nil {
		return gate.Grant{Problem: barred}
	}
	l, ref := g.w.ledger, job.Ref()
	if !g.w.played && (l == nil || !g.w.areRead(needs)) {
		return heard(job)
	}
	if _, given := l.given[ref]; !given {
		return l.maps.Lack(l.pool, job, needs)
	}
	if word := heard(job); !word.Given && l.severalNamespaces() {
		return word // only the gate knows whose turn it is
	}
	return gate.Grant{Given: true}
}

// Elements returns which pods of a Job may be let go.
func (g grants) Elements(job gate.Job, each limit.Needs, pods []gate.Pod) ([]gate.Pod, gate.Grant) {
	if barred := job.Barred(each, g.w.Access); barred != nil {
		return nil, gate.Grant{Problem: barred}
	}
	l, ref := g.w.ledger, job.Ref()
	if l == nil || !g.w.areRead(each) {
		if word := heard(job); !word.Given && !g.w.played {
			return nil, word
		}
		return pods, gate.Grant{Given: true}
	}
	var may []gate.Pod
	if e := l.elements[ref]; e != nil && (heard(job).Given || !l.severalNamespaces()) { // only the gate knows whose turn it is
		may = pods[:min(int64(len(pods)), e.given)]
	}
	if len(may) == len(pods) {
		return may, gate.Grant{Given: true}
	}
	return may, l.maps.Lack(l.pool, job, each)
}

// areRead reports whether it is known how all of these limits stand.
func (w *World) areRead(needs limit.Needs) bool {
	return !slices.ContainsFunc(needs, func(need limit.Need) bool { return !w.isRead(need.Limit) })
}

func (w *World) isRead(name limit.Name) bool {
	return w.Limits.Known && w.Limits.Unread[name.Namespace] == ""
}

func (l *ledger) severalNamespaces() bool {
	for _, one := range l.line {
		if one.Who.Namespace != l.line[0].Who.Namespace {
			return true
		}
	}
	return false
}

// heard returns what the gate has said of the tokens of a Job.
func heard(job gate.Job) gate.Grant {
	if c := job.Condition; c != nil && c.Reason == gate.ReasonLimitReached {
		_, short, _ := strings.Cut(c.Message, ": ")
		return gate.Grant{Short: short}
	}
	return gate.Grant{Given: true}
}

// tokens returns who says which Jobs may take tokens; nil where the gate keeps no limits.
func (w *World) tokens() gate.Tokens {
	if w.Reach.Known && !w.Reach.Limits {
		return nil
	}
	return grants{w}
}
