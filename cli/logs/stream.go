package logs

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"depctl.dev/cli/internal/cluster"
)

// stream reads one log of one container to its end, however many requests that takes.
type stream struct {
	*follower
	*source
	// number is which log it is: how many restarts came before it.
	number int32
	name   string
	tail   *tail
}

// status is what is known of the log.
type status struct {
	// over says that nothing is added to it any more, previous that the container runs
	// again since, and lost that it did so more than once.
	over, previous, lost bool
	changed              chan struct{}
	// tries is how often it is asked for, once it is over.
	tries int
}

func (l *stream) status() status {
	l.watcher.Lock()
	defer l.watcher.Unlock()
	now := status{over: l.source.pod.gone, changed: l.source.changed, tries: triesAfter(l.incomplete)}
	for _, c := range l.source.pod.containers {
		if c.name == l.source.container {
			now.previous, now.lost = c.restarts > l.number, c.restarts > l.number+1
			now.over = now.over || now.previous || c.over
		}
	}
	return now
}

// follow reads until it has read a stream to its end that began when the log was over: of
// any other, nobody knows why it ended.
func (l *stream) follow() {
	ctx := l.ctx
	clean := false
	defer func() {
		l.watcher.Lock()
		defer l.watcher.Unlock()
		l.queue.done(l.source)
		l.consider(l.source.pod)
		l.start()
		l.tell()
	}()
	for try := 0; ; try++ {
		pause := min(100*time.Millisecond<<min(try, 10), 5*time.Second)
		now := l.status()
		if now.lost {
			l.unread("the container was restarted twice meanwhile")
			l.close()
			return
		}
		before := l.tail.at
		err := l.tail.read(ctx, !now.over, now.previous)
		var denied *cluster.Denied
		var unread *broken
		switch {
		case ctx.Err() != nil:
			return
		case errors.As(err, &denied), errors.As(err, &unread):
			l.end(err)
			return
		case err == nil && now.over:
			l.close()
			return
		case err == nil:
			clean, pause = true, time.Second
		case apierrors.IsNotFound(err):
			if !clean {
				l.unread("its pod is gone, and its log with it")
			}
			l.close()
			return
		case now.over && try >= now.tries:
			l.unread(err.Error())
			l.close()
			return
		default:
			clean = false
			if try > 2 {
				l.say(fmt.Sprintf("its log cannot be read, trying again: %v", err))
			}
		}
		if l.tail.at != before {
			try = 0
		}
		wait(ctx, now.changed, pause)
	}
}

// wait returns when there is news, or after some time.
func wait(ctx context.Context, news <-chan struct{}, most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-news:
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (l *stream) close() {
	if err := l.tail.out.close(); err != nil {
		l.end(err)
	}
}

func (l *stream) say(text string) {
	l.watcher.Lock()
	defer l.watcher.Unlock()
	l.once("trouble "+string(l.source.pod.uid), l.name+": "+text)
}

// unread says why a log was not read whole.
func (l *stream) unread(why string) {
	l.watcher.Lock()
	defer l.watcher.Unlock()
	l.incomplete = true
	l.note(l.name + ": its log could not be read whole: " + why)
}
