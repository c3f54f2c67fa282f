package overview

import (
	"math/bits"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// count fills in how many Jobs each blocker holds up.
//
// 64 blockers go through the graph at once, one bit each: what reaches a node goes
// on to its dependents until nothing is new, so cycles are no matter. That costs
// 1/64 of a search for each, times how often a node is reached anew.
func count(c Cluster, blockers []Blocker) {
	w := &waiting{cluster: c, ids: map[lang.Ref]int{}}
	for first := 0; first < len(blockers); first += 64 {
		some := blockers[first:min(first+64, len(blockers))]
		w.reset()
		for i := range some {
			w.reach(w.id(some[i].Ref), 1<<i)
		}
		w.run()
		for id, mask := range w.masks {
			for ; mask != 0; mask &= mask - 1 {
				i := bits.TrailingZeros64(mask)
				if w.holds[id] && w.refs[id] != some[i].Ref {
					some[i].HoldsUp++
				}
			}
		}
	}
}

// waiting is the graph of those that wait, by number.
type waiting struct {
	cluster Cluster
	ids     map[lang.Ref]int
	refs    []lang.Ref
	// holds tells which of them wait, and dependents has who waits for each, nil
	// until it was asked.
	holds      []bool
	dependents [][]int
	// masks has the blockers that reach each, and queue those where there is news.
	masks  []uint64
	queued []bool
	queue  []int
}

func (w *waiting) id(ref lang.Ref) int {
	id, ok := w.ids[ref]
	if !ok {
		id = len(w.refs)
		w.ids[ref] = id
		job, exists := w.cluster.Job(ref)
		w.refs = append(w.refs, ref)
		w.holds = append(w.holds, exists && waits(gate.StateOf(job, w.cluster.Decision(ref))))
		w.dependents, w.masks, w.queued = append(w.dependents, nil), append(w.masks, 0), append(w.queued, false)
	}
	return id
}

func (w *waiting) reset() { clear(w.masks) }

func (w *waiting) reach(id int, mask uint64) {
	if w.masks[id]|mask == w.masks[id] {
		return
	}
	w.masks[id] |= mask
	if !w.queued[id] {
		w.queued[id] = true
		w.queue = append(w.queue, id)
	}
}

func (w *waiting) run() {
	for len(w.queue) > 0 {
		id := w.queue[0]
		w.queue = w.queue[1:]
		w.queued[id] = false
		for _, dependent := range w.after(id) {
			w.reach(dependent, w.masks[id])
		}
	}
	w.queue = nil
}

// after returns those that wait for a node, and wait.
func (w *waiting) after(id int) []int {
	if w.dependents[id] == nil {
		list := []int{}
		for _, ref := range w.cluster.Dependents(w.refs[id]) {
			if dependent := w.id(ref); w.holds[dependent] {
				list = append(list, dependent)
			}
		}
		w.dependents[id] = list
	}
	return w.dependents[id]
}
