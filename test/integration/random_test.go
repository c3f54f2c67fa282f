package integration

import (
	"context"
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/test/clusterworkload"
)

var (
	firstSeed = flag.Uint64("seed", 1, "the first seed of the random graphs")
	seeds     = flag.Uint64("seeds", 12, "how many random graphs to run")
)

// Random Jobs, whose end does not depend on what comes first, end on a real
// cluster as they do where everything is decided from scratch.
func TestRandomJobsEndAsDecidedFromScratch(t *testing.T) {
	t.Parallel()
	for seed := *firstSeed; seed < *firstSeed+*seeds; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			defer func() {
				if t.Failed() {
					t.Logf("to repeat it: go test ./test/integration -run '^TestRandomJobs' -seeds=1 -seed=%d", seed)
				}
			}()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			graph, err := clusterworkload.New(ctx, shared.client, seed, 25, 1)
			require.NoError(t, err)
			require.NoError(t, graph.Play(ctx))
			require.NoError(t, graph.Await(ctx, shared.history))
		})
	}
}
