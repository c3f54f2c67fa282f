package lang

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestStatuses has, for each status, what it says of an object on its way and of one
// that ended, in words where that says more than the end, and since when.
func TestStatuses(t *testing.T) {
	states := []struct {
		name   string
		object Object
	}{
		{"new", Object{}},
		{"started", Object{Started: true, StartedAt: at(2)}},
		{"ready", Object{Started: true, StartedAt: at(2), Ready: true, ReadyAt: at(3)}},
		{"succeeded", Object{Started: true, StartedAt: at(2), Outcome: Succeeded, Finished: at(4)}},
		{"failed", Object{Started: true, StartedAt: at(2), Outcome: Failed, Finished: at(4)}},
		{"skipped", Object{Outcome: Skipped, Finished: at(4)}},
	}
	tests := map[Status]string{
		StatusSucceeded: "new: unknown, has not finished; started: unknown, has not finished; ready: unknown, has not finished; " +
			"succeeded: true at 4; failed: false at 4; skipped: false at 4",
		StatusFailed: "new: unknown, has not finished; started: unknown, has not finished; ready: unknown, has not finished; " +
			"succeeded: false at 4; failed: true at 4; skipped: false at 4",
		StatusSkipped: "new: unknown, has not started; started: false at 2, started; ready: false at 2, started; " +
			"succeeded: false at 2; failed: false at 2; skipped: true at 4",
		StatusFinished: "new: unknown, has not finished; started: unknown, has not finished; ready: unknown, has not finished; " +
			"succeeded: true at 4; failed: true at 4; skipped: true at 4",
		StatusStarted: "new: unknown, has not started; started: true at 2, started; ready: true at 2, started; " +
			"succeeded: true at 2; failed: true at 2; skipped: false at 4",
		StatusReady: "new: unknown, is not ready; started: unknown, is not ready; ready: true at 3, is ready; " +
			"succeeded: true at 4; failed: false at 4; skipped: false at 4",
		StatusExists: "new: true at 1, exists; started: true at 1, exists; ready: true at 1, exists; " +
			"succeeded: true at 1; failed: true at 1; skipped: true at 1",
		StatusAbsent: "new: false at 1, exists; started: false at 1, exists; ready: false at 1, exists; " +
			"succeeded: false at 1; failed: false at 1; skipped: false at 1",
	}
	require.Len(t, tests, len(statusTable))
	minutes := func(at time.Time) string { return strings.TrimSuffix(at.Sub(start).String(), "m0s") }
	for _, status := range statuses() {
		t.Run(string(status), func(t *testing.T) {
			var list []string
			for _, state := range states {
				o := state.object
				o.Created = at(1)
				c := &Check{Status: status}
				text := state.name + ": " + status.Of(&o).String()
				if status.Of(&o) != Unknown {
					text += " at " + minutes(c.whenOf(&o, nil))
				}
				if o.Outcome == Undecided {
					text += ", " + o.describe(c)
				}
				list = append(list, text)

				// The only element of an array is as the array itself.
				array := o
				array.Array = &Array{Size: 1, Elements: map[int64]Element{0: {Started: o.StartedAt, Ready: o.ReadyAt, Finished: o.Finished}}}
				all := Between(0, 0)
				for set, is := range map[*Indexes]bool{
					&array.Array.Started: o.Started, &array.Array.Ready: o.Ready,
					&array.Array.Completed: o.Outcome == Succeeded, &array.Array.Failed: o.Outcome == Failed,
				} {
					if is {
						*set = all
					}
				}
				yes, no, problem := c.elements(&array)
				require.Nil(t, problem)
				require.Equal(t, status.Of(&o) == True, len(yes) > 0, state.name)
				require.Equal(t, status.Of(&o) == False, len(no) > 0, state.name)
				if len(yes)+len(no) > 0 {
					require.Equal(t, c.whenOf(&o, nil), c.whenElement(&array, 0, array.timestampsOf(nil)), state.name)
				}
				if o.Outcome == Undecided {
					require.Equal(t, o.describe(c), array.describeElement(0, c), state.name)
				}
				require.True(t, status.hasFalse() || status.Of(&o) != False, state.name)
			}
			require.Equal(t, tests[status], strings.Join(list, "; "))
		})
	}
}

func TestEveryStatusIsDocumented(t *testing.T) {
	data, err := os.ReadFile("../docs/reference/language.md")
	require.NoError(t, err)
	_, grammar, _ := strings.Cut(string(data), "\nStatus     = ")
	grammar, _, _ = strings.Cut(grammar, " .\n")
	require.Equal(t, `"`+strings.ReplaceAll(strings.ReplaceAll(statusList(), ", ", `" | "`), " or ", `" | "`)+`"`, grammar)
	_, table, _ := strings.Cut(string(data), "\n### Statuses\n")
	for _, status := range statuses() {
		require.Contains(t, table, "\n| `"+string(status)+"(x)`", "the table of statuses")
		for _, word := range status.spec().foreign {
			require.Equal(t, status, foreignStatus(word), "%s stands for two statuses", word)
			require.Empty(t, statusNamed(word))
		}
	}
}

func TestAWordThatIsNoStatusKnowsNothing(t *testing.T) {
	require.Equal(t, Unknown, Status("done").Of(&Object{Outcome: Succeeded}))
}
