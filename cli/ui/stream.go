package ui

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/ui/call"
	"depctl.dev/cli/ui/frame"
)

// ping is how often a stream says that it is there, and patience how long a tab may take to read what it
// is sent.
const (
	ping     = 15 * time.Second
	patience = 30 * time.Second
)

// mostOpen is how many nodes a tab may have unfolded.
const mostOpen = 200

// viewOf reads what a tab wants to see, and under which key other tabs see the same.
func viewOf(query url.Values) (frame.View, string, error) {
	v := frame.View{Namespace: query.Get("namespace"), All: query.Get("all") == "1", Fold: frame.Fold(query.Get("fold")), Open: query["open"]}
	switch v.Fold {
	case "":
		v.Fold = frame.Siblings
	case frame.Siblings, frame.Namespaces, frame.Nothing:
	default:
		return v, "", fmt.Errorf("fold=%s: it is one of auto, namespace, none", v.Fold)
	}
	if len(v.Open) > mostOpen {
		return v, "", fmt.Errorf("%d nodes are unfolded: at most %d can be; take fold=none", len(v.Open), mostOpen)
	}
	slices.Sort(v.Open)
	key, err := json.Marshal(v)
	if err != nil {
		return v, "", fmt.Errorf("reading what to show: %w", err)
	}
	return v, string(key), nil
}

// stream sends a tab frames: all of the first one, and of each that follows what is new. A tab that
// has not read one when the next is there leaves it out.
func (s *server) stream(w http.ResponseWriter, r *http.Request) {
	view, key, err := viewOf(r.URL.Query())
	if err != nil {
		call.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if !s.tabs.enter() {
		call.Refuse(w, http.StatusTooManyRequests, fmt.Sprintf("%d tabs look at this page already: close some", mostTabs))
		return
	}
	defer s.tabs.leave()
	f, leave, err := s.feeds.join(view.Namespace, key, view)
	if err != nil {
		call.Refuse(w, http.StatusBadGateway, err.Error())
		return
	}
	defer leave()
	out := newEvents(w, r)
	defer out.close()
	var last *frame.Frame
	number, ours := strings.CutPrefix(r.Header.Get("Last-Event-ID"), f.view.name+"-")
	if seq, err := strconv.ParseInt(number, 10, 64); ours && err == nil {
		last = f.feed.kept(f.view, seq)
	}
	for {
		next, changed, err := f.feed.latest(f.view)
		switch {
		case err != nil:
			text, _ := json.Marshal(map[string]string{"message": sorry(err, view.Namespace)})
			_ = out.send("problem", "", text)
			return
		case next == nil || last != nil && next.Seq == last.Seq:
			err = out.say([]byte(": here\n\n"))
		case last == nil:
			var text []byte
			if text, err = next.Whole(); err == nil {
				err = out.send("snapshot", f.view.name+"-"+strconv.FormatInt(next.Seq, 10), text)
			}
		default:
			var text []byte
			if text, _, err = next.Since(last); err == nil {
				err = out.send("delta", f.view.name+"-"+strconv.FormatInt(next.Seq, 10), text)
			}
		}
		if err != nil {
			return // nobody reads
		}
		if next != nil {
			last = next
		}
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		case <-time.After(ping):
		}
	}
}

// sorry says why there is no stream. What one can do about it here is not what one can do on a terminal.
func sorry(err error, namespace string) string {
	if namespace == "" && cluster.IsForbidden(err) {
		return "You may not list the Jobs of all namespaces: choose one above."
	}
	return err.Error()
}

// events are Server-Sent Events in the making, compressed if the browser wants that.
type events struct {
	response *http.ResponseController
	out      io.Writer
	zip      *gzip.Writer
}

func newEvents(w http.ResponseWriter, r *http.Request) *events {
	e := &events{response: http.NewResponseController(w), out: w}
	w.Header().Set("Content-Type", "text/event-stream")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		e.zip, _ = gzip.NewWriterLevel(w, gzip.BestSpeed)
		e.out = e.zip
	}
	w.WriteHeader(http.StatusOK)
	return e
}

// send sends an event. JSON has no line breaks.
func (e *events) send(name, id string, data []byte) error {
	head := "event: " + name + "\n"
	if id != "" {
		head += "id: " + id + "\n"
	}
	return e.say([]byte(head+"data: "), data, []byte("\n\n"))
}

func (e *events) say(parts ...[]byte) error {
	if err := e.response.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return fmt.Errorf("sending an event: %w", err)
	}
	for _, part := range parts {
		if _, err := e.out.Write(part); err != nil {
			return fmt.Errorf("sending an event: %w", err)
		}
	}
	if e.zip != nil {
		if err := e.zip.Flush(); err != nil {
			return fmt.Errorf("sending an event: %w", err)
		}
	}
	if err := e.response.Flush(); err != nil {
		return fmt.Errorf("sending an event: %w", err)
	}
	return nil
}

func (e *events) close() {
	if e.zip != nil {
		_ = e.zip.Close()
	}
}
