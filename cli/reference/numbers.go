package reference

import "strings"

// WithoutNumbers returns a name with every run of digits made one sign.
func WithoutNumbers(name string) string {
	var b strings.Builder
	digits := false
	for _, r := range name {
		is := r >= '0' && r <= '9'
		if is && !digits {
			b.WriteByte('#')
		} else if !is {
			b.WriteRune(r)
		}
		digits = is
	}
	return b.String()
}
