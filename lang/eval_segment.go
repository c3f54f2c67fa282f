package lang

// segment is a run of indexes i on which an expression is slope*i + base.
type segment struct {
	from, to    int64
	slope, base int64
}

// segments returns x for the indexes 0 to size-1 as segments in order. Without "/"
// and "%" there is one; a division by d makes about size/d of them.
func (x *Index) segments(size int64) []segment {
	switch x.op {
	case 0:
		return []segment{{0, size - 1, 0, x.number}}
	case 'i':
		return []segment{{0, size - 1, 1, 0}}
	}
	left := x.left.segments(size)
	if x.op == '/' || x.op == '%' {
		divisor := x.right.at(0)
		if x.op == '/' {
			return divided(left, divisor)
		}
		return modulo(left, divisor)
	}
	return merged(left, x.right.segments(size), func(a, b segment) segment {
		switch {
		case x.op == '+':
			return segment{slope: a.slope + b.slope, base: a.base + b.base}
		case x.op == '-':
			return segment{slope: a.slope - b.slope, base: a.base - b.base}
		case a.slope == 0:
			return segment{slope: a.base * b.slope, base: a.base * b.base}
		default:
			return segment{slope: a.slope * b.base, base: a.base * b.base}
		}
	})
}

// merged combines two lists of segments where both are one segment.
func merged(a, b []segment, combine func(a, b segment) segment) []segment {
	list := make([]segment, 0, max(len(a), len(b)))
	for i, j := 0, 0; i < len(a) && j < len(b); {
		p := combine(a[i], b[j])
		p.from, p.to = max(a[i].from, b[j].from), min(a[i].to, b[j].to)
		list = append(list, p)
		if a[i].to == p.to {
			i++
		}
		if b[j].to == p.to {
			j++
		}
	}
	return list
}

// divided returns the segments of the quotient, rounded down: the part of the
// slope that divides stays a slope, the rest makes steps.
func divided(list []segment, divisor int64) []segment {
	var quotients []segment
	for _, p := range list {
		slope := floor(p.slope, divisor)
		rest := p.slope - slope*divisor // 0 <= rest < divisor
		for from := p.from; from <= p.to; {
			base := floor(rest*from+p.base, divisor)
			to := p.to
			if rest > 0 {
				// The last i with rest*i+p.base < (base+1)*divisor.
				to = min(to, floor((base+1)*divisor-1-p.base, rest))
			}
			quotients = append(quotients, segment{from, to, slope, base})
			from = to + 1
		}
	}
	return quotients
}

func modulo(list []segment, divisor int64) []segment {
	return merged(list, divided(list, divisor), func(a, q segment) segment {
		return segment{slope: a.slope - q.slope*divisor, base: a.base - q.base*divisor}
	})
}

// window is a run of indexes i on which the elements that i waits for are those
// from low(i) to high(i).
type window struct {
	from, to  int64
	low, high segment
}

// windows returns the bounds of r for the indexes 0 to size-1.
func (r *IndexRange) windows(size int64) []window {
	low := r.Low.segments(size)
	high := low
	if r.High != nil {
		high = r.High.segments(size)
	}
	list := make([]window, 0, len(low))
	for i, j := 0, 0; i < len(low) && j < len(high); {
		w := window{from: max(low[i].from, high[j].from), to: min(low[i].to, high[j].to), low: low[i], high: high[j]}
		list = append(list, w)
		if low[i].to == w.to {
			i++
		}
		if high[j].to == w.to {
			j++
		}
	}
	return list
}

// within restricts w to the i for which slope*i + base is at most bound.
func (w window) within(slope, base, bound int64) window {
	switch {
	case slope == 0 && base > bound:
		w.to = w.from - 1
	case slope > 0:
		w.to = min(w.to, floor(bound-base, slope))
	case slope < 0:
		w.from = max(w.from, -floor(bound-base, -slope))
	}
	return w
}

// side says which of the elements of a window count.
type side int

const (
	everyElement side = iota
	beforeOwn         // those before i
	afterOwn          // those after i
)

// meet appends the i of w whose elements have one in common with set.
func (w window) meet(list []Interval, set Indexes, only side) []Interval {
	w = w.within(w.low.slope-w.high.slope, w.low.base-w.high.base, 0)
	if w.from > w.to {
		return list
	}
	lowest := min(w.low.slope*w.from, w.low.slope*w.to) + w.low.base
	highest := max(w.high.slope*w.from, w.high.slope*w.to) + w.high.base
	first := set.reaching(lowest)
	for k := first; k < len(set) && set[k].Low <= highest; k++ {
		if int64(k-first) > w.to-w.from {
			return w.meetEach(list, set, only)
		}
		hit := w.within(w.low.slope, w.low.base, set[k].High).within(-w.high.slope, -w.high.base, -set[k].Low)
		switch only {
		case beforeOwn: // low <= i-1 and i-1 >= the interval
			hit = hit.within(w.low.slope-1, w.low.base, -1).within(-1, 0, -set[k].Low-1)
		case afterOwn: // high >= i+1 and i+1 <= the interval
			hit = hit.within(1-w.high.slope, -w.high.base, -1).within(1, 0, set[k].High-1)
		}
		if hit.from <= hit.to {
			list = append(list, Interval{hit.from, hit.to})
		}
		if hit.from == w.from && hit.to == w.to {
			break
		}
	}
	return list
}

// meetEach is meet for a window with more intervals than indexes.
func (w window) meetEach(list []Interval, set Indexes, only side) []Interval {
	for i := w.from; i <= w.to; i++ {
		low, high := w.low.slope*i+w.low.base, w.high.slope*i+w.high.base
		switch only {
		case beforeOwn:
			high = min(high, i-1)
		case afterOwn:
			low = max(low, i+1)
		}
		if low > high {
			continue
		}
		if k := set.reaching(low); k < len(set) && set[k].Low <= high {
			list = append(list, Interval{i, i})
		}
	}
	return list
}
