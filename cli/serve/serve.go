package serve

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/time/rate"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
)

const serveLong = `Listen for events from outside, as deploy/events does in a cluster:

  POST /run/NAMESPACE/CRONJOB   a Job of that CronJob now, as "depctl run cronjob/NAME"
                                makes it; its pods get the body as the result "event"
  POST /done/NAMESPACE/NAME     as "depctl done NAME"; the body is the result, and the
                                query may have run=NAME, and failed=true with reason=TEXT

An event that comes twice is one Job. What tells events apart is the id and source of a
CloudEvent (1.0, binary or structured), the header X-GitHub-Delivery, or Idempotency-Key.

Who asks shows a token of the API server, and needs the rights to do the same there: get
the CronJob and create Jobs. Or they sign the body of /run, in the header
X-Hub-Signature-256 as GitHub does, with the key "secret" of the Secret that the annotation
depctl.dev/webhook-secret of the CronJob names.

Nothing of an event is executed: it is data for pods.`

const serveExample = `  # On this machine, with your kubeconfig
  depctl serve --bind-address 127.0.0.1:8080

  # Tokens that are good for nothing else
  depctl serve --audience depctl-events`

// serveOptions is what "depctl serve" was asked to do.
type serveOptions struct {
	streams          genericiooptions.IOStreams
	clock            clock.PassiveClock
	bindAddress      string
	audiences        []string
	window           time.Duration
	perSecond        float64
	certificate, key string
}

// New returns "depctl serve".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &serveOptions{streams: streams, clock: f.Clock}
	cmd := &cobra.Command{
		Use:                   "serve [--bind-address ADDRESS] [--audience NAME]... [options]",
		Short:                 "Run Jobs when something happens outside",
		Long:                  serveLong,
		Example:               serveExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		Args:                  command.NoArguments,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.validate(); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return o.run(ctx, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.bindAddress, "bind-address", ":8080", "Listen on this `ADDRESS`.")
	flags.StringSliceVar(&o.audiences, "audience", nil, "Take tokens for this audience, a `NAME`; may be repeated. By default, tokens for the API server.")
	flags.DurationVar(&o.window, "replay-window", time.Hour, "Refuse events that are older, and remember signed bodies for so long, a `DURATION`.")
	flags.Float64Var(&o.perSecond, "rate", 20, "Answer so many requests a second, a `NUMBER`; five times as many at once.")
	flags.StringVar(&o.certificate, "tls-cert-file", "", "Serve HTTPS with the certificate in this `FILE`.")
	flags.StringVar(&o.key, "tls-private-key-file", "", "The private key of that certificate, in this `FILE`.")
	return cmd
}

func (o *serveOptions) validate() error {
	switch {
	case o.window < time.Minute || o.window > 24*time.Hour:
		return command.UsageErrorf("--replay-window %s: it is from 1m to 24h", o.window)
	case !(o.perSecond > 0 && o.perSecond <= 10_000):
		return command.UsageErrorf("--rate %g: it is a number above 0, of at most 10000", o.perSecond)
	case (o.certificate == "") != (o.key == ""):
		return command.UsageErrorf("--tls-cert-file and --tls-private-key-file belong together")
	}
	return nil
}

func (o *serveOptions) run(ctx context.Context, f *cluster.Factory) error {
	client, err := f.Client()
	if err != nil {
		return err
	}
	jobs, err := f.JobClient()
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.bindAddress)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", o.bindAddress, err)
	}
	s := &server{
		client: client, shared: jobs, clock: o.clock, audiences: o.audiences, window: o.window, suffix: f.Suffix,
		limit: rate.NewLimiter(rate.Limit(o.perSecond), max(1, int(5*o.perSecond))), replays: newReplays(o.clock, o.window),
		log: slog.New(slog.NewTextHandler(o.streams.ErrOut, nil)),
	}
	http := command.NewHTTP(s.handler())
	http.WriteTimeout = 2 * mostTime
	http.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) } // what has begun is finished
	note := ""
	if o.certificate == "" {
		note = " Tokens and signatures come in the clear unless a proxy in front speaks HTTPS."
	}
	if _, err := fmt.Fprintf(o.streams.Out, "Listening on %s.%s\n", listener.Addr(), note); err != nil {
		return fmt.Errorf("writing the address: %w", err)
	}
	return command.Serve(ctx, http, func() error {
		if o.certificate != "" {
			return http.ServeTLS(listener, o.certificate, o.key)
		}
		return http.Serve(listener)
	})
}
