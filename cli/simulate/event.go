package simulate

import (
	"time"

	"depctl.dev/lang"
)

// event is when something may happen: a Job ends, is made, or is to be decided again.
type event struct {
	at         time.Duration
	ref        lang.Ref
	ends, made bool
}

type events []event

func (e events) Len() int           { return len(e) }
func (e events) Less(i, j int) bool { return e[i].at < e[j].at }
func (e events) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)        { *e = append(*e, x.(event)) }

func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}
