package integration

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/sandbox"
)

// Two replicas behind a balancer change their certificate while Jobs are made all
// the time. Each of them must serve, at every moment, what the API server trusts.
func TestTheCertificateChangesUnnoticed(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{APIOnly: true, Overlay: sandbox.Webhook})
	require.NoError(t, s.Install(t.Context()))
	client, err := kubernetes.NewForConfig(s.Config())
	require.NoError(t, err)
	replicas := []string{freeAddress(t), freeAddress(t)}
	balance(t, s.WebhookAddress(), replicas)
	for _, address := range replicas {
		g, err := s.StartGate(t.Context(), sandbox.GateOptions{Args: []string{
			"--webhook-bind-address", address, "--webhook-certificate-lifetime", "30s", "--observe-only",
		}})
		require.NoError(t, err)
		require.NoError(t, g.WaitReady(t.Context()))
	}

	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	served := map[string]map[string]bool{replicas[0]: {}, replicas[1]: {}}
	made := 0
	for len(served[replicas[0]]) < 4 || len(served[replicas[1]]) < 4 {
		require.NoError(t, ctx.Err(), "%v after %d Jobs", served, made)
		job := newJob("", "extract")
		job.GenerateName = "load-"
		stored, err := client.BatchV1().Jobs("default").Create(ctx, job, metav1.CreateOptions{})
		require.NoError(t, err, "after %d Jobs", made)
		require.True(t, *stored.Spec.Suspend)
		made++
		for _, address := range replicas {
			served[address][handshake(t, client, address)] = true
		}
	}
	require.Equal(t, served[replicas[0]], served[replicas[1]], "they do not share their certificates")
	secret, err := client.CoreV1().Secrets("depctl-system").Get(t.Context(), "depctl-gate-webhook", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, corev1.SecretTypeOpaque, secret.Type)
	require.LessOrEqual(t, len(secret.Data), 4, "what has expired stays")
	t.Logf("%d Jobs were made over %d certificates", made, len(served[replicas[0]]))
}

// handshake connects to a replica as the API server would that reads the
// configuration just now, and returns the number of the certificate.
func handshake(t *testing.T, client kubernetes.Interface, address string) string {
	t.Helper()
	configuration, err := client.AdmissionregistrationV1().MutatingWebhookConfigurations().Get(t.Context(), "depctl-gate", metav1.GetOptions{})
	require.NoError(t, err)
	var number string
	for _, webhook := range configuration.Webhooks {
		roots := x509.NewCertPool()
		require.True(t, roots.AppendCertsFromPEM(webhook.ClientConfig.CABundle))
		connection, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
		require.NoError(t, err)
		number = connection.ConnectionState().PeerCertificates[0].SerialNumber.Text(16)
		require.NoError(t, connection.Close())
	}
	return number
}

// freeAddress returns an address of this machine on which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// balance passes connections on to one replica after the other, as a Service
// does: to the next one if that is not there.
func balance(t *testing.T, address string, replicas []string) {
	t.Helper()
	listener, err := net.Listen("tcp4", address)
	require.NoError(t, err)
	var wg sync.WaitGroup
	var turn atomic.Int64
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		_ = listener.Close()
		wg.Wait()
	})
	pass := func(from net.Conn) {
		defer from.Close()
		for range replicas {
			to, err := net.Dial("tcp4", replicas[int(turn.Add(1))%len(replicas)])
			if err != nil {
				continue
			}
			defer to.Close()
			stop := context.AfterFunc(ctx, func() { _, _ = from.Close(), to.Close() })
			defer stop()
			go func() {
				_, _ = io.Copy(to, from)
				_ = to.Close()
			}()
			_, _ = io.Copy(from, to)
			return
		}
	}
	wg.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { pass(connection) })
		}
	})
}
