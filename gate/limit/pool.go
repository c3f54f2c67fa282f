package limit

import (
	"maps"
	"slices"
)

// Pool is the limits, who holds tokens of them, and who waits for some. Create one with
// NewPool. H names who holds tokens.
type Pool[H comparable] struct {
	limits  map[Name]*state
	holders map[H]Needs
	line    line[H]
}

// state is what is known of one limit.
type state struct {
	// tokens is how many there are; there is no such limit if it is not set.
	tokens int64
	set    bool
	// used is how many are held. It may be more than tokens: a lower number takes nothing
	// away, and what runs unheld counts too.
	used int64
	// holders and waiting count who holds tokens or waits for some: a limit that is not set
	// is kept while there are any.
	holders, waiting int
}

func (s *state) free() int64 { return s.tokens - s.used }

// NewPool returns a pool without limits. before reports the order of two who wait in one
// namespace; it is a strict order of all.
func NewPool[H comparable](before func(a, b H) bool) *Pool[H] {
	return &Pool[H]{limits: map[Name]*state{}, holders: map[H]Needs{}, line: newLine(before)}
}

// SetLimit says how many tokens there are of a limit. What is held stays held.
func (p *Pool[H]) SetLimit(name Name, tokens int64) {
	s := p.state(name)
	s.tokens, s.set = tokens, true
}

// RemoveLimit says that there is no such limit any more.
func (p *Pool[H]) RemoveLimit(name Name) {
	if s := p.limits[name]; s != nil {
		s.tokens, s.set = 0, false
		p.clean(name, s)
	}
}

// Hold says that somebody holds tokens, whether there are as many or not, instead of what
// they held before.
func (p *Pool[H]) Hold(holder H, needs Needs) {
	p.Release(holder)
	if len(needs) == 0 {
		return
	}
	p.holders[holder] = needs
	for _, need := range needs {
		s := p.state(need.Limit)
		s.used += need.Tokens
		s.holders++
	}
}

// Release says that somebody holds nothing any more.
func (p *Pool[H]) Release(holder H) {
	needs := p.holders[holder]
	delete(p.holders, holder)
	for _, need := range needs {
		s := p.limits[need.Limit]
		s.used -= need.Tokens
		s.holders--
		p.clean(need.Limit, s)
	}
}

// Holds reports whether somebody holds tokens.
func (p *Pool[H]) Holds(holder H) bool { return len(p.holders[holder]) > 0 }

// Held returns the tokens that somebody holds.
func (p *Pool[H]) Held(holder H) Needs { return p.holders[holder] }

// Tokens returns how many tokens a limit has, how many are held, and whether it exists.
func (p *Pool[H]) Tokens(name Name) (tokens, used int64, exists bool) {
	if s := p.limits[name]; s != nil {
		return s.tokens, s.used, s.set
	}
	return 0, 0, false
}

// Limits returns the limits that exist, of which somebody holds tokens or for which somebody
// waits, sorted.
func (p *Pool[H]) Limits() []Name { return slices.SortedFunc(maps.Keys(p.limits), Name.Compare) }

// Holders returns who holds tokens of a limit and how many, in no order.
func (p *Pool[H]) Holders(name Name) map[H]int64 {
	of := map[H]int64{}
	for holder, needs := range p.holders {
		for _, need := range needs {
			if need.Limit == name {
				of[holder] = need.Tokens
			}
		}
	}
	return of
}

func (p *Pool[H]) state(name Name) *state {
	s := p.limits[name]
	if s == nil {
		s = &state{}
		p.limits[name] = s
	}
	return s
}

func (p *Pool[H]) clean(name Name, s *state) {
	if !s.set && s.holders == 0 && s.waiting == 0 {
		delete(p.limits, name)
	}
}
