package fault

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync/atomic"

	"depctl.dev/test/sandbox"
)

// Proxy stands between a gate and the API server of a sandbox. Its URL is the
// gate's ServerURL.
type Proxy struct {
	*httptest.Server
	handler atomic.Pointer[http.Handler]
	through http.Handler
}

// Fault does something to requests or their answers. What it passes on goes to
// next.
type Fault func(next http.Handler) http.Handler

// NewProxy starts a proxy that passes everything on. Close ends it.
func NewProxy(s *sandbox.Sandbox) (*Proxy, error) {
	server, err := url.Parse(s.Server())
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(s.Config().CAData) {
		return nil, errors.New("the sandbox has no certificate")
	}
	reverse := httputil.NewSingleHostReverseProxy(server)
	reverse.FlushInterval = -1 // a watch must not be buffered
	reverse.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	// What the API server does not answer, nobody does.
	reverse.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	reverse.ErrorLog = log.New(io.Discard, "", 0)

	p := &Proxy{through: reverse}
	p.Inject()
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		(*p.handler.Load()).ServeHTTP(w, r)
	}))
	p.Config.ErrorLog = reverse.ErrorLog
	// A client sends its token over TLS only, so the proxy takes the API
	// server's own certificate.
	certificate, err := s.Certificate()
	if err != nil {
		return nil, err
	}
	p.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	p.EnableHTTP2 = true
	p.StartTLS()
	return p, nil
}

// Inject makes these the faults from now on, the first outermost; none if there
// are none. Requests that are under way keep what they have, watches too: Cut
// ends those.
func (p *Proxy) Inject(faults ...Fault) {
	handler := p.through
	for _, fault := range slices.Backward(faults) {
		handler = fault(handler)
	}
	p.handler.Store(&handler)
}

// Cut cuts all connections of the gate.
func (p *Proxy) Cut() { p.CloseClientConnections() }

// Close ends the proxy, also while watches are open.
func (p *Proxy) Close() {
	p.CloseClientConnections()
	p.Server.Close()
}
