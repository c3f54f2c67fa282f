package lang

// Value is one of Kleene's three truth values. The zero Value is Unknown.
type Value uint8

// The three values. Unknown waits, True opens the gate, and False means
// never, as things stand.
const (
	Unknown Value = iota
	True
	False
)

// String returns "unknown", "true" or "false".
func (v Value) String() string {
	switch v {
	case True:
		return "true"
	case False:
		return "false"
	default:
		return "unknown"
	}
}

// MarshalText returns what String returns.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// And returns what "v and w" says.
func (v Value) And(w Value) Value { return and(v, w) }

func and(a, b Value) Value {
	switch {
	case a == False || b == False:
		return False
	case a == True && b == True:
		return True
	default:
		return Unknown
	}
}

func or(a, b Value) Value { return not(and(not(a), not(b))) }

func not(v Value) Value {
	switch v {
	case True:
		return False
	case False:
		return True
	default:
		return Unknown
	}
}
