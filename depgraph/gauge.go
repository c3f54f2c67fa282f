package depgraph

import "depctl.dev/lang"

// What an unmetCount is for a list of names, gauges are for checks that ask how many have a
// status. A set counts its members by status, once for all who ask. What a check makes
// of the counts is a gauge, shared by all who ask the same; its value only
// changes when a count crosses its number, and only then is anybody looked at.

// count is how many satisfy a status, how many cannot, and how many there are.
type count struct{ yes, no, size int64 }

// of is the count of one object.
func of(status lang.Status, o *lang.Object) count {
	switch status.Of(o) {
	case lang.True:
		return count{yes: 1, size: 1}
	case lang.False:
		return count{no: 1, size: 1}
	default:
		return count{size: 1}
	}
}

func (c count) plus(d count) count  { return count{c.yes + d.yes, c.no + d.no, c.size + d.size} }
func (c count) minus(d count) count { return count{c.yes - d.yes, c.no - d.no, c.size - d.size} }

// counts is what a set counts for one status, with the gauges that read it. Those with a
// number are found by it: nothing but the number of members that satisfy the status can
// change their value, and only when it passes theirs. The rest look at all counts.
type counts struct {
	now      count
	gauges   map[gaugeKey]*gauge
	byNumber map[int64]map[*gauge]struct{}
	rest     map[*gauge]struct{}
}

// gaugeKey is what is the same for all who share a gauge.
type gaugeKey struct {
	compare  lang.Comparison
	compares bool
	// beside is what counts beside the members: objects that are named, less the one
	// that asks, which no set of its own contains.
	beside count
}

// gauge is the value of a check for a set.
type gauge struct {
	gaugeKey
	of    *counts
	check *lang.Check
	value lang.Value
	users map[*node]int
}

func (x *gauge) read() lang.Value {
	now := x.of.now.plus(x.beside)
	return x.check.OfCounts(now.yes, now.no, now.size)
}

// number returns how many members must satisfy the status for the value to change, and
// whether it hangs on that alone.
func (x *gauge) number() (int64, bool) {
	return x.compare.Number - x.beside.yes, x.compares && !x.compare.Percent
}

// gauge returns the gauge of a check, with one more user.
func (s *set) gauge(user *node, check *lang.Check, beside count) *gauge {
	status := check.Status
	c := s.counts[status]
	if c == nil {
		c = &counts{gauges: map[gaugeKey]*gauge{}, byNumber: map[int64]map[*gauge]struct{}{}, rest: map[*gauge]struct{}{}}
		for _, member := range s.members {
			c.now = c.now.plus(of(status, member.object))
		}
		s.counts[status] = c
	}
	key := gaugeKey{beside: beside}
	if check.Compare != nil {
		key.compare, key.compares = *check.Compare, true
	}
	x := c.gauges[key]
	if x == nil {
		x = &gauge{gaugeKey: key, of: c, check: check, users: map[*node]int{}}
		x.value = x.read()
		c.gauges[key] = x
		if n, only := x.number(); !only {
			c.rest[x] = struct{}{}
		} else {
			if c.byNumber[n] == nil {
				c.byNumber[n] = map[*gauge]struct{}{}
			}
			c.byNumber[n][x] = struct{}{}
		}
	}
	x.users[user]++
	return x
}

// release removes a user from a gauge. The gauge is removed with its last user, and the
// counts with their last gauge.
func (s *set) release(user *node, status lang.Status, x *gauge) {
	if x.users[user]--; x.users[user] > 0 {
		return
	}
	if delete(x.users, user); len(x.users) > 0 {
		return
	}
	c := x.of
	delete(c.gauges, x.gaugeKey)
	delete(c.rest, x)
	if n, only := x.number(); only {
		if delete(c.byNumber[n], x); len(c.byNumber[n]) == 0 {
			delete(c.byNumber, n)
		}
	}
	if len(c.gauges) == 0 {
		delete(s.counts, status)
	}
}

// account replaces the object of a member in the counts, nil before it joined and after it
// left, and returns the gauges whose value changed.
func (s *set) account(before, now *lang.Object, changed []*gauge) []*gauge {
	for status, c := range s.counts {
		was := c.now
		if before != nil {
			c.now = c.now.minus(of(status, before))
		}
		if now != nil {
			c.now = c.now.plus(of(status, now))
		}
		if c.now == was {
			continue
		}
		look := func(gauges map[*gauge]struct{}) {
			for x := range gauges {
				if value := x.read(); value != x.value {
					x.value = value
					changed = append(changed, x)
				}
			}
		}
		look(c.rest)
		if c.now.size != was.size && min(c.now.size, was.size) <= 1 {
			for _, gauges := range c.byNumber { // an empty set says nothing
				look(gauges)
			}
			continue
		}
		// One that is equal to the number is on neither side.
		for n := min(was.yes, c.now.yes) - 1; n <= max(was.yes, c.now.yes)+1; n++ {
			look(c.byNumber[n])
		}
	}
	return changed
}
