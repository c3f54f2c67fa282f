package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// NewHTTP returns a server for a handler. Nothing that a client does slowly holds it up.
func NewHTTP(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
}

// Serve serves until the context ends. All requests end with it, and with them streams, unless the
// server has a context of its own for them.
func Serve(ctx context.Context, server *http.Server, begin func() error) error {
	if server.BaseContext == nil {
		server.BaseContext = func(net.Listener) context.Context { return ctx }
	}
	ended := make(chan error, 1)
	go func() { ended <- begin() }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving HTTP: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(last); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("ending the server: %w", err)
	}
	return nil
}
