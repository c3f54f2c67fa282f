package ui

import (
	"context"
	"net/url"
	"sync"
	"time"

	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/ui/frame"
)

// lingering is how long a watch goes on when no tab looks any more: a page that is loaded again finds it.
const lingering = 30 * time.Second

// feeds are those of one user, by namespace. They read with the user's own rights, so nobody sees what
// another one may.
type feeds struct {
	// ctx ends with the server.
	ctx    context.Context //nolint:containedctx // feeds outlive the request that begins them
	clock  clock.Clock
	reader func(namespace string) (*cluster.Reader, error)
	// allowed is that of each feed.
	allowed func(context.Context, *cluster.LiveWorld) error

	mu   sync.Mutex
	open map[string]*running
}

// running is a feed that runs.
type running struct {
	feed *feed
	stop context.CancelFunc
}

// joined is a tab's place at a feed.
type joined struct {
	feed *feed
	view *view
}

// join gives a tab a place, and returns what to call when it goes.
func (f *feeds) join(namespace, key string, v frame.View) (*joined, func(), error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.open[namespace]
	if one == nil || one.feed.ended() {
		reader, err := f.reader(namespace)
		if err != nil {
			return nil, nil, err
		}
		ctx, stop := context.WithCancel(f.ctx)
		one = &running{feed: newFeed(reader, f.clock), stop: stop}
		one.feed.allowed = f.allowed
		f.open[namespace] = one
		go one.feed.run(ctx)
	}
	j := &joined{feed: one.feed, view: one.feed.join(key, v)}
	return j, func() {
		if one.feed.leave(key) == 0 {
			time.AfterFunc(lingering, func() { f.end(namespace, one) })
		}
	}, nil
}

// warm begins to read a namespace before the first tab asks for it, and makes the frame that it will ask for.
func (f *feeds) warm(namespace string) {
	v, key, err := viewOf(url.Values{"namespace": {namespace}})
	if err != nil {
		return
	}
	j, leave, err := f.join(namespace, key, v)
	if err != nil {
		return // whoever asks is told
	}
	defer leave()
	for {
		first, changed, err := j.feed.latest(j.view)
		if first != nil || err != nil {
			return
		}
		select {
		case <-changed:
		case <-f.ctx.Done():
			return
		}
	}
}

// end stops a feed at which no tab looks.
func (f *feeds) end(namespace string, one *running) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !one.feed.forget() {
		return
	}
	one.stop()
	if f.open[namespace] == one {
		delete(f.open, namespace)
	}
}

// ended reports whether a feed makes no frames any more.
func (f *feed) ended() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err != nil
}
