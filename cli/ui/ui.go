package ui

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/cli/ui/call"
	"depctl.dev/cli/ui/web"
)

const uiLong = `Open a page that shows Jobs: the graph as it changes, a list, why each Job waits, its
logs, runs, limits and schedules.

The page is served by this command, with your kubeconfig and your rights, until it is
interrupted. Nothing is installed, and nothing is read from anywhere but the
cluster. It listens on this machine alone, and only the browser that opens the URL
with the key gets an answer.

What the page can do, it does by commands of depctl, and it shows each. A change is
tried first, and made when you say so. --read-only leaves changes out.

With --for-users it is a page for many, as deploy/ui runs it in a cluster. Each logs in
with a token of the API server, or a proxy in front sends one, and sees and does what its
owner may: the page uses no identity of its own, and needs no right.`

const uiExample = `  # The Jobs of a namespace
  depctl ui -n etl

  # All, on a machine without a browser: forward the port, and open the URL
  depctl ui -A --port 8080 --no-open

  # For a screen on the wall
  depctl ui -A --read-only`

type uiOptions struct {
	streams       genericiooptions.IOStreams
	clock         clock.Clock
	allNamespaces bool
	port          int
	noOpen        bool
	readOnly      bool
	// files is a folder with the page, for who works on it.
	files string

	// Those for a page that many use.
	forUsers         bool
	bindAddress      string
	hosts            []string
	certificate, key string

	// The rest is filled in by complete.
	factory    *cluster.Factory
	about      about
	pages      fs.FS
	connection []string
	open       bool
}

// New returns "depctl ui".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &uiOptions{streams: streams, clock: clock.RealClock{}}
	cmd := &cobra.Command{
		Use:                   "ui [-n NAMESPACE | -A] [--port PORT] [--no-open] [--read-only] | --for-users --host NAME... [options]",
		Short:                 "Look at Jobs in a browser",
		Long:                  uiLong,
		Example:               uiExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		Args:                  command.NoArguments,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.validate(cmd); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			if err := o.complete(f); err != nil {
				return err
			}
			return o.run(ctx)
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "Begin with the Jobs of all namespaces.")
	flags.IntVar(&o.port, "port", 0, "Listen on this `PORT` of 127.0.0.1; 0 takes a free one.")
	flags.BoolVar(&o.noOpen, "no-open", false, "Print the URL, and open no browser.")
	flags.BoolVar(&o.readOnly, "read-only", false, "Show only: leave out all that changes something.")
	flags.StringVar(&o.files, "web", "", "Serve the page from this `FOLDER`, for who works on it.")
	_ = flags.MarkHidden("web")
	o.addForUsers(flags)
	return cmd
}

func (o *uiOptions) complete(f *cluster.Factory) (err error) {
	glyphs := picture.Unicode()
	o.about = about{Version: f.Build.Version, ReadOnly: o.readOnly, States: signs(glyphs), Several: glyphs.Several, Critical: glyphs.Critical}
	if !o.allNamespaces {
		if o.about.Namespace, err = f.Namespace(); err != nil {
			return err
		}
	}
	if o.about.Cluster, err = f.ClusterName(); err != nil {
		return err
	}
	o.pages = web.Files()
	if o.files != "" {
		o.pages = os.DirFS(o.files)
	}
	o.factory = f
	o.open = !o.noOpen && f.Interactive(o.streams.In)
	return nil
}

// pageOf returns what answers a user.
func (o *uiOptions) pageOf(ctx context.Context, f *cluster.Factory) (*server, http.Handler, error) {
	client, err := f.Client()
	if err != nil {
		return nil, nil, err
	}
	s := &server{about: o.about, user: func(ctx context.Context) (*cluster.User, error) { return cluster.UserOf(ctx, client) }}
	s.feeds = &feeds{ctx: ctx, clock: o.clock, reader: f.Reader, open: map[string]*running{}}
	calls := call.New(func(ctx context.Context, args []string, out, errOut io.Writer) int {
		return f.Depctl(ctx, args, out, errOut, command.Terminal{})
	}, call.Options{ReadOnly: o.readOnly, Connection: o.connection})
	return s, s.handler(o.pages, calls.Mount), nil
}

func (o *uiOptions) run(ctx context.Context) error {
	if o.forUsers {
		return o.welcome(ctx)
	}
	o.connection = o.factory.Connection()
	s, handler, err := o.pageOf(ctx, o.factory)
	if err != nil {
		return err
	}
	if _, err := s.user(ctx); err != nil {
		return fmt.Errorf("%w; is the cluster reachable, and is it the right --context?", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.port)))
	if err != nil {
		return fmt.Errorf("listening on port %d: %w; take another --port, or 0 for a free one", o.port, err)
	}
	go s.feeds.warm(o.about.Namespace)
	guard := newGuard(listener.Addr())
	entrance := guard.entrance(url.Values{})
	if _, err := fmt.Fprintf(o.streams.Out, "The page is at\n  %s\nas long as this runs. Ctrl-C ends it.\n", entrance); err != nil {
		return fmt.Errorf("writing the URL: %w", err)
	}
	if o.open {
		openBrowser(ctx, entrance)
	}
	page := command.NewHTTP(guard.wrap(handler))
	return command.Serve(ctx, page, func() error { return page.Serve(listener) })
}
