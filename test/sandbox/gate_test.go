package sandbox_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"depctl.dev/test/sandbox"
)

// The gate reaches the API server through a proxy of the test's, is killed, and
// comes back without one.
func TestGateRunsAsItsServiceAccount(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{Audit: true})
	client := newClient(t, s)
	require.NoError(t, s.Install(t.Context()))

	createJob(t, client, newJob("first", nil))
	second := newJob("second", nil)
	second.Annotations = map[string]string{"depctl.dev/depends-on": "first"}
	createJob(t, client, second)
	held, err := client.BatchV1().Jobs("default").Get(t.Context(), "second", metav1.GetOptions{})
	require.NoError(t, err)
	require.True(t, *held.Spec.Suspend, "no gate runs yet")

	proxy, requests := newProxy(t, s)
	gate, err := s.StartGate(t.Context(), sandbox.GateOptions{ServerURL: proxy, Args: []string{"-v", "4"}})
	require.NoError(t, err)
	require.NoError(t, gate.WaitReady(t.Context()))
	finished(t, client, "second")
	require.Positive(t, requests.Load())
	require.NoError(t, gate.Kill())
	<-gate.Done()

	gate, err = s.StartGate(t.Context(), sandbox.GateOptions{})
	require.NoError(t, err)
	require.NoError(t, gate.WaitReady(t.Context()))
	require.Equal(t, "depctl-gate-2", gate.Part().Name)
	require.NoError(t, gate.Stop(), gate.LogTail())

	log, err := os.ReadFile(s.Dir() + "/audit.log")
	require.NoError(t, err)
	require.True(t, strings.Contains(string(log), `"username":"system:serviceaccount:depctl-system:depctl-gate"`))
	pods, err := client.CoreV1().Pods("depctl-system").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Empty(t, pods.Items, "a simulated pod pretends to be the gate")
}

// newProxy returns the URL of a proxy before the API server, and its count of
// requests.
func newProxy(t *testing.T, s *sandbox.Sandbox) (string, *atomic.Int64) {
	t.Helper()
	target, err := url.Parse(s.Server())
	require.NoError(t, err)
	config := rest.AnonymousClientConfig(s.Config())
	transport, err := rest.TransportFor(config)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport, proxy.FlushInterval = transport, -1
	var requests atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		proxy.ServeHTTP(w, r)
	}))
	certificate, err := s.Certificate()
	require.NoError(t, err)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	t.Cleanup(server.CloseClientConnections)
	return server.URL, &requests
}

// A gate that cannot run says why, at once.
func TestWaitReadyReportsAGateThatExits(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{})
	gate, err := s.StartGate(t.Context(), sandbox.GateOptions{Args: []string{"--no-such-flag"}})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.ErrorContains(t, gate.WaitReady(ctx), "unknown flag: --no-such-flag")
}
