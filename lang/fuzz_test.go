package lang

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// seeds adds what the tables of the other tests have.
func seeds(f *testing.F) {
	f.Helper()
	inputs, _ := readGolden(f, "testdata/errors.golden")
	for text := range canonicalTexts() {
		inputs = append(inputs, text)
	}
	if len(inputs) < 300 {
		f.Fatalf("only %d seeds: reading them is likely broken", len(inputs))
	}
	for _, text := range inputs {
		f.Add(text)
	}
}

// FuzzParse: whatever the input, an expression or diagnostics whose places lie
// inside it.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err == nil {
			require.NotNil(t, e.Root())
			checkSpans(t, e.Root(), len(text))
			return
		}
		var found *Diagnostics
		require.True(t, errors.As(err, &found))
		require.NotEmpty(t, found.List)
		require.LessOrEqual(t, len(found.List), MaxDiagnostics)
		before := 0
		for _, d := range found.List {
			require.LessOrEqual(t, before, d.Span.Start)
			require.LessOrEqual(t, d.Span.Start, d.Span.End)
			require.LessOrEqual(t, d.Span.End, len(text))
			require.NotEmpty(t, d.Message)
			require.NotEmpty(t, d.Code)
			before = d.Span.Start
		}
	})
}

func checkSpans(t *testing.T, n Node, size int) {
	span := n.Span()
	require.LessOrEqual(t, 0, span.Start)
	require.Less(t, span.Start, span.End)
	require.LessOrEqual(t, span.End, size)
	switch n := n.(type) {
	case *All:
		require.Greater(t, len(n.Terms), 1)
		for _, term := range n.Terms {
			checkSpans(t, term, size)
		}
	case *Any:
		require.Greater(t, len(n.Terms), 1)
		for _, term := range n.Terms {
			checkSpans(t, term, size)
		}
	case *Not:
		checkSpans(t, n.Term, size)
	case *Check:
		require.Equal(t, n.Status != StatusTime, len(n.Targets) > 0)
	}
}

// FuzzRoundTrip: the canonical text of an expression is the same expression.
func FuzzRoundTrip(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			t.Skip()
		}
		again, err := Parse(e.String())
		require.NoError(t, err, "%s", e)
		require.Equal(t, e.String(), again.String())
		require.Equal(t, withoutSpans(t, e), withoutSpans(t, again))
	})
}

// FuzzDraw: a drawing is text of bounded length, whatever is drawn.
func FuzzDraw(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		_, err := Parse(text)
		if err == nil {
			t.Skip()
		}
		drawing := err.Error()
		require.True(t, utf8.ValidString(drawing))
		require.Less(t, len(drawing), (MaxDiagnostics+1)*2000)
		require.NotContains(t, strings.ReplaceAll(drawing, "\n", ""), "\x00")
		for _, line := range strings.Split(drawing, "\n") {
			require.LessOrEqual(t, utf8.RuneCountInString(line), 400)
		}
	})
}

// FuzzNames: the fast path reads what the grammar reads.
func FuzzNames(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		requireFastPathAgrees(t, text)
	})
}

func requireFastPathAgrees(t require.TestingT, text string) {
	fast := parseNames(text)
	if fast == nil {
		return
	}
	slow, err := parseGrammar(text)
	require.NoError(t, err, "%q", text)
	require.Equal(t, slow.Root(), fast.Root(), "%q", text)
	require.Equal(t, slow.elements, fast.elements, "%q", text)
	require.Equal(t, &Expr{list: text}, fast.Compact(), "%q", text)
	require.Equal(t, slow.Root(), fast.Compact().Root(), "%q", text)
	require.Same(t, slow, slow.Compact())
}
