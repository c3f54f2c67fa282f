package lang

import (
	"fmt"
	"time"
)

// plain evaluates an expression for one index in the most direct way: it lists
// the members of a set one by one and decides each by the words of section 3 of
// the language. It knows no intervals.
type plain struct {
	w     world
	s     *Subject
	now   time.Time
	index int64
}

func (p plain) value(n Node, negated bool) Value {
	switch n := n.(type) {
	case *All:
		value := True
		for _, t := range n.Terms {
			value = and(value, p.value(t, negated))
		}
		return value
	case *Any:
		value := False
		for _, t := range n.Terms {
			value = or(value, p.value(t, negated))
		}
		return value
	case *Not:
		return not(p.value(n.Term, !negated))
	}
	return p.check(n.(*Check), negated)
}

type plainMember struct {
	value Value
	at    time.Time
}

func (p plain) check(c *Check, negated bool) Value {
	if c.Status == StatusTime {
		return p.delayed(c, c.At)
	}
	own := p.s.Object
	if t := &c.Targets[0]; c.Status == StatusAbsent {
		if p.w[t.Ref.Resolve(p.s.Ref)] != nil {
			return False
		}
		return p.delayed(c, own.Created)
	} else if t.WholeRun {
		return p.run(c.Status, t.Ref.Resolve(p.s.Ref).Run, p.now.Add(-c.Delay), p.now)
	}
	if c.Before && p.now.Before(own.Created.Add(2*time.Second)) {
		return Unknown
	}
	members := map[string]plainMember{}
	unsized, edge := false, false
	type array struct {
		o    *Object
		self bool
		list []*Elements
	}
	arrays := map[Ref]*array{}
	add := func(ref Ref, o *Object, t *Target) {
		if c.Before && !t.Self && (o == nil || o.Created.After(own.Created) || o.Created.Equal(own.Created) && o.UID >= own.UID) {
			return
		}
		if t.Elements == nil {
			value, _ := c.of(o)
			members[ref.String()] = plainMember{value: value}
			if o != nil {
				members[ref.String()] = plainMember{value: value, at: c.whenOf(o, own)}
			}
			return
		}
		if arrays[ref] == nil {
			arrays[ref] = &array{o: o}
		}
		arrays[ref].self = arrays[ref].self || t.Self
		arrays[ref].list = append(arrays[ref].list, t.Elements)
	}
	for i := range c.Targets {
		t := &c.Targets[i]
		ref := t.Ref.Resolve(p.s.Ref)
		switch {
		case t.Self:
			add(p.s.Ref, own, t)
		case ref.Kind == KindCronJob:
			list, _ := p.w.Members(ref)
			if len(list) > 1 && c.Compare == nil && (c.Status == StatusFailed || c.Status == StatusSkipped) {
				return Unknown // any or all?
			}
			for _, m := range list {
				add(nightly(ref.Namespace, ref.Name, m.Name), m.Object, t)
			}
		case ref.IsSet():
			list, _ := p.w.Members(ref)
			for _, m := range list {
				add(step(ref.Run, m.Name), m.Object, t)
			}
		default:
			add(ref, p.w.Object(ref), t)
		}
	}
	for ref, a := range arrays {
		if a.o == nil || a.o.Array == nil {
			unsized = true
			continue
		}
		found, self, shifted := map[int64]bool{}, false, true
		for _, e := range a.list {
			for i := int64(0); e.All && i < a.o.Array.Size; i++ {
				found[i] = true
			}
			shifted = shifted && !e.All
			for _, r := range e.Ranges {
				shifted = shifted && r.shifted()
				low, high := r.at(p.index)
				for i := low; i <= high; i += r.Step {
					if i >= 0 && i < a.o.Array.Size {
						found[i] = true
					}
				}
			}
		}
		if a.self && found[p.index] {
			self = true
			delete(found, p.index)
		}
		if len(found) == 0 {
			if self || shifted && (a.self || a.o.Array.Size == own.Array.Size) {
				edge = true
			} else {
				unsized = true
			}
		}
		for i := range found {
			members[fmt.Sprint(ref, i)] = p.element(c, a.o, i)
		}
	}
	var n count
	n.unsized = unsized
	for _, m := range members {
		n.size++
		switch m.value {
		case True:
			n.yes++
		case False:
			n.no++
		}
	}
	switch {
	case n.size == 0 && !unsized && edge:
		return decided(true, !negated)
	case n.size == 0 && !unsized && c.Before:
		return p.delayed(c, own.Created.Add(2*time.Second))
	case n.size == 0 && !unsized:
		return Unknown
	}
	value := c.decide(n)
	if value != True || c.Delay == 0 {
		return value
	}
	// True long enough ago: with only what had been decided by then.
	then := p.now.Add(-c.Delay)
	n.yes, n.no = 0, 0
	needed := c.decide(n) != True
	for _, m := range members {
		switch {
		case m.at.IsZero() || m.at.After(then):
		case m.value == True:
			n.yes++
		case m.value == False:
			n.no++
		}
	}
	for _, a := range arrays {
		n.unsized = n.unsized || a.o == nil || a.o.Array == nil || a.o.timestampsOf(own).created.After(then)
	}
	came := own.Created
	if c.Before {
		came = came.Add(time.Second)
	}
	if c.decide(n) != True || !needed && (came.After(then) || c.isOpen() && p.emptyAt(c, then)) {
		return Unknown
	}
	return True
}

