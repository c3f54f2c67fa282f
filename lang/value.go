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
