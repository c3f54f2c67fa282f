package integration

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/test/fault"
)

// proxy stands between a gate and the API server and stops patches of Jobs, but
// those that only tell how a Job stands.
type proxy struct {
	*fault.Proxy
	// arrived gets the path of every patch that arrives.
	arrived chan string
	// pass is read once for each: true passes it on, false drops it unanswered.
	pass chan bool
}

func newProxy(t *testing.T, c *cluster) *proxy {
	t.Helper()
	through, err := fault.NewProxy(c.Sandbox)
	require.NoError(t, err)
	t.Cleanup(through.Close)
	p := &proxy{Proxy: through, arrived: make(chan string), pass: make(chan bool)}
	p.Inject(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPatch && strings.Contains(r.URL.Path, "/jobs/") && !strings.HasSuffix(r.UserAgent(), conditionsClient) {
				// What passes arrives as a whole, even if the gate is gone by then.
				body, err := io.ReadAll(r.Body)
				if err != nil {
					panic(http.ErrAbortHandler)
				}
				r = r.WithContext(t.Context())
				r.Body = io.NopCloser(bytes.NewReader(body))
				select {
				case p.arrived <- r.URL.Path:
				case <-t.Context().Done():
					return
				}
				select {
				case pass := <-p.pass:
					if !pass {
						panic(http.ErrAbortHandler)
					}
				case <-t.Context().Done():
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	})
	return p
}

// stops waits until a patch of this Job has arrived, and leaves it where it is.
func (p *proxy) stops(t *testing.T, name string) {
	t.Helper()
	select {
	case path := <-p.arrived:
		require.True(t, strings.HasSuffix(path, "/jobs/"+name), "expected a patch of %s, got %s", name, path)
	case <-time.After(patience):
		t.Fatalf("no patch of %s arrived", name)
	}
}
