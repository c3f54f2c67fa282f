package controller

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
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
	// waiting are the Jobs in line, and given those that have their tokens and are not
	// released yet.
	waiting map[types.UID]claim
	given   map[types.UID]claim
	// gone are Jobs that went while they had tokens: their pods may run on.
	gone map[types.UID]goneJob
	// counted are the namespaces of Jobs that were read when this gate began to lead, and of
	// which the watch has not told yet.
	counted map[types.UID]string
	// said are the keys of each ConfigMap of limits, and wrong says what is wrong with one.
	said  map[string]map[string]string
	wrong map[limit.Name]string
	// listed says that all limits are known, and begun that this gate leads and has looked
	// at all Jobs and pods that may have tokens.
	listed, begun bool
}

// keepLimits has tokens given to Jobs.
func (s *store) keepLimits() {
	s.limits = newLimits()
	s.graph.KeepRanks(s.rankLength)
}

// claim is a Job that wants tokens, or has been given some.
type claim struct {
	ref      lang.Ref
	needs    limit.Needs
	priority int64
	rank     time.Duration
	created  time.Time
	name     string
}

// goneJob is where the pods of a Job are that went, and since when.
type goneJob struct {
	namespace string
	since     time.Time
}

func newLimits() *limits {
	l := &limits{
		waiting: map[types.UID]claim{}, given: map[types.UID]claim{}, gone: map[types.UID]goneJob{}, counted: map[types.UID]string{},
		said: map[string]map[string]string{}, wrong: map[limit.Name]string{},
	}
	l.pool = limit.NewPool(l.before)
	return l
}

// before orders the Jobs of one namespace: by priority, by the longest path that begins with
// them, by age, by name.
func (l *limits) before(a, b types.UID) bool {
	x, y := l.waiting[a], l.waiting[b]
	return cmp.Or(cmp.Compare(y.priority, x.priority), cmp.Compare(y.rank, x.rank), x.created.Compare(y.created),
		strings.Compare(x.name, y.name), strings.Compare(string(a), string(b))) < 0
}

// tokens is what one decision sees of the limits.
type tokens struct {
	*limits
	access gate.Access
}

// Grant returns whether a Job has been given what it needs.
func (t tokens) Grant(job gate.Job, needs limit.Needs) gate.Grant {
	if barred := job.Barred(needs, t.access); barred != nil {
		return gate.Grant{Problem: barred}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.listed || !t.begun {
		return gate.Grant{Problem: &lang.Problem{Code: lang.ProblemUnasked, Message: "this gate has just begun to lead, and counts the tokens that are in use"}}
	}
	if given, has := t.given[job.UID]; has && slices.Equal(given.needs, needs) && !t.exceeded(needs) {
		return gate.Grant{Given: true}
	}
	var short []string
	for _, need := range needs {
		there, used, exists := t.pool.Tokens(need.Limit)
		switch {
		case !exists:
			return gate.Grant{Problem: &lang.Problem{Message: t.missing(need.Limit)}}
		case there == 0:
			short = append(short, fmt.Sprintf("%s is closed, with 0 tokens", need.Limit))
		case need.Tokens > there:
			return gate.Grant{Problem: &lang.Problem{Message: fmt.Sprintf(
				"its %d pods take %d tokens of %s together, which has %d in all: raise the limit, or lower spec.parallelism", job.Pods(), need.Tokens, need.Limit, there)}}
		case need.Tokens > there-used:
			short = append(short, fmt.Sprintf("%d of %s, of which %d of %d are in use", need.Tokens, need.Limit, used, there))
		}
	}
	if len(short) == 0 {
		return gate.Grant{Short: "others are before it in line for " + needs.String()}
	}
	return gate.Grant{Short: strings.Join(short, ", ")}
}

// exceeded reports whether a limit was lowered, or removed, below what is held of it.
func (l *limits) exceeded(needs limit.Needs) bool {
	return slices.ContainsFunc(needs, func(n limit.Need) bool {
		there, used, exists := l.pool.Tokens(n.Limit)
		return !exists || used > there
	})
}

func (l *limits) missing(name limit.Name) string {
	if wrong := l.wrong[name]; wrong != "" {
		return fmt.Sprintf("limit %s in ConfigMap %s/%s: %s", name.Key, name.Namespace, gate.LimitsName, wrong)
	}
	keys := slices.Sorted(maps.Keys(l.said[name.Namespace]))
	hint := ""
	if near := lang.Nearest(name.Key, keys); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Sprintf("there is no limit %s in ConfigMap %s/%s%s", name.Key, name.Namespace, gate.LimitsName, hint)
}

// follow has a Job in line, or not, as was decided about it, and returns the Jobs that have
// been given their tokens.
func (l *limits) follow(job gate.Job, d gate.Decision, rank time.Duration) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case d.Wants != nil:
		l.giveBack(job.UID)
		l.waiting[job.UID] = claim{
			ref: job.Ref(), needs: d.Wants, priority: job.Uses.Priority, rank: rank, created: job.Created, name: job.Name,
		}
		l.pool.Wait(job.UID, job.Namespace, d.Wants)
	case d.Action == gate.Releasing:
		return nil
	default:
		l.withdraw(job.UID)
	}
	return l.next()
}

// withdraw takes a Job out of line, and takes back what was given to it.
func (l *limits) withdraw(uid types.UID) {
	l.pool.Leave(uid)
	delete(l.waiting, uid)
	l.giveBack(uid)
}

func (l *limits) giveBack(uid types.UID) {
	if _, has := l.given[uid]; has {
		delete(l.given, uid)
		l.pool.Release(uid)
	}
}

// next gives tokens to those who may have them by now.
func (l *limits) next() (refs []lang.Ref) {
	if !l.listed || !l.begun {
		return nil
	}
	for {
		uid, ok := l.pool.Next()
		if !ok {
			return refs
		}
		l.given[uid] = l.waiting[uid]
		delete(l.waiting, uid)
		refs = append(refs, l.given[uid].ref)
	}
}

// observe takes in a Job as it is now, with the tokens that it holds.
func (l *limits) observe(job gate.Job, holds limit.Needs) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.counted, job.UID)
	switch {
	case len(holds) > 0:
		l.pool.Leave(job.UID)
		delete(l.waiting, job.UID)
		delete(l.given, job.UID)
		l.pool.Hold(job.UID, holds)
	case !job.Released && job.Outcome() == lang.Undecided:
		// Decisions have it in line, or not. Its release may be under way, or was seen when
		// this gate began to lead, and the watch is behind.
		return nil
	default:
		l.pool.Leave(job.UID)
		delete(l.waiting, job.UID)
		delete(l.given, job.UID)
		l.pool.Release(job.UID)
	}
	return l.next()
}

// remove takes in that a Job is gone. What it holds it holds until its pods are over, and so
// it does with what was given to it: the release may have reached the API server.
func (l *limits) remove(job gate.Job, now time.Time) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.counted, job.UID)
	if l.pool.Holds(job.UID) {
		l.gone[job.UID] = goneJob{job.Namespace, now}
		delete(l.given, job.UID)
		return nil
	}
	l.withdraw(job.UID)
	return l.next()
}

// relisted takes in that all Jobs were listed: what was counted and is not there is gone.
func (l *limits) relisted(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for uid, namespace := range l.counted {
		l.gone[uid] = goneJob{namespace, now}
	}
	clear(l.counted)
}

// concerns reports whether a Job uses limits, holds tokens or waits for some.
func (l *limits) concerns(job gate.Job) bool {
	if job.Uses.Said || job.Uses.Recorded != "" {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pool.Holds(job.UID) || l.pool.Waits(job.UID)
}

// set takes in the ConfigMap of a namespace, nil where it is gone, and returns the Jobs that
// see other limits.
func (l *limits) set(namespace string, data map[string]string) []lang.Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	changed := map[limit.Name]bool{}
	for key, old := range l.said[namespace] {
		if text, stays := data[key]; !stays || text != old {
			changed[limit.Name{Namespace: namespace, Key: key}] = true
		}
	}
	for key := range data {
		if _, was := l.said[namespace][key]; !was {
			changed[limit.Name{Namespace: namespace, Key: key}] = true
		}
	}
	if l.said[namespace] = data; data == nil {
		delete(l.said, namespace)
	}
	for name := range changed {
		delete(l.wrong, name)
		text, there := data[name.Key]
		n, err := limit.ParseTokens(text)
		switch {
		case there && err == nil:
			l.pool.SetLimit(name, n)
			continue
		case there:
			l.wrong[name] = err.Error()
		}
		l.pool.RemoveLimit(name)
	}
	refs := l.next()
	for _, claim := range l.waiting {
		if slices.ContainsFunc(claim.needs, func(n limit.Need) bool { return changed[n.Limit] }) {
			refs = append(refs, claim.ref) // what is said of it changes
		}
	}
	return refs
}

// holds returns the tokens that a Job has. What a release has recorded counts: the policies
// keep others from it. What a Job says that runs unheld counts of another namespace's limits
// only where its service account may use them.
func (s *store) holds(job gate.Job) limit.Needs {
	recorded := job.Uses.Recorded != ""
	return slices.DeleteFunc(job.Holds(), func(n limit.Need) bool {
		return !recorded && n.Limit.Namespace != job.Namespace &&
			s.access.Answer(job.Ref(), job.UsesLimits(n.Limit.Namespace)) != gate.Allowed
	})
}

// rankLength is how long a Job takes for the order in which tokens are given: as it says, or
// a second, so that the number of Jobs counts.
func (s *store) rankLength(ref lang.Ref) time.Duration {
	return max(s.entries[ref].job.Expected, time.Second)
}

// follow has a Job in line for tokens, or not, as was decided about it.
func (s *store) follow(job gate.Job, d gate.Decision) []lang.Ref {
	if s.limits == nil || !s.limits.concerns(job) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// Who is gone by now, or released, must not come into line any more.
	e, exists := s.entries[job.Ref()]
	if !exists || e.job.UID != job.UID || e.job.Released || e.job.Outcome() != lang.Undecided {
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
	if c.store.limits == nil {
		return nil
	}
	now, err := c.readJob(ctx, job.Namespace, job.Name)
	if err != nil {
		return fmt.Errorf("looking whether the Job was released: %w", err)
	}
	if now != nil && now.UID == job.UID && gate.Observe(now).Released {
		c.store.answered(now)
		return nil
	}
	l := c.store.limits
	l.mu.Lock()
	defer l.mu.Unlock()
	l.giveBack(job.UID)
	c.decideAll(l.next())
	return nil
}

// usingLimits returns the Jobs that wait and use limits.
func (s *store) usingLimits() (refs []lang.Ref) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for ref, e := range s.entries {
		if e.job.Uses.Said && e.job.Waits() {
			refs = append(refs, ref)
		}
	}
	return refs
}
