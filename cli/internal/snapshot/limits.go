package snapshot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// Limit is one limit as it stands.
type Limit struct {
	Name limit.Name
	// Tokens is how many there are. Boundless says that no file tells, Unread why the limit
	// may not be read, and Problem why there is no such limit.
	Tokens, Used    int64
	Boundless       bool
	Unread, Problem string
	// Holders have tokens, those with most first, and Waiters stand in line.
	Holders []Holder
	Waiters []Waiter
}

// Holder has tokens of a limit, since a time; zero if it is not known.
type Holder struct {
	Ref    lang.Ref
	Tokens int64
	Since  time.Time
}

// Waiter waits for tokens of a limit, since a time.
type Waiter struct {
	Ref      lang.Ref
	Tokens   int64
	Priority int64
	Since    time.Time
	// Possible reports whether there are enough in all, and Why says what keeps the Job
	// from starting.
	Possible bool
	Why      string
}

// LimitsNow returns all limits of which something is known, sorted.
func (w *World) LimitsNow() []Limit {
	var all []Limit
	stock := w.takeStock()
	names := stock.pool.Limits()
	for _, one := range w.ledger.line {
		for _, need := range one.Needs {
			names = append(names, need.Limit)
		}
	}
	slices.SortFunc(names, limit.Name.Compare)
	for _, name := range slices.Compact(names) {
		_, read := w.Limits.Maps[name.Namespace]
		if _, tried := w.Limits.Unread[name.Namespace]; read || tried || w.Limits.Boundless {
			all = append(all, w.limitNow(stock, name))
		}
	}
	return all
}

func (w *World) limitNow(stock *ledger, name limit.Name) Limit {
	tokens, used, exists := stock.pool.Tokens(name)
	now := Limit{Name: name, Tokens: tokens, Used: used, Boundless: stock.boundless[name], Unread: w.Limits.Unread[name.Namespace]}
	if !exists && now.Unread == "" {
		now.Problem = stock.maps.Missing(name)
	}
	for ref, n := range stock.pool.Holders(name) {
		now.Holders = append(now.Holders, Holder{ref, n, w.user(ref).Started})
	}
	slices.SortFunc(now.Holders, func(a, b Holder) int { return cmp.Or(cmp.Compare(b.Tokens, a.Tokens), a.Ref.Compare(b.Ref)) })
	for _, one := range w.ledger.line {
		at := slices.IndexFunc(one.Needs, func(n limit.Need) bool { return n.Limit == name })
		if at < 0 {
			continue
		}
		now.Waiters = append(now.Waiters, Waiter{one.Who, one.Needs[at].Tokens, w.claimOf(one.Who).Priority, w.waitsSince(one.Who), one.Possible, w.whyNot(one.Who)})
	}
	return now
}

// firstFor returns for whom what is free of a limit is kept: the first in line who lacks some
// of it.
func (w *World) firstFor(name limit.Name) lang.Ref {
	for _, one := range w.ledger.line {
		if one = w.ledger.short[one.Who]; one.Possible && slices.Contains(one.Lacks, name) {
			return one.Who
		}
	}
	return lang.Ref{}
}

// whyNot says why somebody in line does not start.
func (w *World) whyNot(ref lang.Ref) string {
	var why []string
	one := w.ledger.short[ref]
	for _, need := range one.Needs {
		tokens, used, exists := w.ledger.pool.Tokens(need.Limit)
		switch {
		case !slices.Contains(one.Lacks, need.Limit):
		case !exists:
			why = append(why, fmt.Sprintf("there is no limit %s", need.Limit))
		case tokens == 0:
			why = append(why, fmt.Sprintf("%s is closed", need.Limit))
		case need.Tokens > tokens:
			why = append(why, fmt.Sprintf("never: it takes %d of %s, which has %d in all", need.Tokens, need.Limit, tokens))
		default:
			why = append(why, fmt.Sprintf("it takes %d of %s, and %s free", need.Tokens, need.Limit, are(max(tokens-used, 0))))
		}
	}
	for _, name := range one.Reserved {
		by := "others"
		if first := w.firstFor(name); first.Name != "" && first != ref {
			by = first.String()
		}
		why = append(why, fmt.Sprintf("what is free of %s is kept for %s", name, by))
	}
	if len(why) == 0 {
		return "it may start"
	}
	return strings.Join(why, ", ")
}

func are(n int64) string {
	switch n {
	case 0:
		return "none is"
	case 1:
		return "1 is"
	}
	return fmt.Sprintf("%d are", n)
}

// claimOf returns the claim of one in line.
func (w *World) claimOf(ref lang.Ref) gate.Claim {
	if claim, waits := w.ledger.waiting[ref]; waits {
		return claim
	}
	return w.ledger.given[ref]
}

// waitsSince returns since when one waits for tokens, as the gate has said, or since it was
// made.
func (w *World) waitsSince(ref lang.Ref) time.Time {
	if c := w.user(ref).Condition; c != nil && c.Reason == gate.ReasonLimitReached {
		return c.Since
	}
	return w.claimOf(ref).Created
}

// user returns a Job that uses limits, of whatever namespace.
func (w *World) user(ref lang.Ref) gate.Job {
	for _, job := range w.Limits.Others {
		if job.Ref() == ref {
			return job
		}
	}
	return w.Jobs[ref]
}

// ShortOf says of a Job that waits for tokens how each limit stands of which it is short, and
// where it is in line. If there is enough of all, and others are before it, it is short of all.
func (w *World) ShortOf(ref lang.Ref) []Shortage {
	at := slices.IndexFunc(w.ledger.line, func(one limit.Place[lang.Ref]) bool { return one.Who == ref })
	if at < 0 {
		return nil
	}
	var all []Shortage
	stock, place := w.takeStock(), w.ledger.line[at]
	for _, need := range place.Needs {
		s := Shortage{Needs: need.Tokens, Possible: place.Possible, Limit: w.limitNow(stock, need.Limit)}
		s.Place = 1 + slices.IndexFunc(s.Limit.Waiters, func(one Waiter) bool { return one.Ref == ref })
		all = append(all, s)
	}
	short := slices.DeleteFunc(slices.Clone(all), func(s Shortage) bool {
		return s.Limit.Problem == "" && s.Limit.Unread == "" && s.Needs <= s.Limit.Tokens-s.Limit.Used
	})
	if len(short) == 0 {
		return all
	}
	return short
}

// Shortage is a limit of which a Job waits for tokens.
type Shortage struct {
	Limit Limit
	Needs int64
	// Possible reports whether there is enough in all, and Place counts from 1 in line.
	Possible bool
	Place    int
}
