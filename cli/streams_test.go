package cli

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/lang"
)

func TestStreamsAreAsNarrowAsTheyCan(t *testing.T) {
	for text, want := range map[string][]stream{
		"a, b, a":                           {{"ns", "a"}, {"ns", "b"}},
		"a, b-*, x/c":                       {{"ns", ""}, {"x", "c"}},
		"a,b,c,d,e,f,g,h,i":                 {{"ns", ""}},
		"time(2026-01-01T00:00:00Z), pod:x": nil,
	} {
		expr, err := lang.Parse(text)
		require.NoError(t, err)
		require.Equal(t, want, streamsOf(expr, "ns"), text)
	}
}
