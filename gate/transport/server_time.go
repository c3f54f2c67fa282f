package transport

import (
	"net/http"
	"sync"
	"time"

	"k8s.io/utils/clock"
)

// ServerTime is a clock that tells the API server's time, whatever the machine's
// says: delays and timeouts count from times that were written in the cluster.
// It goes by the Date of each answer, a whole second, and by how much time has
// passed since. Where that leaves a doubt, it is late, never early.
//
// Until there was an answer it tells the machine's time.
type ServerTime struct {
	local clock.PassiveClock

	mu sync.Mutex
	// date is what the server's time was at least, when the local clock told
	// at; both are zero before the first answer.
	date, at time.Time
}

// A ServerTime is a clock.
var _ clock.PassiveClock = &ServerTime{}

// NewServerTime returns a clock that measures what has passed by a local one.
func NewServerTime(local clock.PassiveClock) *ServerTime { return &ServerTime{local: local} }

// Now returns the API server's time, up to a second late.
func (s *ServerTime) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.when(s.local.Now())
}

// Since returns how much later than t it is.
func (s *ServerTime) Since(t time.Time) time.Duration { return s.Now().Sub(t) }

// when returns the server's time at a local one.
func (s *ServerTime) when(local time.Time) time.Time {
	if s.at.IsZero() {
		return local
	}
	return s.date.Add(local.Sub(s.at))
}

// saw takes in the Date of an answer to a request that was under way from sent
// to received. The server wrote it in between, so its time was date or later at
// the end, and less than a second after date at the beginning.
func (s *ServerTime) saw(date, sent, received time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	late := s.when(received).Before(date)
	early := !s.when(sent).Before(date.Add(time.Second))
	if s.at.IsZero() || late || early {
		s.date, s.at = date, received
	}
}

// Wrap returns a transport that takes the time from every answer; rest.Config's
// Wrap takes it.
func (s *ServerTime) Wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		sent := s.local.Now()
		response, err := next.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
			s.saw(date, sent, s.local.Now())
		}
		return response, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }
