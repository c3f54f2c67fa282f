package clusterworkload

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
	if g.restless {
		return g.calm(ctx, h)
	}
	want := g.want
	var got map[string]string
	err := h.Wait(ctx, func(last map[string]history.Event) bool {
		got = g.Ends(last)
		return maps.Equal(got, want)
	})
	if err == nil {
		err = g.awaitDeployments(ctx)
	}
	if err == nil {
		over, cancel := context.WithTimeout(ctx, quiet)
		defer cancel()
		unequal := h.Wait(over, func(last map[string]history.Event) bool {
			got = g.Ends(last)
			return !maps.Equal(got, want)
		})
		if !errors.Is(unequal, context.DeadlineExceeded) {
			err = errors.New("the end was not the end")
		} else {
			err = g.awaitDeployments(ctx)
		}
	}
	if err != nil {
		return fmt.Errorf("graph %d: %w\n%s", g.seed, err, strings.Join(differences(got, want), "\n"))
	}
	return nil
}

// calm waits until every Job has ended or is held, and none is that could run, for a
// while.
func (g *Graph) calm(ctx context.Context, h *history.History) error {
	for since := time.Now(); time.Since(since) < quiet; {
		select {
		case <-ctx.Done():
			return fmt.Errorf("graph %d: %w\n%s", g.seed, ctx.Err(), strings.Join(g.unsettled(h), "\n"))
		case <-time.After(200 * time.Millisecond):
		}
		if len(g.unsettled(h)) > 0 {
			since = time.Now()
		}
	}
	return nil
}

// unsettled says which Jobs have an end before them.
func (g *Graph) unsettled(h *history.History) (all []string) {
	last := h.Last()
	for key, end := range g.Ends(last) {
		if end == "running" || end != "absent" && last[key].Job.DeletionTimestamp != nil {
			all = append(all, fmt.Sprintf("%s is %s", key, end))
		}
	}
	events := slices.DeleteFunc(h.Events(), func(e history.Event) bool { return !g.Has(e.Job) })
	return append(all, history.Stuck(events, time.Now(), time.Second)...)
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
