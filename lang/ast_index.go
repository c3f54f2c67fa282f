package lang

import "strconv"

// maxInteger is the largest number that may be written: no array is larger.
const maxInteger = 1<<31 - 1

// Index is an expression over i, the index of the annotated Job: a tree of
// integers, i, + - * / and %.
type Index struct {
	// op is 0 for an integer, 'i' for the index, else the sign.
	op          byte
	number      int64
	left, right *Index
}

// linear reports whether x mentions i.
func (x *Index) linear() bool {
	return x.op == 'i' || x.op != 0 && (x.left.linear() || x.right.linear())
}

// at returns the value of x for index i. "/" rounds down and "%" is never
// negative; a checked Index neither divides by zero nor overflows.
func (x *Index) at(i int64) int64 {
	switch x.op {
	case 0:
		return x.number
	case 'i':
		return i
	}
	l, r := x.left.at(i), x.right.at(i)
	switch x.op {
	case '+':
		return l + r
	case '-':
		return l - r
	case '*':
		return l * r
	case '/':
		return floor(l, r)
	default:
		return l - r*floor(l, r)
	}
}

func floor(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// shifted returns c if x is i+c or i-c or i.
func (x *Index) shifted() (c int64, ok bool) {
	switch {
	case x.op == 'i':
		return 0, true
	case x.op == '+' && x.right.op == 0:
		c, ok = x.left.shifted()
		return c + x.right.number, ok
	case x.op == '+' && x.left.op == 0:
		c, ok = x.right.shifted()
		return c + x.left.number, ok
	case x.op == '-' && x.right.op == 0:
		c, ok = x.left.shifted()
		return c - x.right.number, ok
	}
	return 0, false
}

// String returns x with the parentheses that it needs.
func (x *Index) String() string { return string(x.append(nil, 0)) }

func (x *Index) append(b []byte, outer int) []byte {
	switch x.op {
	case 0:
		return strconv.AppendInt(b, x.number, 10)
	case 'i':
		return append(b, 'i')
	}
	binds := 1
	if x.op != '+' && x.op != '-' {
		binds = 2
	}
	if binds < outer {
		b = append(b, '(')
	}
	b = x.left.append(b, binds)
	b = append(b, x.op)
	b = x.right.append(b, binds+1)
	if binds < outer {
		b = append(b, ')')
	}
	return b
}

// Elements are the indexes of a target: what stands in its brackets.
type Elements struct {
	// All is [*].
	All    bool
	Ranges []IndexRange
}

// IndexRange is one index, or those from Low to High, both included, Step
// apart.
type IndexRange struct {
	Low *Index
	// High is nil for a single index.
	High *Index
	// Step is 1 or more.
	Step int64
}

func (r *IndexRange) linear() bool { return r.Low.linear() || r.High != nil && r.High.linear() }

// at returns the bounds of r for index i.
func (r *IndexRange) at(i int64) (low, high int64) {
	low = r.Low.at(i)
	if r.High == nil {
		return low, low
	}
	return low, r.High.at(i)
}

// shifted reports whether r is i plus or minus constants; a plain number may be
// one of two bounds.
func (r *IndexRange) shifted() bool {
	_, low := r.Low.shifted()
	if r.High == nil {
		return low
	}
	_, high := r.High.shifted()
	return low && high || low && r.High.op == 0 || high && r.Low.op == 0
}

func (e *Elements) linear() bool {
	for i := range e.Ranges {
		if e.Ranges[i].linear() {
			return true
		}
	}
	return false
}

// single reports whether e is one element and not a set.
func (e *Elements) single() bool { return len(e.Ranges) == 1 && e.Ranges[0].High == nil }

// constantSize returns how many elements e names, if it does not mention i.
func (e *Elements) constantSize() (int64, bool) {
	if e.All || e.linear() {
		return 0, false
	}
	var size int64
	for i := range e.Ranges {
		low, high := e.Ranges[i].at(0)
		size += (high-low)/e.Ranges[i].Step + 1
	}
	return size, true
}

// String returns e as it is written, with its brackets.
func (e *Elements) String() string { return string(e.append(nil)) }

func (e *Elements) append(b []byte) []byte {
	b = append(b, '[')
	if e.All {
		b = append(b, '*')
	}
	for i, r := range e.Ranges {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = r.Low.append(b, 0)
		if r.High == nil {
			continue
		}
		dots := ".."
		if r.linear() {
			dots = " .. "
		}
		b = append(b, dots...)
		b = r.High.append(b, 0)
		if r.Step > 1 {
			b = append(b, ':')
			b = strconv.AppendInt(b, r.Step, 10)
		}
	}
	return append(b, ']')
}
