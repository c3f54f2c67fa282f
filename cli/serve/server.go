package serve

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/utils/clock"

	"depctl.dev/cli/event"
	"depctl.dev/cli/internal/cluster"
)

// mostTime is how long a request may take, and mostAtOnce how many are answered at the same time.
const (
	mostTime   = 20 * time.Second
	mostAtOnce = 64
)

// server answers events.
type server struct {
	client    cluster.Client
	shared    *cluster.JobClient
	clock     clock.PassiveClock
	audiences []string
	window    time.Duration
	limit     *rate.Limiter
	replays   *replays
	log       *slog.Logger
	// suffix returns letters for a name that nothing has yet.
	suffix func() string
}

// jobs returns a client for one request: it keeps what it learns of who asks.
func (s *server) jobs() *cluster.JobClient {
	client := *s.shared
	return &client
}

// handler returns what answers all requests.
func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	places := make(chan struct{}, mostAtOnce)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
			s.answer(w, r)
		default:
			s.refuse(w, r, tooMany)
		}
	})
	return mux
}

var tooMany = &event.Refusal{Status: http.StatusTooManyRequests, Message: "too many requests: try again in a second"}

// answer does what a request asks for, and says what came of it.
func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), mostTime)
	defer cancel()
	i, who, came, err := s.take(ctx, w, r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	status, word := http.StatusOK, "unchanged"
	switch {
	case i.Ping:
		word = "ping"
	case came.anew:
		status, word = http.StatusCreated, "created"
	}
	s.log.InfoContext(ctx, "Took an event", "what", i.String(), "job", came.job, "outcome", word, "who", who.name, "key", i.Key)
	if came.job != "" {
		w.Header().Set("Location", "/apis/batch/v1/namespaces/"+i.Namespace+"/jobs/"+came.job)
	}
	if i.CloudEvent {
		w.WriteHeader(status) // a text would be taken for an event that cannot be read
		return
	}
	write(w, status, map[string]any{"job": came.job, "namespace": i.Namespace, "outcome": word})
}

// take reads a request, and does what it asks for if who asks may.
func (s *server) take(ctx context.Context, w http.ResponseWriter, r *http.Request) (i event.Intent, who *caller, came made, err error) {
	target, err := event.TargetOf(r.URL.EscapedPath(), r.URL.RawQuery)
	switch {
	case err != nil:
		return i, nil, came, err
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		return i, nil, came, &event.Refusal{Status: http.StatusMethodNotAllowed, Message: "send it with POST"}
	case !s.limit.AllowN(s.clock.Now(), 1):
		return i, nil, came, tooMany
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, event.MostBody))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return i, nil, came, &event.Refusal{Status: http.StatusRequestEntityTooLarge, Message: "the body is longer than 128 KiB: send where it is in place of what it is"}
	case err != nil:
		return i, nil, came, &event.Refusal{Status: http.StatusBadRequest, Message: "the body ended too early"}
	}
	if who, err = s.identify(ctx, target, r.Header, body); err != nil {
		return i, who, came, err
	}
	if i, err = event.Read(target, r.Header, body); err != nil || i.Ping {
		return i, who, came, err
	}
	if err := i.Late(s.clock.Now(), s.window); err != nil {
		return i, who, came, err
	}
	if i.Verb == event.Done {
		came, err = s.done(ctx, &i, who)
		return i, who, came, err
	}
	if who.signed {
		if i.Key == "" {
			i.Key, i.Covered = event.BodyKey(body), true
		}
		if !i.Covered && !s.replays.first(target.Namespace+"/"+target.Name, body, i.Key) {
			return i, who, came, &event.Refusal{Status: http.StatusConflict, Message: "this signed body came before under another id, so this may be somebody who has seen it: an event must say in its body what makes it another, or come later"}
		}
	}
	came, err = s.run(ctx, &i, who)
	return i, who, came, err
}

// refuse says why nothing was done.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, message := http.StatusInternalServerError, err.Error()
	var refusal *event.Refusal
	switch {
	case errors.As(err, &refusal):
		status = refusal.Status
	case cluster.Temporary(err):
		status, message = http.StatusServiceUnavailable, "the API server does not do it now: try again"
	default:
		message = "depctl serve cannot do it; its log says why"
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	s.log.Log(r.Context(), level, "Refused a request", "method", r.Method, "path", r.URL.EscapedPath(), "from", r.RemoteAddr, "status", status, "why", err)
	write(w, status, map[string]any{"message": message})
}

func write(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // who has gone reads nothing
}
