package fault

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// isWatch reports whether a request asks for a stream of Jobs.
func isWatch(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, "/jobs") && r.URL.Query().Get("watch") != ""
}

// answer sends a failure as an API server does.
func answer(w http.ResponseWriter, code int32, reason metav1.StatusReason, message string) {
	status := metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
		Status:   metav1.StatusFailure, Code: code, Reason: reason, Message: message,
	}
	if code == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(int(code))
	_ = json.NewEncoder(w).Encode(status)
}

// Refuse answers so many of 100 requests with 429, 500 or 503: before anything was
// done, or, but for 429, after it was done.
func Refuse(percent int, hit func(string)) Fault {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if rand.IntN(100) >= percent {
				next.ServeHTTP(w, r)
				return
			}
			if rand.IntN(2) == 0 && !isWatch(r) {
				next.ServeHTTP(httptest.NewRecorder(), r) // done, and nobody knows
				hit("500 after")
				answer(w, http.StatusInternalServerError, metav1.StatusReasonInternalError, "injected after it was done")
				return
			}
			switch rand.IntN(3) {
			case 0:
				hit("429")
				answer(w, http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests, "injected")
			case 1:
				hit("500")
				answer(w, http.StatusInternalServerError, metav1.StatusReasonInternalError, "injected")
			default:
				hit("503")
				answer(w, http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable, "injected")
			}
		})
	}
}

// Break cuts so many of 100 answers off, in their first KiB; watches after two
// seconds at most.
func Break(percent int, hit func(string)) Fault {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if rand.IntN(100) >= percent {
				next.ServeHTTP(w, r)
				return
			}
			hit("broken answer")
			b := &breaking{ResponseWriter: w, left: rand.IntN(1 << 10)}
			if isWatch(r) {
				b.left, b.until = 1<<30, time.Now().Add(rand.N(2*time.Second))
			}
			next.ServeHTTP(b, r)
			panic(http.ErrAbortHandler)
		})
	}
}

// breaking passes so many bytes on.
type breaking struct {
	http.ResponseWriter
	left  int
	until time.Time
}

func (b *breaking) Unwrap() http.ResponseWriter { return b.ResponseWriter }

func (b *breaking) Write(p []byte) (int, error) {
	if len(p) > b.left || !b.until.IsZero() && time.Now().After(b.until) {
		_, _ = b.ResponseWriter.Write(p[:min(len(p)/2, b.left)])
		_ = http.NewResponseController(b.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	b.left -= len(p)
	return b.ResponseWriter.Write(p)
}

// Expire answers watches that start somewhere with 410: what was then is
// forgotten, so that the gate must list anew.
func Expire(hit func(string)) Fault {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if version := r.URL.Query().Get("resourceVersion"); isWatch(r) && version != "" && version != "0" {
				hit("410 status")
				answer(w, http.StatusGone, metav1.StatusReasonExpired, "too old resource version (injected)")
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// Lose answers nothing at all.
func Lose(http.Handler) http.Handler {
	return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
}
