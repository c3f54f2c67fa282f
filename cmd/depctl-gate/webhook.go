package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"

	"depctl.dev/gate/admission"
)

// webhook is what the flags say of the admission webhook.
type webhook struct {
	bindAddress string
	host        string
	lifetime    time.Duration
	// namespace is where the Secret with the certificates is.
	namespace string
}

func (w *webhook) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&w.bindAddress, "webhook-bind-address", "",
		"Address on which the admission webhook is served, such as :8443; none is if it is empty.")
	flags.StringVar(&w.host, "webhook-host", "",
		"DNS name or IP address under which the API server calls the webhook; its certificate is for that. Without it, that of Service depctl-gate-webhook in --namespace.")
	flags.DurationVar(&w.lifetime, "webhook-certificate-lifetime", admission.DefaultLifetime,
		"How long a certificate of the webhook is good for. Another takes its place before that.")
}

// in completes what has not been said by the namespace of the gate.
func (w *webhook) in(namespace string) {
	w.namespace = namespace
	if w.host == "" {
		w.host = admission.SecretName + "." + namespace + ".svc"
	}
}

func (w *webhook) validate() error {
	if net.ParseIP(w.host) == nil && len(validation.IsDNS1123Subdomain(w.host)) > 0 {
		return fmt.Errorf("--webhook-host: %q is neither a DNS name nor an IP address", w.host)
	}
	if w.lifetime < admission.MinLifetime {
		return fmt.Errorf("--webhook-certificate-lifetime must be at least %s, got %s", admission.MinLifetime, w.lifetime)
	}
	return nil
}

// start serves the webhook, if there is to be one, until ctx is done or stop is
// called, which returns when it has ended. ready is closed when it can be called.
func (w *webhook) start(ctx context.Context, config *rest.Config, handler http.Handler) (ready <-chan struct{}, stop func(), err error) {
	if w.bindAddress == "" {
		now := make(chan struct{})
		close(now)
		return now, func() {}, nil
	}
	// Its own rate limit: the certificate must not wait for releases.
	client, err := kubernetes.NewForConfig(rest.CopyConfig(config))
	if err != nil {
		return nil, nil, fmt.Errorf("making the client for the webhook's certificate: %w", err)
	}
	listener, err := net.Listen("tcp", w.bindAddress)
	if err != nil {
		return nil, nil, fmt.Errorf("listening for the webhook (--webhook-bind-address): %w", err)
	}
	keeper := admission.NewKeeper(client, admission.KeeperOptions{Namespace: w.namespace, Host: w.host, Lifetime: w.lifetime})
	logger := klog.FromContext(ctx)
	logger.Info("Serving the webhook", "address", listener.Addr().String(), "host", w.host)
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := admission.Serve(ctx, listener, keeper, handler); err != nil {
			logger.Error(err, "The webhook has ended")
		}
	}()
	return keeper.Ready(), func() {
		cancel()
		<-ended
	}, nil
}
