package lang

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Interval is a run of indexes, both ends included.
type Interval struct {
	Low, High int64
}

// Indexes is a set of indexes: intervals in ascending order that neither
// overlap nor touch. It is never changed, operations return another.
type Indexes []Interval

// ParseIndexes reads the form that Kubernetes gives the completedIndexes of a
// Job, as in "1,3-5,7". The time is linear in the text.
func ParseIndexes(text string) (Indexes, error) {
	if text == "" {
		return nil, nil
	}
	set := make(Indexes, 0, strings.Count(text, ",")+1)
	for i := 0; ; i++ {
		low, end := readIndex(text, i)
		high := low
		if end > i && end < len(text) && text[end] == '-' {
			i = end + 1
			high, end = readIndex(text, i)
		}
		if end == i || high < low || len(set) > 0 && low <= set[len(set)-1].High || end < len(text) && text[end] != ',' {
			return nil, fmt.Errorf("this is not a list of indexes: %q", clip(text[max(0, i-10):]))
		}
		set = set.push(low, high)
		if i = end; i == len(text) {
			return set, nil
		}
	}
}

// readIndex reads digits; end is where they end, or i if they are no index.
func readIndex(text string, i int) (n int64, end int) {
	for end = i; end < len(text) && text[end] >= '0' && text[end] <= '9'; end++ {
		if n = n*10 + int64(text[end]-'0'); n > maxInteger {
			return 0, i
		}
	}
	return n, end
}

// String returns the set in the form that ParseIndexes reads.
func (s Indexes) String() string {
	var b []byte
	for i, v := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, v.Low, 10)
		if v.High > v.Low {
			b = strconv.AppendInt(append(b, '-'), v.High, 10)
		}
	}
	return string(b)
}

// Contains reports whether i is in the set, in logarithmic time.
func (s Indexes) Contains(i int64) bool {
	n := s.reaching(i)
	return n < len(s) && s[n].Low <= i
}

// Len returns how many indexes the set has.
func (s Indexes) Len() int64 {
	var n int64
	for _, v := range s {
		n += v.High - v.Low + 1
	}
	return n
}

// reaching returns the first interval that does not end before i.
func (s Indexes) reaching(i int64) int {
	return sort.Search(len(s), func(n int) bool { return s[n].High >= i })
}

// Between returns the set of all indexes from low to high, empty if low > high.
func Between(low, high int64) Indexes {
	if low > high {
		return nil
	}
	return Indexes{{low, high}}
}

// Listed returns the set of the given indexes, in any order and with repetitions.
func Listed(indexes []int64) Indexes {
	list := make([]Interval, len(indexes))
	for i, index := range indexes {
		list[i] = Interval{index, index}
	}
	return normalize(list)
}

// push appends an interval that does not begin before the last one.
func (s Indexes) push(low, high int64) Indexes {
	if n := len(s); n > 0 && low <= s[n-1].High+1 {
		s[n-1].High = max(s[n-1].High, high)
		return s
	}
	return append(s, Interval{low, high})
}

// normalize sorts and joins intervals in any order.
func normalize(list []Interval) Indexes {
	if !slices.IsSortedFunc(list, func(a, b Interval) int { return cmp.Compare(a.Low, b.Low) }) {
		slices.SortFunc(list, func(a, b Interval) int { return cmp.Compare(a.Low, b.Low) })
	}
	set := Indexes(list[:0])
	for _, v := range list {
		set = set.push(v.Low, v.High)
	}
	return set
}

// Union returns what is in s or o, in linear time.
func (s Indexes) Union(o Indexes) Indexes {
	switch {
	case len(s) == 0:
		return o
	case len(o) == 0:
		return s
	}
	set := make(Indexes, 0, len(s)+len(o))
	for i, j := 0, 0; i < len(s) || j < len(o); {
		if j == len(o) || i < len(s) && s[i].Low <= o[j].Low {
			set = set.push(s[i].Low, s[i].High)
			i++
		} else {
			set = set.push(o[j].Low, o[j].High)
			j++
		}
	}
	return set
}

// Intersect returns what is in both s and o, in linear time.
func (s Indexes) Intersect(o Indexes) Indexes {
	switch {
	case len(s) == 0 || len(o) == 0:
		return nil
	case len(o) == 1 && o[0].Low <= s[0].Low && o[0].High >= s[len(s)-1].High:
		return s
	case len(s) == 1 && s[0].Low <= o[0].Low && s[0].High >= o[len(o)-1].High:
		return o
	}
	var set Indexes
	for i, j := 0, 0; i < len(s) && j < len(o); {
		if low, high := max(s[i].Low, o[j].Low), min(s[i].High, o[j].High); low <= high {
			set = append(set, Interval{low, high})
		}
		if s[i].High < o[j].High {
			i++
		} else {
			j++
		}
	}
	return set
}

// Minus returns what is in s and not in o, in linear time.
func (s Indexes) Minus(o Indexes) Indexes {
	if len(o) == 0 {
		return s
	}
	set := make(Indexes, 0, len(s))
	j := 0
	for _, v := range s {
		low := v.Low
		for j < len(o) && o[j].High < low {
			j++
		}
		for k := j; k < len(o) && o[k].Low <= v.High; k++ {
			if o[k].Low > low {
				set = append(set, Interval{low, o[k].Low - 1})
			}
			low = max(low, o[k].High+1)
			j = k
		}
		if low <= v.High {
			set = append(set, Interval{low, v.High})
		}
	}
	return set
}

// countWithin returns how many indexes from low to high are in the set.
func (s Indexes) countWithin(low, high int64) int64 {
	var n int64
	for k := s.reaching(low); k < len(s) && s[k].Low <= high; k++ {
		n += min(s[k].High, high) - max(s[k].Low, low) + 1
	}
	return n
}
