package transport

import (
	"net/http"
	"time"

	"k8s.io/utils/clock"
)

// AdaptiveThrottle keeps requests that nobody waits for out of the way of others: it
// sends one at a time, and after each it pauses nine times as long as the answer took. An API
// server at rest answers in milliseconds, and the pause is hardly felt; one that has
// more to do than it can answers late, and is left alone.
type AdaptiveThrottle struct {
	clock clock.Clock
	// turn has the time from which on the next request may be sent.
	turn chan time.Time
}

// longestPause bounds the pause after one slow answer.
const longestPause = 2 * time.Second

// NewAdaptiveThrottle returns one for requests that keep out of each other's way too.
func NewAdaptiveThrottle(c clock.Clock) *AdaptiveThrottle {
	p := &AdaptiveThrottle{clock: c, turn: make(chan time.Time, 1)}
	p.turn <- time.Time{}
	return p
}

// Wrap returns what sends requests through another RoundTripper at this pace; it is
// for rest.Config.Wrap.
func (p *AdaptiveThrottle) Wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		done := request.Context().Done()
		var at time.Time
		select {
		case at = <-p.turn:
		case <-done:
			return nil, request.Context().Err()
		}
		defer func() { p.turn <- at }()
		if pause := at.Sub(p.clock.Now()); pause > 0 {
			select {
			case <-p.clock.After(pause):
			case <-done:
				return nil, request.Context().Err()
			}
		}
		sent := p.clock.Now()
		response, err := next.RoundTrip(request)
		answered := p.clock.Now()
		at = answered.Add(min(9*answered.Sub(sent), longestPause))
		return response, err
	})
}
