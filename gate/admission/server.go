package admission

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"k8s.io/klog/v2"
)

const (
	// readTimeout bounds how long a caller may take to ask. The API server
	// waits for an answer for some seconds only.
	readTimeout = 10 * time.Second
	// drain is how long the answers that are being written are waited for at
	// the end.
	drain = 5 * time.Second
)

// Serve has a handler answer reviews on the listener with the keeper's certificate, which it
// keeps, until ctx is done. It returns when all that was asked is answered.
func Serve(ctx context.Context, listener net.Listener, keeper *Keeper, handler http.Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { keeper.Run(ctx) })

	server := &http.Server{
		Handler:           handler,
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: keeper.GetCertificate},
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		ErrorLog:          klog.NewStandardLogger("WARNING"),
		BaseContext: func(net.Listener) context.Context {
			return klog.NewContext(context.Background(), klog.FromContext(ctx))
		},
	}
	served := make(chan error, 1)
	go func() { served <- server.ServeTLS(listener, "", "") }()
	select {
	case err := <-served:
		return fmt.Errorf("serving the webhook: %w", err)
	case <-ctx.Done():
	}
	draining, stop := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer stop()
	if err := server.Shutdown(draining); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stopping the webhook: %w", err)
	}
	return nil
}
