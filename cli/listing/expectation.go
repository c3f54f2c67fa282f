package listing

import (
	"time"

	"depctl.dev/cli/explanation"
	"depctl.dev/lang"
)

// Expectation is when all may be over of which that is known, and how many others there are.
type Expectation struct {
	End     time.Time
	Unknown int
}

// Expect finds out when rows may be over. Where there is much, that takes long.
func Expect(c explanation.Cluster, rows []Row) (all Expectation) {
	for _, r := range rows {
		if r.Job.Outcome() != lang.Undecided {
			continue
		}
		switch e := c.Expect(r.Ref); {
		case !e.Known():
			all.Unknown++
		case e.End.After(all.End):
			all.End = e.End
		}
	}
	return all
}
