package main

import (
	"context"
	"net"
	"net/http"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// condition is met once met is closed; unmet says that it is not.
type condition struct {
	met   <-chan struct{}
	unmet string
}

// serveProbes answers /healthz as soon as it returns, and /readyz with 200 once
// all conditions are met. The function it returns stops it.
func serveProbes(listener net.Listener, conditions ...condition) (stop func()) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		for _, c := range conditions {
			select {
			case <-c.met:
			default:
				http.Error(w, c.unmet, http.StatusServiceUnavailable)
				return
			}
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
	}
}

// scheme knows the Job, all that events need.
func scheme() *runtime.Scheme {
	s := runtime.NewScheme()
	_ = batchv1.AddToScheme(s)
	return s
}
