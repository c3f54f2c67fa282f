package lang

import (
	"slices"
	"strconv"
)

// validate reports what can never be right although it is well formed.
func (b *builder) validate(c *Check, from *operand) bool {
	if !b.ofKinds(c) {
		return false
	}
	if special := b.special(c, from); special != nil {
		return *special
	}
	set := c.isSet()
	if c.Compare == nil {
		if set && c.Status.spec().needsCount && !c.ofOneCronJob() {
			call := Span{c.span.Start, c.span.Start + len(b.text[c.span.Start:spanOf(from.Close).End])}
			text, whole := b.source(call), b.text[call.Start:call.End]
			fixes := []Fix{{call, whole + " >= 1"}}
			hint := "write " + text + " >= 1"
			if !c.isOpen() {
				fixes, hint = append(fixes, Fix{call, whole + " >= 100%"}), hint+" for any, "+text+" >= 100% for all"
			}
			b.suggest(AnyOrAll, c.span, hint, fixes, "%s of several does not say whether any or all are meant", quote(string(c.Status)))
			return false
		}
		return true
	}
	at := spanOf(from.Compare).to(spanOf(from.Count))
	if from.Percent.Type != 0 {
		at.End = spanOf(from.Percent).End
	}
	plain := b.source(Span{c.span.Start, max(c.span.Start, at.Start)})
	switch {
	case c.Status == StatusTime:
		b.suggest(SingleComparison, at, "delete it", []Fix{{at, ""}}, "a time has nothing to count")
	case !set:
		b.suggest(SingleComparison, at, "write "+trimmed(plain)+", or compare a list: succeeded(a, b) >= 1", []Fix{{at, ""}}, "there is only one to count here")
	case c.Compare.Percent && (c.Compare.Number > 100 || c.Compare.Number == 100 && c.Compare.Op == MoreThan):
		b.add(OverPercent, at, "", "there are no more than 100%%")
	case c.isOpen() && (c.Compare.Percent || c.Compare.Op != AtLeast && c.Compare.Op != MoreThan):
		b.add(OpenComparison, at, "write >= and a number, or list the names",
			"a glob or selector may match more at any time: only >= or > with a number stays true")
	case c.Compare.Percent && (c.Compare.Op == Equal || c.Compare.Op == Unequal):
		sign := spanOf(from.Compare)
		b.suggest(PercentEquality, at, "write >= or <=", []Fix{{sign, ">="}, {sign, "<="}}, "a percentage is rarely met exactly, it cannot be compared with %s", quote(string(c.Compare.Op)))
	default:
		if canTrue, _ := satisfiable(c); !canTrue {
			what := "a set"
			if size, constant := c.constantSize(); constant {
				what = "a set of " + strconv.FormatInt(size, 10)
			}
			b.add(ImpossibleCount, at, "", "this can never be true of %s", what)
			return false
		}
		return true
	}
	return false
}

