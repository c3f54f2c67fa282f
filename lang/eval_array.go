package lang

import "fmt"

// elements returns the elements of the array o that satisfy c and those that
// cannot, by the Job's own word about its indexes.
func (c *Check) elements(o *Object) (yes, no Indexes, problem *Problem) {
	switch {
	case o == nil:
		return nil, nil, nil
	case o.Problem != nil:
		return nil, nil, o.Problem
	case o.Array == nil:
		return nil, nil, &Problem{Code: ProblemNotIndexed, Message: "it is not an Indexed Job and has no elements"}
	}
	spec, e := c.Status.spec(), o.elementSets()
	if o.Outcome == Skipped {
		if spec.object(o) == True {
			return e.all, nil, nil
		}
		return nil, e.all, nil
	}
	yes, no = spec.elements(o, e)
	if len(c.Reasons) > 0 || len(c.Codes) > 0 {
		return c.failures(o, yes, no)
	}
	return yes, no, nil
}

// failures applies the keys of failed(...) to the elements that failed.
func (c *Check) failures(o *Object, failed, done Indexes) (yes, no Indexes, problem *Problem) {
	// reason= is that of the whole Job.
	ended := decided(o.Outcome != Undecided, o.Outcome == Failed)
	if len(c.Codes) == 0 {
		switch value, _ := c.failure(ended, o.Reason, nil); value {
		case True:
			return failed, done, nil
		case False:
			return nil, done.Union(failed), nil
		default:
			return nil, done, nil
		}
	}
	var met, unmet, known []Interval
	for i, e := range o.Array.Elements {
		if e.Exit == nil || !failed.Contains(i) {
			continue
		}
		known = append(known, Interval{i, i})
		value, lost := c.failure(ended, o.Reason, e.Exit)
		switch {
		case lost:
			problem = exitCodeLost()
		case value == True:
			met = append(met, Interval{i, i})
		case value == False:
			unmet = append(unmet, Interval{i, i})
		}
	}
	if len(failed.Intersect(o.Array.Told).Minus(normalize(known))) > 0 {
		problem = exitCodeLost()
	}
	if value, _ := c.failure(ended, o.Reason, nil); value == False {
		return nil, done.Union(failed), nil
	}
	return normalize(met), done.Union(normalize(unmet)), problem
}

// maxSpent bounds the indexes that one evaluation looks at one by one.
const maxSpent = 4_000_000

// members returns the elements of a that are members at the index of v. falls
// says that there is none because the index is at the edge of the array, where
// nothing is waited for.
func (v *view) members(a *arrayFacts) (members Indexes, falls bool, problem *Problem) {
	var list []Interval
	shifted := true
	for _, e := range a.lists {
		if e.All {
			list = append(list, Interval{0, a.size - 1})
			shifted = false
			continue
		}
		for i := range e.Ranges {
			r := &e.Ranges[i]
			shifted = shifted && r.shifted()
			list = v.appendRange(list, r, a.size)
		}
	}
	if v.spent > maxSpent {
		return nil, false, tooLarge()
	}
	members = normalize(list)
	outside := len(members) == 0 || a.size == 0
	if a.self && v.index >= 0 {
		members = members.Minus(Between(v.index, v.index))
	}
	switch {
	case len(members) > 0 && a.size > 0:
		return members, false, nil
	case a.self && (!outside || shifted), shifted && a.size == v.ownSize():
		return nil, true, nil
	default:
		return nil, false, &Problem{
			Code: ProblemNoSuchElement, Message: fmt.Sprintf("it has no such element, only 0 to %d", a.size-1),
		}
	}
}

func (v *view) ownSize() int64 {
	if v.subject.Object == nil || v.subject.Object.Array == nil {
		return -1
	}
	return v.subject.Object.Array.Size
}

// appendRange appends what of r lies in an array of the given size.
func (v *view) appendRange(list []Interval, r *IndexRange, size int64) []Interval {
	low, high := r.at(v.index)
	if r.Step == 1 {
		if low, high = max(low, 0), min(high, size-1); low <= high {
			list = append(list, Interval{low, high})
		}
		return list
	}
	if low < 0 {
		low += (-low + r.Step - 1) / r.Step * r.Step
	}
	for i := low; i <= min(high, size-1) && v.spent <= maxSpent; i += r.Step {
		list = append(list, Interval{i, i})
		v.spent++
	}
	return list
}

func tooLarge() *Problem {
	return &Problem{Code: ProblemTooLarge, Message: "this takes too many single indexes: use ranges without a step"}
}