// run decides a status of a whole run, by what had come of its steps at a time before now.
func (p plain) run(asked Status, run string, then, now time.Time) Value {
	at := func(then time.Time) Value {
		exist, size, all, over, good, bad := int64(0), int64(0), 0, 0, 0, 0
		for ref, o := range p.w {
			if ref.Kind != KindJob || ref.Run != run {
				continue
			}
			exist, size = exist+1, max(size, o.RunSize)
			if o.NamesRun {
				continue
			}
			all++
			if o.Outcome == Undecided || o.timestampsOf(p.s.Object).ended.After(then) {
				continue
			}
			over++
			if o.Outcome == Succeeded {
				good++
			}
			if o.Outcome == Failed || o.Reason == "DependencyTimeout" {
				bad++
			}
		}
		ended := over == all && all > 0 && exist >= size
		switch {
		case asked == StatusFinished && ended:
			return True
		case asked == StatusFinished:
			return Unknown
		case bad > 0 || ended && good == 0:
			return decided(true, asked == StatusFailed)
		case ended:
			return decided(true, asked == StatusSucceeded)
		}
		return Unknown
	}
	switch value := at(now); {
	case run == "":
		return Unknown
	case value == True && at(then) != True:
		return Unknown
	default:
		return value
	}
}

// emptyAt reports whether the set of c had no member yet that there is now.
func (p plain) emptyAt(c *Check, then time.Time) bool {
	for i := range c.Targets {
		ref := c.Targets[i].Ref.Resolve(p.s.Ref)
		if c.Targets[i].Self || !ref.IsSet() {
			return false
		}
		list, _ := p.w.Members(ref)
		for _, m := range list {
			if !m.Object.timestampsOf(p.s.Object).created.After(then) {
				return false
			}
		}
	}
	return true
}

func (p plain) delayed(c *Check, at time.Time) Value {
	if p.now.Before(at.Add(c.Delay)) {
		return Unknown
	}
	return True
}

func (p plain) element(c *Check, o *Object, i int64) plainMember {
	a := o.Array
	completed := a.Completed.Contains(i)
	failed := !completed && (a.Failed.Contains(i) || o.Outcome == Succeeded || o.Outcome == Failed)
	skipped := o.Outcome == Skipped
	if skipped {
		completed, failed = false, false
	}
	m := plainMember{at: c.whenElement(o, i, o.timestampsOf(p.s.Object))}
	is := func(yes, never bool) {
		switch {
		case yes:
			m.value = True
		case never:
			m.value = False
		}
	}
	switch c.Status {
	case StatusSucceeded:
		is(completed, failed || skipped)
	case StatusFailed:
		is(failed, completed || skipped)
		if failed && (len(c.Reasons) > 0 || len(c.Codes) > 0) {
			ended := Unknown
			switch o.Outcome {
			case Failed:
				ended = True
			case Succeeded:
				ended = False
			}
			m.value, _ = c.failure(ended, o.Reason, a.Elements[i].Exit)
		}
	case StatusSkipped:
		is(skipped, completed || failed || o.Started || a.Started.Contains(i))
	case StatusFinished:
		is(completed || failed || skipped, false)
	case StatusStarted:
		is(!skipped && (completed || failed || a.Started.Contains(i) || o.Outcome != Undecided), skipped)
	case StatusReady:
		is(completed || !failed && !skipped && a.Ready.Contains(i), failed || skipped)
	default:
		is(true, false)
	}
	return m
}
