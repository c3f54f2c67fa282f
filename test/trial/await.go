package trial

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"depctl.dev/test/history"
)

// quiet is how long nothing may happen after the end that should not.
const quiet = 2 * time.Second

// Await waits until every Job has ended as it must, and then some more. The error
// names what is not as it must be.
func (g *Graph) Await(ctx context.Context, h *history.History) error {
	want := g.want
	var got map[string]string
	err := h.Wait(ctx, func(last map[string]history.Event) bool {
		got = g.Ends(last)
		return maps.Equal(got, want)
	})
	if err == nil {
		over, cancel := context.WithTimeout(ctx, quiet)
		defer cancel()
		unequal := h.Wait(over, func(last map[string]history.Event) bool {
			got = g.Ends(last)
			return !maps.Equal(got, want)
		})
		if !errors.Is(unequal, context.DeadlineExceeded) {
			err = errors.New("the end was not the end")
		}
	}
	if err != nil {
		return fmt.Errorf("graph %d: %w\n%s", g.seed, err, strings.Join(differences(got, want), "\n"))
	}
	return nil
}

// differences says which Jobs are not as they must be.
func differences(got, want map[string]string) []string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] != want[key] {
			all = append(all, fmt.Sprintf("%s is %s, must be %s", key, got[key], want[key]))
		}
	}
	return all
}
