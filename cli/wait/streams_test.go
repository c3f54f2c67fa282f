package wait

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/lang"
)

func TestStreamsAreAsNarrowAsTheyCan(t *testing.T) {
	for text, want := range map[string][]cluster.Stream{
		"a, b, a":                           {{Namespace: "ns", Name: "a"}, {Namespace: "ns", Name: "b"}},
		"a, b-*, x/c":                       {{Namespace: "ns", Name: ""}, {Namespace: "x", Name: "c"}},
		"a,b,c,d,e,f,g,h,i":                 {{Namespace: "ns", Name: ""}},
		"time(2026-01-01T00:00:00Z), pod:x": nil,
	} {
		expr, err := lang.Parse(text)
		require.NoError(t, err)
		require.Equal(t, want, streamsOf(expr, lang.Ref{Namespace: "ns"}), text)
	}
}
