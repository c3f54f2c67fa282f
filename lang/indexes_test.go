package lang

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseIndexesReadsWhatKubernetesWrites(t *testing.T) {
	for text, want := range map[string]Indexes{
		"":             nil,
		"0":            {{0, 0}},
		"1,3-5,7":      {{1, 1}, {3, 5}, {7, 7}},
		"0-2,3":        {{0, 3}},
		"5-2147483647": {{5, 2147483647}},
	} {
		got, err := ParseIndexes(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{",", "1,", ",1", "a", "1-", "-1", "3-1", "1,1", "2,1", "1 2", "1-2-3", "99999999999999999999", "1;2"} {
		_, err := ParseIndexes(text)
		require.Error(t, err, text)
	}
}

// drawIndexes draws a set within 0 to 63, and the same as bits.
func drawIndexes(t *rapid.T, label string) (Indexes, uint64) {
	bits := rapid.Uint64().Draw(t, label)
	return fromBits(bits), bits
}

func fromBits(bits uint64) Indexes {
	var set Indexes
	for i := range int64(64) {
		if bits>>i&1 == 1 {
			set = set.push(i, i)
		}
	}
	return set
}

func TestSetsOfIndexesAgreeWithBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, x := drawIndexes(t, "a")
		b, y := drawIndexes(t, "b")
		low, high := rapid.Int64Range(0, 30).Draw(t, "low"), rapid.Int64Range(30, 63).Draw(t, "high")
		before, other := a.String(), b.String()

		require.Equal(t, fromBits(x|y).String(), a.Union(b).String())
		require.Equal(t, fromBits(x&y).String(), a.Intersect(b).String())
		require.Equal(t, fromBits(x&^y).String(), a.Minus(b).String())
		var count int64
		for i := low; i <= high; i++ {
			require.Equal(t, x>>i&1 == 1, a.Contains(i))
			if a.Contains(i) {
				count++
			}
		}
		require.Equal(t, count, a.countWithin(low, high))
		again, err := ParseIndexes(a.String())
		require.NoError(t, err)
		require.Equal(t, a, again)
		require.Equal(t, before, a.String(), "an operand changed")
		require.Equal(t, other, b.String(), "an operand changed")
	})
}

func TestPiecesAgreeWithTheArithmeticOfEachIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, 60).Draw(t, "size")
		text := drawIndex(t, 3)
		e, err := Parse("a[" + text + "]")
		if err != nil {
			t.Skip(err)
		}
		x := e.root.(*Check).Targets[0].Elements.Ranges[0].Low
		next := int64(0)
		for _, p := range x.segments(size) {
			require.Equal(t, next, p.from)
			for i := p.from; i <= p.to; i++ {
				require.Equal(t, x.at(i), p.slope*i+p.base, "%s at %d", x, i)
			}
			next = p.to + 1
		}
		require.Equal(t, size, next)
	})
}
