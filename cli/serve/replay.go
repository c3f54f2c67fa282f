package serve

import (
	"crypto/sha256"
	"sync"
	"time"

	"k8s.io/utils/clock"
)

// mostReplays is how many signed bodies are remembered at least.
const mostReplays = 50_000

// replays remembers signed bodies, and by which key each came. A signature covers the body alone: who
// has seen a request could send it again with another key, and without this it would run again.
//
// It forgets at a restart. By the same key a request is the same Job then, too.
type replays struct {
	clock  clock.PassiveClock
	window time.Duration

	mu sync.Mutex
	// now and before are those of this window and the one before it.
	now, before map[[sha256.Size]byte]string
	began       time.Time
}

func newReplays(c clock.PassiveClock, window time.Duration) *replays {
	return &replays{clock: c, window: window, now: map[[sha256.Size]byte]string{}, began: c.Now()}
}

// first reports whether a body has not come to this target before by another key.
func (r *replays) first(target string, body []byte, key string) bool {
	sum := sha256.New()
	sum.Write([]byte(target))
	sum.Write([]byte{0})
	sum.Write(body)
	digest := [sha256.Size]byte(sum.Sum(nil))
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	switch age := now.Sub(r.began); {
	case age > 2*r.window:
		r.before, r.now, r.began = nil, map[[sha256.Size]byte]string{}, now
	case age > r.window, len(r.now) >= mostReplays:
		r.before, r.now, r.began = r.now, map[[sha256.Size]byte]string{}, now
	}
	for _, known := range []map[[sha256.Size]byte]string{r.now, r.before} {
		if with, came := known[digest]; came {
			return with == key
		}
	}
	r.now[digest] = key
	return true
}