// special reports what can never be right of the checks on what is no set: a whole run, and
// what is absent. It returns nil where c is no such check.
func (b *builder) special(c *Check, from *operand) *bool {
	no, yes := false, true
	whole := slices.ContainsFunc(c.Targets, func(t Target) bool { return t.WholeRun })
	switch {
	case c.Status == StatusAbsent:
		t := c.Targets[0]
		switch {
		case len(c.Targets) > 1, t.Ref.IsSet(), t.Elements != nil, t.Self, whole, c.Before, c.Compare != nil:
			b.add(BadAbsent, c.span, "write absent(a) + 1m for each", "absent(...) is about a single object, and takes no key and no comparison")
		case t.Ref.Kind == KindCronJob && t.Ref.Run != "":
			b.add(BadAbsent, t.Span, "leave the offset out", "absent(...) is about the CronJob, not about its runs")
		case c.Delay == 0 && b.negated:
			b.add(BadAbsent, c.span, "write exists("+clip(t.String())+") without \"not\"", "there is a status for what is not absent")
		case c.Delay == 0:
			text := b.source(c.span) + " + 1m"
			b.suggest(BadAbsent, c.span, "write "+text, []Fix{{Span{c.span.End, c.span.End}, " + 1m"}}, "what is absent now may be applied a moment later: say how long it must have been")
		default:
			return &yes
		}
		return &no
	case whole:
		switch {
		case c.Status != StatusSucceeded && c.Status != StatusFailed && c.Status != StatusFinished:
			b.add(BadRunCheck, c.span, "write succeeded(run), failed(run) or finished(run)", "a run is not %s", quote(string(c.Status)))
		case len(c.Targets) > 1:
			b.add(BadRunCheck, c.span, "write a check of its own: finished(run)", "a run is one object and stands alone")
		case c.Compare != nil, c.Before, len(c.Reasons)+len(c.Codes)+len(c.Results) > 0:
			b.add(BadRunCheck, c.span, "leave the comparison and the keys out", "a run is one object: there is nothing to count, and it has no keys")
		default:
			return &yes
		}
		return &no
	case len(c.Results) > 0 && slices.ContainsFunc(c.Targets, func(t Target) bool { return t.Self || t.Elements != nil }):
		b.add(MisplacedKey, c.span, "leave the brackets out", "an element has no result, only a whole Job has one")
		return &no
	}
	return nil
}

func trimmed(s string) string {
	for len(s) > 0 && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// constantSize returns how many members the set of c has at most, if the text
// alone says so.
func (c *Check) constantSize() (int64, bool) {
	if c.Before {
		return 0, false
	}
	type member struct {
		ref      Ref
		elements string
	}
	seen := make(map[member]bool, len(c.Targets))
	var size int64
	for i := range c.Targets {
		t := &c.Targets[i]
		if t.Self || t.Ref.IsSet() || t.Ref.Kind == KindCronJob {
			return 0, false
		}
		count := int64(1)
		m := member{ref: t.Ref}
		if t.Elements != nil {
			n, ok := t.Elements.constantSize()
			if !ok {
				return 0, false
			}
			count, m.elements = n, t.Elements.String()
		}
		if !seen[m] {
			size += count
		}
		seen[m] = true
	}
	return size, true
}

// satisfiable reports whether n can become true and whether it can become false,
// as far as its text alone says.
func satisfiable(n Node) (canTrue, canFalse bool) {
	switch n := n.(type) {
	case *Not:
		canTrue, canFalse = satisfiable(n.Term)
		return canFalse, canTrue
	case *All:
		canTrue = true
		for _, t := range n.Terms {
			yes, no := satisfiable(t)
			canTrue, canFalse = canTrue && yes, canFalse || no
		}
		return canTrue, canFalse
	case *Any:
		canFalse = true
		for _, t := range n.Terms {
			yes, no := satisfiable(t)
			canTrue, canFalse = canTrue || yes, canFalse && no
		}
		return canTrue, canFalse
	case *Check:
		return n.satisfiable()
	}
	return true, true
}

func (c *Check) satisfiable() (canTrue, canFalse bool) {
	if c.Compare == nil {
		return true, c.Status.hasFalse()
	}
	switch size, constant := c.constantSize(); {
	case c.isOpen():
		return true, false
	case c.Before:
		return true, true
	case constant && !c.Status.hasFalse():
		// Each member counts in the end.
		return c.Compare.holds(size, size), !c.Compare.holds(size, size)
	case constant:
		return c.Compare.holdsWithin(size)
	case c.Compare.Percent && !c.Status.hasFalse():
		return c.Compare.holds(1, 1), !c.Compare.holds(1, 1)
	default:
		return c.Compare.holdsWithin(maxInteger)
	}
}

// holdsWithin reports whether the comparison holds, and whether it does not hold,
// for some count of a set of the given size.
func (c *Comparison) holdsWithin(size int64) (some, notAll bool) {
	for _, count := range [...]int64{0, min(max(c.Number, 0), size), min(c.Number+1, size), size} {
		if c.holds(count, size) {
			some = true
		} else {
			notAll = true
		}
	}
	return some, notAll
}
