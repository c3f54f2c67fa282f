package snapshot

import (
	"maps"
	"slices"
	"time"

	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// mostFollowed bounds the runs of CronJobs through which circles are looked for.
const mostFollowed = 2000

// Circles returns which CronJobs wait for which in a circle: a run that is to come waits there, through
// others, for itself. Those that wait for one another's run of another night wait in none.
func (w *World) Circles() map[[2]lang.Ref]bool {
	c := &circles{world: w, on: map[lang.Ref]int{}, found: map[[2]lang.Ref]bool{}}
	for _, ref := range w.CronJobs.Refs() {
		if runs := w.CronJobs.Runs(ref); w.Graph.Expr(ref) != nil {
			if at, ok := runs.Next(w.Now); ok {
				c.follow(ref, at)
			}
		}
	}
	return c.found
}

// circles goes from run to run, depth first.
type circles struct {
	world *World
	// path are the runs from the first one on, and on the place of each in it, or done.
	path  []lang.Ref
	on    map[lang.Ref]int
	found map[[2]lang.Ref]bool
}

// done is the place of a run that was left.
const done = -1

func (c *circles) follow(cronJob lang.Ref, at time.Time) {
	run := TimeOf(cronJob, at)
	if place, seen := c.on[run]; seen {
		if place != done {
			circle := c.path[place:]
			for i, one := range circle {
				c.found[[2]lang.Ref{one.Object(), circle[(i+1)%len(circle)].Object()}] = true
			}
		}
		return
	}
	expr := c.world.Graph.Expr(cronJob)
	if expr == nil || len(c.on) == mostFollowed {
		return
	}
	c.on[run] = len(c.path)
	c.path = append(c.path, run)
	next := map[lang.Ref]time.Time{}
	for _, edge := range expr.Edges() {
		if edge.Ref.Kind != lang.KindCronJob {
			continue
		}
		for _, meant := range c.world.meantAt(cronJob, at, edge.Ref) {
			if meant.Time.After(c.world.Now) { // what was due was made without it
				named := edge.Ref.Resolve(cronJob).Object()
				next[TimeOf(named, meant.Time)] = meant.Time
			}
		}
	}
	for _, ref := range slices.SortedFunc(maps.Keys(next), lang.Ref.Compare) {
		c.follow(ref.Object(), next[ref])
	}
	c.path = c.path[:len(c.path)-1]
	c.on[run] = done
}

// meantAt returns the runs that a name in the template of a CronJob means for its run at a time.
func (w *World) meantAt(by lang.Ref, at time.Time, cronJob lang.Ref) []schedule.Run {
	own, named := w.CronJobs.Runs(by), w.CronJobs.Runs(cronJob.Resolve(by))
	if own == nil || named == nil {
		return nil
	}
	runs := schedule.Resolve(schedule.Subject{Time: at, Own: own}, named, cronJob.Offset(), nil).Runs
	return slices.DeleteFunc(runs, func(run schedule.Run) bool { return run.Time.IsZero() })
}
