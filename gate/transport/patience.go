package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A watch that nobody answers would never end by itself: its connection is well, and
// other requests go on in it. The Jobs would be forgotten until the gate restarts. The
// API server begins to answer a watch at once, or refuses it. A watch that begins with all
// objects may be answered and then say nothing, while the API server waits for its own
// copy to be new enough; until it has said that these were all, it may not be silent as
// long either.
const patience = 15 * time.Second

var errUnanswered = errors.New("the watch was not answered in " + patience.String() + ", trying again")

// GiveUp returns what sends requests through another RoundTripper and gives up a watch
// of which no answer begins in time, so that it is tried again; it is for
// rest.Config.Wrap.
func GiveUp(next http.RoundTripper) http.RoundTripper { return giveUpAfter(patience)(next) }

func giveUpAfter(limit time.Duration) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			if request.URL.Query().Get("watch") != "true" {
				return next.RoundTrip(request)
			}
			ctx, cancel := context.WithCancelCause(request.Context())
			timer := time.AfterFunc(limit, func() { cancel(errUnanswered) })
			response, err := next.RoundTrip(request.WithContext(ctx))
			timer.Stop()
			if err != nil {
				if errors.Is(context.Cause(ctx), errUnanswered) {
					err = errUnanswered
				}
				cancel(nil)
				return nil, err
			}
			body := closing{response.Body, func() { cancel(nil) }}
			if response.Body = body; request.URL.Query().Get("sendInitialEvents") == "true" {
				response.Body = newListing(body, limit, func() { cancel(errUnanswered) })
			}
			return response, nil
		})
	}
}

// listing is the body of a watch that begins with all objects. Until these were all, it
// may not be silent for longer than limit.
type listing struct {
	io.ReadCloser
	limit time.Duration
	timer *time.Timer
	// tail is the end of what was read, in which the mark may have begun.
	tail []byte
	all  bool
}

// lastOfAll is the annotation of the bookmark behind the objects that existed, in each
// encoding.
var lastOfAll = []byte(metav1.InitialEventsAnnotationKey)

func newListing(body io.ReadCloser, limit time.Duration, giveUp func()) *listing {
	return &listing{ReadCloser: body, limit: limit, timer: time.AfterFunc(limit, giveUp)}
}

// Read reads from the body.
func (l *listing) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	switch {
	case l.all:
	case bytes.Contains(append(l.tail, p[:n]...), lastOfAll):
		l.timer.Stop()
		l.all, l.tail = true, nil
	case n > 0:
		l.timer.Reset(l.limit)
		read := append(l.tail, p[:n]...)
		l.tail = bytes.Clone(read[max(0, len(read)-len(lastOfAll)+1):])
	}
	return n, err
}

// Close closes the body.
func (l *listing) Close() error {
	l.timer.Stop()
	return l.ReadCloser.Close()
}

// closing is the body of an answer, whose context ends with it.
type closing struct {
	io.ReadCloser
	after func()
}

// Close closes the body.
func (c closing) Close() error {
	defer c.after()
	return c.ReadCloser.Close()
}
