package controller

import (
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/test/simulation"
)

var (
	oneSeed   = flag.Uint64("seed", 0, "repeat the simulation of one seed")
	scenarios = flag.Int("scenarios", 1000, "how many scenarios to simulate")
)

// TestSimulation plays random Jobs, random things that people do to them and
// random moments at which the gate hears of it, and looks at the whole state of
// the gate meanwhile.
func TestSimulation(t *testing.T) {
	simulate(t, *scenarios, func(t *testing.T, seed uint64) {
		play(t, simulation.New(seed, simulation.Options{Fewest: 5, Most: 40, Namespaces: 3, Results: true, CronJobs: 3}), seed, true)
	})
}

// TestSimulationEndsTheSame plays the same script with a watch that gets lost and
// a gate that starts anew, and without.
func TestSimulationEndsTheSame(t *testing.T) {
	simulate(t, *scenarios/10, func(t *testing.T, seed uint64) {
		s := simulation.New(seed, simulation.Options{Fewest: 5, Most: 40, Namespaces: 3, Steady: true, Results: true, CronJobs: 3, Cleaned: true})
		require.Equal(t, play(t, s, seed, false).ends(), play(t, s, seed+1, true).ends())
	})
}

// simulate does something for n seeds, or for the one that is asked for.
func simulate(t *testing.T, n int, do func(*testing.T, uint64)) {
	t.Parallel()
	const lanes = 8
	test := t.Name()
	one := func(t *testing.T, seed uint64) {
		defer func() {
			if t.Failed() {
				t.Logf("to repeat it: go test ./gate/controller -run '^%s$' -seed=%d", test, seed)
			}
		}()
		do(t, seed)
	}
	if *oneSeed != 0 {
		one(t, *oneSeed)
		return
	}
	for lane := range lanes {
		t.Run(fmt.Sprintf("lane %d", lane), func(t *testing.T) {
			t.Parallel()
			for i := range n / lanes {
				one(t, uint64(i*lanes+lane+1))
			}
		})
	}
}
