package integration

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// proxy stands between a gate and the API server and stops patches of Jobs, but
// those that only tell how a Job stands.
type proxy struct {
	*httptest.Server
	// arrived gets the path of every patch that arrives.
	arrived chan string
	// pass is read once for each: true passes it on, false drops it unanswered.
	pass chan bool
}

func newProxy(t *testing.T, c *cluster) *proxy {
	t.Helper()
	server, err := url.Parse(c.Config().Host)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(c.Config().CAData))
	reverse := httputil.NewSingleHostReverseProxy(server)
	reverse.FlushInterval = -1 // a watch must not be buffered
	reverse.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}

	p := &proxy{arrived: make(chan string), pass: make(chan bool)}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
		reverse.ServeHTTP(w, r)
	}))
	// A client sends its token over TLS only, so the proxy takes the API
	// server's own certificate.
	certificate, err := c.Certificate()
	require.NoError(t, err)
	p.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	p.EnableHTTP2 = true
	p.StartTLS()
	t.Cleanup(func() {
		p.CloseClientConnections()
		p.Close()
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
