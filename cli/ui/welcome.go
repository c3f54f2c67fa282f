package ui

import (
	"context"
	"fmt"
	"net"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
)

// addForUsers adds the flags of a page that many use.
func (o *uiOptions) addForUsers(flags *pflag.FlagSet) {
	flags.BoolVar(&o.forUsers, "for-users", false, "Serve the page for many, who each log in with a token of the API server.")
	flags.StringVar(&o.bindAddress, "bind-address", ":8080", "With --for-users, listen on this `ADDRESS`; :8080 by default.")
	flags.StringSliceVar(&o.hosts, "host", nil, "With --for-users, a `NAME` by which browsers call the page, with its port if that is not the usual one; may be repeated.")
	flags.StringVar(&o.certificate, "tls-cert-file", "", "With --for-users, serve HTTPS with the certificate in this `FILE`.")
	flags.StringVar(&o.key, "tls-private-key-file", "", "With --for-users, the private key of that certificate, in this `FILE`.")
}

func (o *uiOptions) validate(cmd *cobra.Command) error {
	switch {
	case o.port < 0 || o.port > 65535:
		return command.UsageErrorf("--port %d: it is a number from 1 to 65535, or 0 for a free one", o.port)
	case o.forUsers && cmd.Flags().Changed("port"):
		return command.UsageErrorf("--port is about your own page: with --for-users it is --bind-address")
	case o.forUsers && len(o.hosts) == 0:
		return command.UsageErrorf("--for-users needs --host NAME, by which browsers call the page: no other name gets an answer")
	case (o.certificate == "") != (o.key == ""):
		return command.UsageErrorf("--tls-cert-file and --tls-private-key-file belong together")
	}
	for _, name := range []string{"bind-address", "host", "tls-cert-file", "tls-private-key-file"} {
		if !o.forUsers && cmd.Flags().Changed(name) {
			return command.UsageErrorf("--%s needs --for-users: your own page listens on 127.0.0.1 alone", name)
		}
	}
	return nil
}

// welcome serves a page that many use.
func (o *uiOptions) welcome(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.bindAddress)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", o.bindAddress, err)
	}
	page := command.NewHTTP(newLobby(o.hosts, o.clock, func(request context.Context, token string) (*visitor, error) {
		return o.admit(ctx, request, token)
	}))
	note := ""
	if o.certificate == "" {
		note = " Tokens come in the clear unless a proxy in front speaks HTTPS."
	}
	if _, err := fmt.Fprintf(o.streams.Out, "Listening on %s.%s\n", listener.Addr(), note); err != nil {
		return fmt.Errorf("writing the address: %w", err)
	}
	return command.Serve(ctx, page, func() error {
		if o.certificate != "" {
			return page.ServeTLS(listener, o.certificate, o.key)
		}
		return page.Serve(listener)
	})
}

// admit returns what answers the user whom a token stands for. It lives as long as ctx, and the API server is asked
// with the context of the request.
func (o *uiOptions) admit(ctx, request context.Context, token string) (*visitor, error) {
	f := o.factory.WithToken(token)
	ctx, leave := context.WithCancel(ctx)
	s, handler, err := o.pageOf(ctx, f)
	if err != nil {
		leave()
		return nil, err
	}
	v := &visitor{Handler: handler, leave: leave, busy: s.tabs.any, valid: func(ctx context.Context) bool {
		_, err := s.user(ctx)
		return !apierrors.IsUnauthorized(err)
	}}
	client, err := f.Client()
	if err == nil {
		err = introduce(request, s)
	}
	if err != nil {
		leave()
		return nil, err
	}
	s.feeds.allowed = func(ctx context.Context, live *cluster.LiveWorld) error {
		if !v.valid(ctx) {
			return errUnknown
		}
		return live.MayStill(ctx, client)
	}
	return v, nil
}

// introduce returns an error unless the API server knows who the user is. Where it answers everybody, who says nothing
// of themselves is nobody.
func introduce(ctx context.Context, s *server) error {
	user, err := s.user(ctx)
	switch {
	case apierrors.IsUnauthorized(err):
		return errUnknown
	case err != nil:
		return err
	case user.Name == "" || user.Name == "system:anonymous":
		return errUnknown
	}
	return nil
}
