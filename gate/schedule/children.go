package schedule

import (
	"cmp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// Children are the Jobs of one CronJob. Whoever may create Jobs may make very many of them, so a
// change of one costs no more than the search for its place. The nil Children are none.
type Children struct {
	byUID map[types.UID]*Child
	// sorted are they by time, and those of one time from the earliest to the newest, which counts.
	sorted []*Child
}

// NewChildren returns Jobs as the children of a CronJob.
func NewChildren(list ...Child) *Children {
	c := &Children{byUID: map[types.UID]*Child{}}
	for _, child := range list {
		c.Set(child)
	}
	return c
}

// Set takes in a Job, and reports whether that changed anything.
func (c *Children) Set(child Child) bool {
	child.Time = second(child.Time)
	if old := c.byUID[child.UID]; old != nil {
		if *old == child {
			return false
		}
		c.Remove(child.UID)
	}
	at, _ := slices.BinarySearchFunc(c.sorted, &child, (*Child).compare)
	c.sorted, c.byUID[child.UID] = slices.Insert(c.sorted, at, &child), &child
	return true
}

// Remove forgets a Job that is gone.
func (c *Children) Remove(uid types.UID) {
	old := c.byUID[uid]
	if old == nil {
		return
	}
	at, _ := slices.BinarySearchFunc(c.sorted, old, (*Child).compare)
	c.sorted = slices.Delete(c.sorted, at, at+1)
	delete(c.byUID, uid)
}

// Clone returns the same Jobs, in a list of its own.
func (c *Children) Clone() *Children {
	own := NewChildren()
	for _, child := range c.After(nil, c.Len()) {
		own.Set(*child)
	}
	return own
}

// Len returns how many there are.
func (c *Children) Len() int {
	if c == nil {
		return 0
	}
	return len(c.sorted)
}

// Newest returns the Job that counts of those of a time, nil if there is none.
func (c *Children) Newest(t time.Time) *Child {
	if at := c.from(second(t).Add(time.Second)); at > 0 && c.sorted[at-1].Time.Equal(second(t)) {
		return c.sorted[at-1]
	}
	return nil
}

// After returns the first n Jobs that come after another one, which may be gone; after nil, the first of all.
func (c *Children) After(last *Child, n int) []*Child {
	if c == nil {
		return nil
	}
	at := 0
	if last != nil {
		var found bool
		if at, found = slices.BinarySearchFunc(c.sorted, last, (*Child).compare); found {
			at++
		}
	}
	return slices.Clone(c.sorted[at:min(at+n, len(c.sorted))])
}

// from returns how many are of a time before t.
func (c *Children) from(t time.Time) int {
	if c == nil {
		return 0
	}
	at, _ := slices.BinarySearchFunc(c.sorted, t, func(child *Child, t time.Time) int { return child.Time.Compare(t) })
	return at
}

// notBefore returns the first time of a Job that is not before t.
func (c *Children) notBefore(t time.Time) (time.Time, bool) {
	if at := c.from(t); at < c.Len() {
		return c.sorted[at].Time, true
	}
	return time.Time{}, false
}

// before returns the last time of a Job before t.
func (c *Children) before(t time.Time) (time.Time, bool) {
	if at := c.from(t); at > 0 {
		return c.sorted[at-1].Time, true
	}
	return time.Time{}, false
}

// compare sorts by time, then creation, then UID: of one time, the last one counts.
func (c *Child) compare(other *Child) int {
	return cmp.Or(c.Time.Compare(other.Time), c.Created.Compare(other.Created), cmp.Compare(c.UID, other.UID))
}
