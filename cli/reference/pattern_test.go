package reference

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPatterns(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		pattern string
		yes, no string
	}{
		"a name means itself alone":     {"load", "load", "load-1"},
		"a star is any text":            {"load-*", "load-", "load"},
		"a question mark is one sign":   {"load-?", "load-1", "load-12"},
		"brackets are one of some":      {"load-[13]", "load-3", "load-2"},
		"what cannot be read is nobody": {"load-*[", "load-*[", "load-1"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, CheckPattern(test.pattern) == nil, Matches(test.pattern, test.yes))
			require.False(t, Matches(test.pattern, test.no))
			require.Equal(t, test.pattern != "load", IsPattern(test.pattern))
		})
	}
}
