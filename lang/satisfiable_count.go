package lang

// countBounds counts the members of a set by the values that a check on them can still have.
type countBounds struct {
	// yes and no are decided, either may become both, onlyYes and onlyNo may
	// become one of them or stay undecided, and never stays undecided.
	yes, no, either, onlyYes, onlyNo, never int64
	// unsized says that there may be any number more.
	unsized bool
	// doubtful says that the text must be fixed before anything can be counted.
	doubtful bool
	// bound are the undecided members that are not free.
	bound []Ref
}

// add counts n members.
func (t *countBounds) add(decided Value, o satisfiability, n int64) {
	switch {
	case o.yes && o.no:
		t.either += n
	case decided == True:
		t.yes += n
	case decided == False:
		t.no += n
	case o.yes:
		t.onlyYes += n
	case o.no:
		t.onlyNo += n
	default:
		t.never += n
	}
}

func (t *countBounds) size() int64 { return t.yes + t.no + t.either + t.onlyYes + t.onlyNo + t.never }

// countBounds looks up the members of a set, each once.
func (f *foresight) countBounds(c *Check) countBounds {
	var t countBounds
	p := prepared{check: c} // for its arrays only
	var seen map[Ref]bool   // a single target names nothing twice
	if len(c.Targets) > 1 {
		seen = map[Ref]bool{}
	}
	arrays := map[Ref]*arrayFacts{}
	var named []Ref // the arrays, in the order of the text
	add := func(ref Ref, o *Object, target *Target) {
		switch {
		case c.Before && !olderThan(o, f.subject.Object):
		case target.Elements != nil:
			if arrays[ref] == nil {
				named = append(named, ref)
			}
			p.addArray(arrays, ref, o, target)
		case !seen[ref]:
			if seen != nil {
				seen[ref] = true
			}
			value, _ := c.of(o)
			fate := f.fate(ref)
			t.add(value, f.object(c, o, fate), 1)
			if value == Unknown && fate != Free {
				t.bound = append(t.bound, ref)
			}
		}
	}
	for i := range c.Targets {
		target := &c.Targets[i]
		ref := target.Ref.Resolve(f.subject.Ref)
		if !ref.IsSet() && ref.Kind != KindCronJob {
			add(ref, f.world.Object(ref), target)
			continue
		}
		members, problem := f.world.Members(ref)
		t.unsized = t.unsized || problem != nil || ref.Kind == KindCronJob && len(members) == 0
		t.doubtful = t.doubtful || c.anyOrAll(ref, members) != nil
		for _, m := range members {
			add(ref.member(m), m.Object, target)
		}
	}
	for _, ref := range named {
		f.elements(&t, c, ref, arrays[ref])
	}
	return t
}

// elements counts those elements of an array that are members. What cannot be
// counted yet may turn out to be any number.
func (f *foresight) elements(t *countBounds, c *Check, ref Ref, a *arrayFacts) {
	if a.absent {
		t.unsized = true
		return
	}
	members, _, problem := f.members(a)
	if problem != nil {
		t.unsized = true
		return
	}
	n := a.addTo(count{}, members)
	undecided, fate := n.size-n.yes-n.no, f.fate(ref)
	t.yes, t.no = t.yes+n.yes, t.no+n.no
	if undecided == 0 {
		return
	}
	o := satisfiability{yes: true, no: c.Status.hasFalse()}
	switch fate {
	case Frozen:
		o = satisfiability{}
	case OnlySkipped:
		yes, no, _ := c.elements(asSkipped(a.object))
		o = satisfiability{yes: len(yes) > 0, no: len(no) > 0}
	}
	t.add(Unknown, o, undecided)
	if fate != Free {
		t.bound = append(t.bound, ref)
	}
}

// satisfiability returns what may become of c, asked about a set.
func (c *Check) satisfiability(t countBounds) satisfiability {
	if t.doubtful {
		return satisfiability{true, true}
	}
	open := c.isOpen()
	if t.size() == 0 && c.Before && !t.unsized {
		return satisfiability{yes: true}
	}
	// The most that can satisfy c for certain, and the fewest that one day
	// still might.
	most, least := t.yes+t.either+t.onlyYes, t.yes+t.onlyYes+t.never
	switch {
	case c.Compare == nil:
		grows := (open || t.unsized) && c.Status.hasFalse()
		return satisfiability{yes: t.no+t.onlyNo+t.never == 0, no: t.no+t.onlyNo+t.either > 0 || grows}
	case open:
		return satisfiability{yes: true} // by more members; no comparison of an open set is ever false
	case t.unsized && c.Compare.Percent:
		return satisfiability{true, true}
	case t.unsized:
		most = 2 * maxInteger
	}
	size, n := t.size(), c.Compare.Number
	switch c.Compare.Op {
	case Equal:
		return satisfiability{yes: t.never == 0 && least <= n && n <= most, no: most > n || least < n}
	case Unequal:
		return satisfiability{yes: most > n || least < n, no: t.never == 0 && least <= n && n <= most}
	case AtMost, LessThan:
		return satisfiability{yes: c.Compare.holds(least, size), no: !c.Compare.holds(most, size)}
	default:
		return satisfiability{yes: c.Compare.holds(most, size), no: !c.Compare.holds(least, size)}
	}
}
