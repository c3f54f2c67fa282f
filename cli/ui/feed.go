package ui

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/listing"
	"depctl.dev/cli/ui/frame"
)

// feed keeps the Jobs of a scope up to date, and makes frames of them for the tabs that look. There
// is one watch, however many tabs and views there are.
type feed struct {
	reader   *cluster.Reader
	progress cluster.Progress
	clock    clock.Clock
	// allowed, if it is not nil, asks every so often whether all that is watched may still be read.
	allowed func(context.Context, *cluster.LiveWorld) error
	asks    time.Duration
	// expected is when it was last found out when all may be over, and expecting how long that took.
	expected  time.Time
	expecting time.Duration
	// added has something in it when there is a view that may have no frame, or an old one.
	added chan struct{}

	mu    sync.Mutex
	views map[string]*view
	// err is why the feed has ended.
	err error
}

// view is what tabs of a feed look at together.
type view struct {
	frame.View
	// name tells its frames from those of an earlier view of the same: these were counted, too.
	name string
	tabs int
	// frames are the last ones, the newest last: a tab that comes back finds its own.
	frames  []*frame.Frame
	changed chan struct{} // closed when there is another frame, or none will come
	laidOut time.Time     // when the last layout was made, and how long that took
	took    time.Duration
}

// The least time between two frames, and between two layouts, of a view. More time than is spent on
// making them is left between them, where there is much.
const (
	betweenFrames  = 100 * time.Millisecond
	betweenLayouts = time.Second
)

// readable is how long a note stands at least.
const readable = 5 * time.Second

// keptFrames is how many frames are kept for tabs that come back.
const keptFrames = 8

func newFeed(reader *cluster.Reader, c clock.Clock) *feed {
	f := &feed{reader: reader, progress: cluster.Progress{}, clock: c, asks: askAgain, added: make(chan struct{}, 1), views: map[string]*view{}}
	reader.Noted = f.progress.Note
	reader.Templates = true
	return f
}

// join returns a view for one more tab.
func (f *feed) join(key string, v frame.View) *view {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.views[key]
	if one == nil {
		one = &view{View: v, name: rand.Text(), changed: make(chan struct{})}
		f.views[key] = one
	}
	if one.tabs == 0 { // while nobody looked, no frames were made of it, not even the first
		select {
		case f.added <- struct{}{}:
		default:
		}
	}
	one.tabs++
	return one
}

// leave takes a tab away, and returns how many are left in all.
func (f *feed) leave(key string) (left int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.views[key].tabs--
	for _, v := range f.views {
		left += v.tabs
	}
	return left
}

// forget drops the views that nobody looks at, and reports whether none is left.
func (f *feed) forget() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for key, v := range f.views {
		if v.tabs == 0 {
			delete(f.views, key)
		}
	}
	return len(f.views) == 0
}

// latest returns the last frame of a view, nil if there is none yet, what is closed when there is another
// one, and why there will be none.
func (f *feed) latest(v *view) (*frame.Frame, <-chan struct{}, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return nil, nil, f.err
	}
	if len(v.frames) == 0 {
		return nil, v.changed, nil
	}
	return v.frames[len(v.frames)-1], v.changed, nil
}

// kept returns the frame of a number, nil if it is not kept any more.
func (f *feed) kept(v *view, seq int64) *frame.Frame {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range v.frames {
		if one.Seq == seq {
			return one
		}
	}
	return nil
}

// run makes frames until the context ends, or nothing can be read.
func (f *feed) run(ctx context.Context) {
	err := f.follow(ctx)
	if err == nil {
		err = ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
	for _, v := range f.views {
		close(v.changed)
		v.changed = make(chan struct{})
	}
}

func (f *feed) follow(ctx context.Context) error {
	live, err := f.reader.Follow(ctx, f.clock.Now())
	if err != nil {
		return err
	}
	asked := f.clock.Now()
	var noted []string
	for {
		began := f.clock.Now()
		var wait time.Duration
		news := false
		err := live.View(ctx, began, func(w *snapshot.World, notes []string) (err error) {
			news = len(notes) > 0 && !slices.Equal(notes, noted)
			noted = slices.Clone(notes)
			wait, err = f.publish(w, notes)
			return err
		})
		if err != nil {
			return err
		}
		command.Sleep(ctx, max(betweenFrames, f.clock.Since(began)))
		var again <-chan time.Time
		switch {
		case wait > 0:
			again = f.clock.After(wait)
		case news: // that the API server answers again is not said for longer
			again = f.clock.After(readable)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-live.Ended():
			return err
		case <-live.Changed:
		case <-f.added:
		case <-again:
		case <-f.clock.After(f.asks):
		}
		if f.allowed != nil && f.clock.Since(asked) >= f.asks {
			asked = f.clock.Now()
			if err := f.allowed(ctx, live); err != nil {
				return err
			}
		}
	}
}

// publish makes a frame of each view, and returns how soon another one is wanted though nothing happens; 0 if it is not.
func (f *feed) publish(w *snapshot.World, notes []string) (wait time.Duration, err error) {
	q := snapshot.NewInquiry(w)
	scene := frame.Scene{Inquiry: q, Notes: notes, Rows: listing.Of(q, f.progress, listing.Selection{Namespace: f.reader.Namespace})}
	wait = f.expect(&scene)
	for _, v := range f.looked() {
		before, _, _ := f.latest(v)
		now := f.clock.Now()
		may := now.Sub(v.laidOut) >= max(betweenLayouts, 2*v.took)
		one, err := frame.Of(scene, v.View, before, may)
		if err != nil {
			return 0, err
		}
		if one.Stale && (wait == 0 || wait > betweenLayouts) {
			wait = betweenLayouts
		}
		if one.LaidOut(before) {
			v.laidOut, v.took = f.clock.Now(), f.clock.Since(now)
		}
		if before != nil {
			if _, changed, err := one.Since(before); err != nil || !changed {
				continue
			}
		}
		f.mu.Lock()
		v.frames = append(v.frames, one)
		if len(v.frames) > keptFrames {
			v.frames = append([]*frame.Frame{}, v.frames[len(v.frames)-keptFrames:]...)
		}
		close(v.changed)
		v.changed = make(chan struct{})
		f.mu.Unlock()
	}
	return wait, nil
}

// expect finds out when all may be over, unless it is too early for that, and returns when it is time. The first frame
// does not wait for it, and where it takes long, it is done seldom.
func (f *feed) expect(scene *frame.Scene) (wait time.Duration) {
	now := f.clock.Now()
	if f.expected.IsZero() {
		f.expected = now
	}
	if wait = f.expected.Add(max(betweenFrames, 10*f.expecting)).Sub(now); wait > 0 {
		return wait
	}
	expected := listing.Expect(scene.Inquiry, scene.Rows)
	scene.Expected = &expected
	f.expected = f.clock.Now()
	f.expecting = f.expected.Sub(now)
	return 0
}

// looked returns the views that tabs look at.
func (f *feed) looked() (list []*view) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, v := range f.views {
		if v.tabs > 0 {
			list = append(list, v)
		}
	}
	return list
}
