package call

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// writePatience is how long a page may take to read what there is before its log ends.
const writePatience = 30 * time.Second

// Logs writes what "depctl logs" prints, as it comes, until that ends or the page goes.
func (h *Handlers) Logs(w http.ResponseWriter, r *http.Request) {
	args, err := line(streams, "logs", r.URL.Query())
	if err != nil {
		refuse(w, err)
		return
	}
	done, err := h.follow.take(r.Context())
	if err != nil {
		refuse(w, err)
		return
	}
	defer done()
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // of a proxy in front
	header.Set("X-Depctl-Command", Shown(args, h.options.Connection))
	out := &unbuffered{w: w, flush: http.NewResponseController(w), left: h.options.MostLog}
	out.sync() // the page sees that it has begun
	h.depctl(r.Context(), args, out, out)
	if out.over {
		_, _ = fmt.Fprintf(w, "\nerror: the log is longer than %d MiB, which is too much for a page: run the command\n", h.options.MostLog>>20)
	}
}

// unbuffered hands on what is written at once.
type unbuffered struct {
	mu    sync.Mutex
	w     http.ResponseWriter
	flush *http.ResponseController
	left  int
	over  bool
}

// Write fails once there is too much, or nobody reads.
func (u *unbuffered) Write(p []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over = u.over || len(p) > u.left; u.over {
		return 0, errTooLong
	}
	u.left -= len(p)
	_ = u.flush.SetWriteDeadline(time.Now().Add(writePatience)) // a recorder of a test has none
	n, err := u.w.Write(p)
	if err != nil {
		return n, err
	}
	return n, u.flush.Flush()
}

func (u *unbuffered) sync() {
	u.mu.Lock()
	defer u.mu.Unlock()
	_ = u.flush.Flush()
}
