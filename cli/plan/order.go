package plan

import (
	"time"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/simulate"
	"depctl.dev/lang"
)

// The orders in which Jobs start that are ready while not all can run.
const (
	orderArrival = "arrival"
	orderCount   = "count"
	orderRank    = "rank"
)

// orders are all of them, in the order of their totals.
var orders = []string{orderArrival, orderCount, orderRank}

// lengthOf returns how long a Job takes.
type lengthOf = func(lang.Ref) (simulate.Estimate, bool)

// simulated returns what to simulate for an order.
func simulated(order string, slots int, length lengthOf) simulate.Options {
	o := simulate.Options{Slots: slots, Length: length}
	switch order {
	case orderCount:
		o.Rank = func(lang.Ref) time.Duration { return 1 }
	case orderRank:
		o.Rank = func(ref lang.Ref) time.Duration {
			estimate, _ := length(ref)
			return estimate.Duration
		}
	}
	return o
}

// compare notes when all would be done by each order.
func (p *plan) compare(w *snapshot.World, slots int, length lengthOf) {
	for _, order := range orders {
		p.totals = append(p.totals, newPlan(w.Simulate(simulated(order, slots, length))).total)
	}
}
