package lang

import (
	"fmt"
	"slices"
	"time"
)

// count is how many members of a set satisfy a check, cannot, and are there.
type count struct {
	yes, no, size int64
	// unsized says that the set has members which cannot be counted yet.
	unsized bool
}

// prepared is what a check on a set needs of the world, for all indexes.
type prepared struct {
	check *Check
	// whole counts the members that are objects.
	count
	// decisions are those of the whole members, for delays.
	decisions []decision
	// named says that some member is named, and first is when the first of
	// the others was created.
	named bool
	first time.Time
	// arrays are those of whose elements members are, one of each.
	arrays  []*arrayFacts
	problem *Problem
	// ref and object are the first member that did not satisfy the check.
	ref    Ref
	object *Object
}

// arrayFacts is what is known of the elements of one array.
type arrayFacts struct {
	self    bool
	object  *Object
	lists   []*Elements
	size    int64
	yes, no Indexes
	// absent says that the array does not exist, or is none.
	absent  bool
	problem *Problem
	// timestamps are those of the object, once they are needed.
	timestamps *timestamps
}

// set decides a check on a set, at the index of v if it mentions one.
func (v *view) set(c *Check, negated bool) finding {
	if c.Before {
		start := v.start(c)
		if start.IsZero() {
			return finding{}
		}
		if v.now.Before(start) {
			v.wake(start)
			return finding{until: start}
		}
	}
	p := v.prepared[c]
	if p == nil {
		p = v.prepare(c)
		if v.prepared != nil {
			v.prepared[c] = p
		}
	}
	return v.decide(p, negated)
}

// prepare looks up the members of a set, each once.
func (v *view) prepare(c *Check) *prepared {
	p := &prepared{check: c}
	var seen map[Ref]bool // a single target names nothing twice
	if len(c.Targets) > 1 {
		seen = map[Ref]bool{}
	}
	arrays := map[Ref]*arrayFacts{}
	for i := range c.Targets {
		t := &c.Targets[i]
		ref := t.Ref.Resolve(v.subject.Ref)
		switch {
		case t.Self:
			p.named = true
			p.addArray(arrays, v.subject.Ref, v.subject.Object, t)
		case ref.IsSet() || ref.Kind == KindCronJob:
			members, problem := v.world.Members(ref)
			if doubt := c.anyOrAll(ref, members); doubt != nil {
				members, problem = nil, doubt
			}
			if problem == nil && len(members) == 1 && c.ofOneCronJob() { // then the reason speaks of it
				p.ref, p.object = ref.member(members[0]), members[0].Object
			}
			if problem != nil {
				p.fail(problem)
				p.unsized = true
			}
			for _, m := range members {
				p.add(v, seen, arrays, ref.member(m), m.Object, t)
			}
		default:
			p.named = true
			p.add(v, seen, arrays, ref, v.world.Object(ref), t)
		}
	}
	return p
}

// member returns the reference to a member of the set that r names.
func (r Ref) member(m Member) Ref {
	if r.Kind == KindCronJob {
		r.Run = m.Name
	} else {
		r.Name = m.Name
	}
	return r
}

// anyOrAll returns why a check on several runs of a CronJob cannot be decided: it does not
// say how many are meant. Of a glob the text alone shows that.
func (c *Check) anyOrAll(ref Ref, members []Member) *Problem {
	if ref.Kind != KindCronJob || len(members) < 2 || c.Compare != nil || !c.Status.spec().needsCount {
		return nil
	}
	some, all := *c, *c
	some.Compare, all.Compare = &Comparison{Op: AtLeast, Number: 1}, &Comparison{Op: AtLeast, Number: 100, Percent: true}
	return &Problem{Code: ProblemAnyOrAll, Message: fmt.Sprintf(
		"%d scheduled times are meant: write %s for any of them, %s for all", len(members), &some, &all)}
}

func (p *prepared) fail(problem *Problem) {
	if p.problem == nil {
		p.problem = problem
	}
}

