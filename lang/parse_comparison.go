package lang

import (
	"strconv"

	"github.com/alecthomas/participle/v2/lexer"
)

// Op is a comparison sign.
type Op string

// The comparison signs.
const (
	AtLeast  Op = ">="
	MoreThan Op = ">"
	AtMost   Op = "<="
	LessThan Op = "<"
	Equal    Op = "=="
	Unequal  Op = "!="
)

func isOperator(sign string) bool {
	switch Op(sign) {
	case AtLeast, MoreThan, AtMost, LessThan, Equal, Unequal:
		return true
	}
	return false
}

// Comparison compares how many members of a set satisfy a status with a number
// or a percentage of the set.
type Comparison struct {
	Op      Op    `json:"op"`
	Number  int64 `json:"number"`
	Percent bool  `json:"percent"`
}

// String returns the comparison as it is written, as in ">= 90%".
func (c *Comparison) String() string {
	text := string(c.Op) + " " + strconv.FormatInt(c.Number, 10)
	if c.Percent {
		text += "%"
	}
	return text
}

// holds reports whether the comparison is true for count members out of size.
func (c *Comparison) holds(count, size int64) bool {
	number := c.Number
	if c.Percent {
		// Exact: a set has fewer than 2^32 members.
		count, number = 100*count, number*size
	}
	switch c.Op {
	case AtLeast:
		return count >= number
	case MoreThan:
		return count > number
	case AtMost:
		return count <= number
	case LessThan:
		return count < number
	case Equal:
		return count == number
	default:
		return count != number
	}
}

// decide returns True if the comparison holds for every count from low to
// high, and False if for none.
func (c *Comparison) decide(low, high, size int64) Value {
	atLow, atHigh := c.holds(low, size), c.holds(high, size)
	switch c.Op {
	case Equal, Unequal:
		equal, unequal := True, False
		if c.Op == Unequal {
			equal, unequal = False, True
		}
		switch {
		case low <= c.Number && c.Number <= high && low < high:
			return Unknown
		case low == high && low == c.Number:
			return equal
		default:
			return unequal
		}
	}
	switch {
	case atLow && atHigh:
		return True
	case atLow || atHigh:
		return Unknown
	default:
		return False
	}
}

// comparison builds the comparison of a check, if it has one.
func (b *builder) comparison(result *Check, c *operand) bool {
	if c.Compare.Type == 0 {
		return true
	}
	if !isOperator(c.Compare.Value) {
		return false // reported by the scanner
	}
	op := Op(c.Compare.Value)
	if c.Count.Type == 0 {
		b.add(MissingNumber, spanOf(c.Compare), "write a number: "+string(op)+" 1", "expected a number after %s", quote(c.Compare.Value))
		return false
	}
	number, ok := b.number(c.Count)
	result.Compare = &Comparison{Op: op, Number: number, Percent: c.Percent.Type != 0}
	return ok
}

func (b *builder) number(t lexer.Token) (int64, bool) {
	n, err := strconv.ParseInt(t.Value, 10, 64)
	switch {
	case err == nil && isDigits(t.Value) && n <= maxInteger:
		return n, true
	case isDigits(t.Value):
		b.add(NumberTooBig, spanOf(t), "no set has so many members", "numbers go up to %d", maxInteger)
	default:
		b.add(BadNumber, spanOf(t), "write digits only, as in: >= 3 or >= 90%", "%s is not a number", quote(t.Value))
	}
	return 0, false
}
