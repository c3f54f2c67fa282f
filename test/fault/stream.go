package fault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
)

// tamper passes the events of a watch on in its own way: each is one line of
// JSON. It returns when in is closed or ctx done, or to end the watch.
type tamper func(ctx context.Context, in <-chan []byte, out func(event []byte))

// streams does something to every watch of Jobs.
func streams(do tamper) Fault {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !isWatch(r) {
				next.ServeHTTP(w, r)
				return
			}
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			r = r.WithContext(ctx)
			r.Header.Set("Accept", "application/json")
			r.Header.Del("Accept-Encoding")
			s := &stream{
				ResponseWriter: w, header: http.Header{}, ctx: ctx,
				lines: make(chan []byte, 1<<12), began: make(chan struct{}), over: make(chan struct{}),
			}
			go func() {
				defer close(s.over)
				defer cancel() // whoever tampers may end it
				// A fault around this one breaks off by a panic, which ends a handler only.
				defer func() {
					broken := recover()
					if err, is := broken.(error); broken != nil && !(is && errors.Is(err, http.ErrAbortHandler)) {
						panic(broken)
					}
				}()
				select {
				case <-s.began:
					do(ctx, s.lines, s.send)
				case <-ctx.Done():
				}
			}()
			defer func() {
				close(s.lines)
				<-s.over
			}()
			next.ServeHTTP(s, r)
		})
	}
}

// stream cuts what the API server sends into lines. Nothing is sent before it has
// begun to answer: the header is the proxy's until then.
type stream struct {
	http.ResponseWriter
	header      http.Header
	ctx         context.Context
	rest        []byte
	lines       chan []byte
	began, over chan struct{}
}

// Header returns the header that WriteHeader sends.
func (s *stream) Header() http.Header { return s.header }

// WriteHeader lets the client know at once that the watch has begun.
func (s *stream) WriteHeader(code int) {
	maps.Copy(s.ResponseWriter.Header(), s.header)
	s.ResponseWriter.WriteHeader(code)
	_ = http.NewResponseController(s.ResponseWriter).Flush()
	if code >= http.StatusOK {
		close(s.began)
	}
}

func (s *stream) Write(p []byte) (int, error) {
	s.rest = append(s.rest, p...)
	for {
		end := bytes.IndexByte(s.rest, '\n')
		if end < 0 {
			return len(p), nil
		}
		select {
		case s.lines <- bytes.Clone(s.rest[:end+1]):
		case <-s.ctx.Done():
			return 0, s.ctx.Err()
		}
		s.rest = s.rest[end+1:]
	}
}

// Flush does nothing: send does it, when the event goes.
func (s *stream) Flush() {}

func (s *stream) send(event []byte) {
	_, _ = s.ResponseWriter.Write(event)
	_ = http.NewResponseController(s.ResponseWriter).Flush()
}

// each calls do with every event.
func each(ctx context.Context, in <-chan []byte, do func([]byte)) {
	for {
		select {
		case event, open := <-in:
			if !open {
				return
			}
			do(event)
		case <-ctx.Done():
			return
		}
	}
}

// Delay lets every event of a watch come so much later, in order: the gate's view
// is a stale one.
func Delay(by time.Duration, hit func(string)) Fault {
	return streams(func(ctx context.Context, in <-chan []byte, out func([]byte)) {
		type late struct {
			event []byte
			due   time.Time
		}
		line := make(chan late, 1<<16)
		go func() {
			defer close(line)
			each(ctx, in, func(event []byte) { line <- late{event, time.Now().Add(by)} })
		}()
		for l := range line {
			select {
			case <-time.After(time.Until(l.due)):
				hit("delayed event")
				out(l.event)
			case <-ctx.Done():
			}
		}
	})
}

// Repeat sends so many of 100 events twice, the second time at once or after some
// others. No real API server does that; deletions, and what a deleted Job was, are
// never repeated, as that would bring it back.
func Repeat(percent int, hit func(string)) Fault {
	return streams(func(ctx context.Context, in <-chan []byte, out func([]byte)) {
		recent := map[string][]byte{}
		each(ctx, in, func(event []byte) {
			out(event)
			kind, uid := read(event)
			switch {
			case kind == watch.Deleted:
				delete(recent, uid)
			case kind != watch.Added && kind != watch.Modified:
				return
			case rand.IntN(100) < percent:
				recent[uid] = event
			}
			for uid, old := range recent {
				if rand.IntN(2) == 0 {
					hit("repeated event")
					out(old)
					delete(recent, uid)
				}
			}
		})
	})
}

// Swap sends so many of 100 events after the one that follows, also where both are
// of one Job. No real API server does that. Deletions stay where they are: around
// them the order has a meaning.
func Swap(percent int, hit func(string)) Fault {
	return streams(func(ctx context.Context, in <-chan []byte, out func([]byte)) {
		var held []byte
		release := func() {
			if held != nil {
				out(held)
				held = nil
			}
		}
		for {
			select {
			case event, open := <-in:
				if !open {
					release()
					return
				}
				kind, _ := read(event)
				movable := kind == watch.Added || kind == watch.Modified
				switch {
				case held != nil && movable:
					hit("swapped events")
					out(event)
					release()
				case held == nil && movable && rand.IntN(100) < percent:
					held = event
				default:
					release()
					out(event)
				}
			case <-time.After(100 * time.Millisecond): // nothing follows
				release()
			case <-ctx.Done():
				return
			}
		}
	})
}

// Forget ends every watch after a while, three seconds at most, with the error
// event that says that its place is forgotten.
func Forget(hit func(string)) Fault {
	return streams(func(ctx context.Context, in <-chan []byte, out func([]byte)) {
		ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond+rand.N(2700*time.Millisecond))
		defer cancel()
		each(ctx, in, out)
		hit("410 event")
		out(fmt.Appendf(nil, `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",`+
			`"message":"too old resource version (injected)","reason":%q,"code":410}}`+"\n", metav1.StatusReasonExpired))
	})
}

// read returns what kind of event it is, and of which Job.
func read(event []byte) (kind watch.EventType, uid string) {
	var e struct {
		Type   watch.EventType
		Object struct{ Metadata struct{ UID string } }
	}
	if json.Unmarshal(event, &e) != nil {
		return "", ""
	}
	return e.Type, e.Object.Metadata.UID
}