func (p *prepared) add(v *view, seen map[Ref]bool, arrays map[Ref]*arrayFacts, ref Ref, o *Object, t *Target) {
	if p.check.Before && !olderThan(o, v.subject.Object) {
		return
	}
	if t.Elements != nil {
		p.addArray(arrays, ref, o, t)
		return
	}
	if seen[ref] {
		return
	}
	if seen != nil {
		seen[ref] = true
	}
	value, problem := p.check.of(o)
	if problem != nil {
		p.fail(problem)
	}
	p.size++
	switch value {
	case True:
		p.yes++
	case False:
		p.no++
	}
	if p.check.Delay > 0 && o != nil {
		own := v.subject.Object
		p.first = earliest(p.first, o.timestampsOf(own).created)
		if value != Unknown {
			p.decisions = append(p.decisions, decision{at: p.check.whenOf(o, own), value: value})
		}
	}
	if value != True && (p.ref.Name == "" || value == False && p.no == 1) {
		p.ref, p.object = ref, o
	}
}

// olderThan reports whether o was created before the annotated Job. What cannot
// be looked up may have been.
func olderThan(o, own *Object) bool {
	switch {
	case o == nil:
		return false
	case o.Problem != nil:
		return true
	}
	if c := o.Created.Compare(own.Created); c != 0 {
		return c < 0
	}
	return o.UID < own.UID
}

func (p *prepared) addArray(arrays map[Ref]*arrayFacts, ref Ref, o *Object, t *Target) {
	a := arrays[ref]
	if a == nil {
		a = &arrayFacts{self: t.Self, object: o}
		a.yes, a.no, a.problem = p.check.elements(o)
		if a.absent = o == nil || o.Problem != nil || o.Array == nil; !a.absent {
			a.size = o.Array.Size
		}
		arrays[ref] = a
		p.arrays = append(p.arrays, a)
		if p.ref.Name == "" {
			p.ref, p.object = ref, o
		}
	}
	// An array that is named both as self[...] and by name keeps the former.
	a.self = a.self || t.Self
	a.lists = append(a.lists, t.Elements)
}

// decide counts the members at the index of v.
func (v *view) decide(p *prepared, negated bool) finding {
	c := p.check
	f := finding{count: p.count, problem: p.problem, ref: p.ref, object: p.object}
	decisions := slices.Clip(p.decisions)
	edge := false
	for _, a := range p.arrays {
		if a.problem != nil && f.problem == nil {
			f.problem = a.problem
		}
		if a.absent {
			f.unsized = true
			continue
		}
		members, falls, problem := v.members(a)
		if problem != nil {
			f.unsized = true
			if f.problem == nil {
				f.problem = problem
			}
			continue
		}
		edge = edge || falls
		if !c.isSet() || len(p.arrays) == 1 && c.ofOneCronJob() {
			f.element = members
		}
		f.count = a.addTo(f.count, members)
		if c.Delay > 0 {
			decisions = v.appendDecisions(decisions, c, a, members)
		}
	}
	switch {
	case f.size == 0 && !f.unsized && edge:
		f.value, f.edge = decided(true, !negated), true
		return f
	case f.size == 0 && !f.unsized && c.Before:
		f.value = True
		return v.since(c, f, v.start(c))
	case f.size == 0 && !f.unsized:
		return f
	}
	if f.value = c.decide(f.count); f.value == True && c.Delay > 0 {
		return v.delayed(p, f, decisions)
	}
	return f
}

func (a *arrayFacts) addTo(n count, members Indexes) count {
	for _, m := range members {
		n.yes += a.yes.countWithin(m.Low, m.High)
		n.no += a.no.countWithin(m.Low, m.High)
		n.size += m.High - m.Low + 1
	}
	return n
}

// decide returns the value for a set that is not empty.
func (c *Check) decide(n count) Value {
	if c.Compare == nil {
		switch {
		case n.no > 0:
			return False
		case n.unsized || n.yes < n.size:
			return Unknown
		default:
			return True
		}
	}
	high := n.size - n.no
	switch {
	case n.unsized && c.Compare.Percent:
		return Unknown
	case n.unsized || c.isOpen():
		// Any number may still come.
		high = 2 * maxInteger
	}
	return c.Compare.decide(n.yes, high, n.size)
}
