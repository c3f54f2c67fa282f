package limit

import (
	"cmp"
	"container/heap"
	"slices"
)

// mostGroups is how many groups a namespace has before others of it, whatever they need, are
// one more group: what a namespace says makes the next one of another no slower to find.
const mostGroups = 64

// line is who waits for tokens. Those of one namespace who need the same are a group: where
// the first does not fit, none of them does. So finding the next one costs the logarithm of
// the group and the number of groups, not of all who wait.
type line[H comparable] struct {
	before func(a, b H) bool
	// groups are by namespace and by the text of their needs, and at is the place of each
	// who waits.
	groups     map[groupKey]*group[H]
	at         map[H]place
	mostGroups int
	// turns has, of each namespace that waits or has waited, what it has been given.
	turns map[string]*turn
}

type groupKey struct{ namespace, needs string }

// others is the group of those who find no group of their own. Of these only the first is
// looked at: some wait longer than they would alone, and nobody forever, as long as all are
// possible.
const others = "others"

// place is in which group somebody is, and what they need.
type place struct {
	key   groupKey
	needs Needs
	text  string
}

// group is a heap of those who wait.
type group[H comparable] struct {
	line    *line[H]
	key     groupKey
	waiting []H
	// place is where each is in the heap.
	place map[H]int
}

// turn is what a namespace has been given, in shares of limits: three of ten tokens are 0.3.
type turn struct {
	given float64
	// waiting counts those who wait, and groups the groups that they are in.
	waiting, groups int
}

func newLine[H comparable](before func(a, b H) bool) line[H] {
	return line[H]{before: before, groups: map[groupKey]*group[H]{}, at: map[H]place{}, turns: map[string]*turn{}, mostGroups: mostGroups}
}

// Wait puts somebody into the line, or changes what they need. Namespaces take turns, by what
// they have been given so far; a namespace that waits anew begins where the one is that has
// been given least, so that nobody saves turns up.
func (p *Pool[H]) Wait(who H, namespace string, needs Needs) {
	text := needs.String()
	if at, waits := p.line.at[who]; waits {
		if at.key.namespace == namespace && at.text == text {
			heap.Fix(p.line.groups[at.key], p.line.groups[at.key].place[who])
			return
		}
		p.Leave(who)
	}
	t := p.line.turns[namespace]
	if t == nil {
		t = &turn{}
		p.line.turns[namespace] = t
	}
	if t.waiting == 0 {
		t.given = max(t.given, p.line.least())
	}
	t.waiting++
	key := groupKey{namespace, text}
	if p.line.groups[key] == nil && t.groups >= p.line.mostGroups {
		key.needs = others
	}
	g := p.line.groups[key]
	if g == nil {
		g = &group[H]{line: &p.line, key: key, place: map[H]int{}}
		p.line.groups[key] = g
		t.groups++
	}
	p.line.at[who] = place{key, needs, text}
	heap.Push(g, who)
	for _, need := range needs {
		p.state(need.Limit).waiting++
	}
}

// Leave takes somebody out of the line, who need not be in it.
func (p *Pool[H]) Leave(who H) {
	at, waits := p.line.at[who]
	if !waits {
		return
	}
	g, t := p.line.groups[at.key], p.line.turns[at.key.namespace]
	heap.Remove(g, g.place[who])
	delete(p.line.at, who)
	if len(g.waiting) == 0 {
		delete(p.line.groups, at.key)
		t.groups--
	}
	if t.waiting--; t.waiting == 0 && len(p.line.at) == 0 {
		clear(p.line.turns) // nobody waits: all begin anew
	}
	for _, need := range at.needs {
		s := p.limits[need.Limit]
		s.waiting--
		p.clean(need.Limit, s)
	}
}

// Waits reports whether somebody is in the line.
func (p *Pool[H]) Waits(who H) bool {
	_, waits := p.line.at[who]
	return waits
}

// least returns what the namespace has been given that waits and was given least.
func (l *line[H]) least() float64 {
	least, any := 0.0, false
	for _, t := range l.turns {
		if t.waiting > 0 && (!any || t.given < least) {
			least, any = t.given, true
		}
	}
	return least
}

// Next takes the next one out of the line who may start, and gives them their tokens. It
// returns false if nobody may.
//
// It goes through the line in order. Whoever does not fit reserves what is free of the limits
// that they are short of, and of no other: who comes later may take what they could not use.
// So everybody is the first one day, and then everything that comes back is theirs.
func (p *Pool[H]) Next() (who H, ok bool) {
	heads := make([]*group[H], 0, len(p.line.groups))
	for _, g := range p.line.groups {
		heads = append(heads, g)
	}
	slices.SortFunc(heads, p.line.compare)
	reserved := map[Name]bool{}
	for _, g := range heads {
		needs := p.line.at[g.waiting[0]].needs
		if p.fits(needs, reserved) {
			who = g.waiting[0]
			p.line.turns[g.key.namespace].given += p.share(needs)
			p.Leave(who)
			p.Hold(who, needs)
			return who, true
		}
		if !p.Possible(needs) {
			continue // it would reserve forever
		}
		for _, need := range needs {
			if need.Tokens > p.limits[need.Limit].free() {
				reserved[need.Limit] = true
			}
		}
	}
	return who, false
}

// compare orders groups by whose turn it is, and then by their first ones.
func (l *line[H]) compare(a, b *group[H]) int {
	if a.key.namespace != b.key.namespace {
		return cmp.Or(cmp.Compare(l.turns[a.key.namespace].given, l.turns[b.key.namespace].given), cmp.Compare(a.key.namespace, b.key.namespace))
	}
	switch {
	case l.before(a.waiting[0], b.waiting[0]):
		return -1
	case l.before(b.waiting[0], a.waiting[0]):
		return 1
	}
	return 0
}

// fits reports whether there is enough of every limit, of what nobody has reserved.
func (p *Pool[H]) fits(needs Needs, reserved map[Name]bool) bool {
	for _, need := range needs {
		s := p.limits[need.Limit]
		if !s.set || need.Tokens > s.free() || reserved[need.Limit] {
			return false
		}
	}
	return true
}

// Possible reports whether needs fit while nobody else holds a token.
func (p *Pool[H]) Possible(needs Needs) bool {
	return !slices.ContainsFunc(needs, func(need Need) bool {
		s := p.limits[need.Limit]
		return s == nil || !s.set || need.Tokens > s.tokens
	})
}

// share is the largest part of a limit that needs take.
func (p *Pool[H]) share(needs Needs) float64 {
	share := 0.0
	for _, need := range needs {
		share = max(share, float64(need.Tokens)/float64(max(p.limits[need.Limit].tokens, 1)))
	}
	return share
}

// Len, Less, Swap, Push and Pop are those of a heap.
func (g *group[H]) Len() int           { return len(g.waiting) }
func (g *group[H]) Less(i, j int) bool { return g.line.before(g.waiting[i], g.waiting[j]) }

func (g *group[H]) Swap(i, j int) {
	g.waiting[i], g.waiting[j] = g.waiting[j], g.waiting[i]
	g.place[g.waiting[i]], g.place[g.waiting[j]] = i, j
}

func (g *group[H]) Push(x any) {
	who := x.(H)
	g.place[who] = len(g.waiting)
	g.waiting = append(g.waiting, who)
}

func (g *group[H]) Pop() any {
	last := len(g.waiting) - 1
	who := g.waiting[last]
	g.waiting = g.waiting[:last]
	delete(g.place, who)
	return who
}
