package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// A watch that nobody answers would never end by itself: its connection is well, and
// other requests go on in it. The Jobs would be forgotten until the gate restarts. The
// API server begins to answer a watch at once, or refuses it.
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
			response.Body = closing{response.Body, func() { cancel(nil) }}
			return response, nil
		})
	}
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
