package gridengine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// TestChunksCoverWhatTheyStandFor compares the ranges of -hold_jid_ad with what
// the manual of Grid Engine says, number by number.
func TestChunksCoverWhatTheyStandFor(t *testing.T) {
	t.Parallel()
	for mine := 1; mine <= 12; mine++ {
		for theirs := 1; theirs <= 12; theirs++ {
			r := &request.Request{Array: notation.Numbering{{First: 3, Last: 60, Step: mine}}}
			other := notation.Numbering{{First: 3, Last: 60, Step: theirs}}
			_, _, err := covered(&request.Translation{Request: r}, "a", other)
			require.NoError(t, err)
			for i := range r.Array.Len() {
				number := 3 + i*mine
				// Every task of the other array that has one of the numbers from this
				// one's to the one before the next.
				want := map[int]bool{}
				for n := number; n < number+mine && n <= 60; n++ {
					want[(n-3)/theirs] = true
				}
				got := map[int]bool{}
				for k := i * mine / theirs; k <= (i*mine+mine-1)/theirs; k++ {
					if k < other.Len() {
						got[k] = true
					}
				}
				require.Equal(t, want, got, "steps %d and %d, element %d", mine, theirs, i)
			}
		}
	}
}
