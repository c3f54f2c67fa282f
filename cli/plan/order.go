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

// compare notes when all would be done by each order; p is the plan of one of them, or of the
// gate's own.
func (p *plan) compare(w *snapshot.World, own string, slots int, length lengthOf) {
	for _, order := range orders {
		total := p.total
		if order != own || p.maxStarting > 0 {
			total = newPlan(w.Simulate(simulated(order, slots, length))).total
		}
		p.totals = append(p.totals, total)
	}
}
