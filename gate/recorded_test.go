package gate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"depctl.dev/lang"
)

func gone(uid string) RecordedOutcome {
	return RecordedOutcome{Object: &lang.Object{UID: uid, Outcome: lang.Succeeded, Started: true, Exit: &lang.Exit{Lost: true}, Created: at, Finished: at}}
}

func TestWhatIsSeenFitsAndStaysAsItWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seen, kept := RecordedOutcomes{}, RecordedOutcomes{}
		for i := range rapid.IntRange(0, 30).Draw(t, "outcomes") {
			ref := lang.Job("etl", strings.Repeat("x", rapid.IntRange(1, 40).Draw(t, "length"))+fmt.Sprint(i))
			seen[ref] = gone(fmt.Sprint("uid-", i))
			if rapid.Bool().Draw(t, "kept") {
				kept[ref] = seen[ref]
			}
		}
		room := rapid.IntRange(-10, 5000).Draw(t, "room")
		fitting := seen.Fit(room, kept)
		require.LessOrEqual(t, len(fitting.String()), max(room, 0))
		for ref, gone := range fitting {
			require.Equal(t, seen[ref], gone)
		}
		require.Equal(t, fitting.String(), fitting.Fit(room, fitting).String(), "what is written must not change by itself")
		if len(kept.String()) <= room {
			for ref := range kept {
				require.Contains(t, fitting, ref, "what was written was removed for another one")
			}
		}
		if len(seen.String()) <= room {
			require.Equal(t, seen, fitting)
		}
	})
}

func TestTheAnnotationsOfAJobLeaveRoomForWhatItHasSeen(t *testing.T) {
	t.Parallel()
	empty := Observe(waiting()).Room
	require.Equal(t, 248<<10-len(DependsOnAnnotation)-len("extract"), empty)
	require.Equal(t, empty-len("note")-1000, Observe(waiting(annotation("note", strings.Repeat("x", 1000)))).Room)
	require.Equal(t, empty-len(SeenAnnotation), Observe(waiting(annotation(SeenAnnotation, strings.Repeat("x", 1000)))).Room,
		"what is seen already does not remove from its own room")
	require.Negative(t, Observe(waiting(annotation("note", strings.Repeat("x", 255<<10)))).Room)
}
