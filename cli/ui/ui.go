package ui

import (
	"context"
	"errors"
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
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
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
tried first, and made when you say so. --read-only leaves changes out.`

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

	// The rest is filled in by complete.
	server *server
	depctl cluster.Depctl
	open   bool
	mux    func(*http.ServeMux)
}

// New returns "depctl ui".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &uiOptions{streams: streams, clock: clock.RealClock{}}
	cmd := &cobra.Command{
		Use:                   "ui [-n NAMESPACE | -A] [--port PORT] [--no-open] [--read-only]",
		Short:                 "Look at Jobs in a browser",
		Long:                  uiLong,
		Example:               uiExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		Args:                  command.NoArguments,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.port < 0 || o.port > 65535 {
				return command.UsageErrorf("--port %d: it is a number from 1 to 65535, or 0 for a free one", o.port)
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			if err := o.complete(ctx, f); err != nil {
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
	return cmd
}

func (o *uiOptions) complete(ctx context.Context, f *cluster.Factory) error {
	client, err := f.Client()
	if err != nil {
		return err
	}
	s := &server{user: func(ctx context.Context) (*cluster.User, error) { return cluster.UserOf(ctx, client) }}
	s.about = about{Version: f.Build.Version, ReadOnly: o.readOnly, States: signs(), Several: "▣", Critical: "◆"}
	if !o.allNamespaces {
		if s.about.Namespace, err = f.Namespace(); err != nil {
			return err
		}
	}
	if s.about.Cluster, err = f.ClusterName(); err != nil {
		return err
	}
	if _, err := s.user(ctx); err != nil {
		return fmt.Errorf("%w; is the cluster reachable, and is it the right --context?", err)
	}
	s.feeds = &feeds{ctx: ctx, clock: o.clock, reader: f.Reader, open: map[string]*running{}}
	o.server, o.depctl = s, f.Depctl
	o.open = !o.noOpen && f.Interactive(o.streams.In)
	o.mux = call.New(o.command, call.Options{ReadOnly: o.readOnly, Connection: f.Connection()}).Mount
	return nil
}

// command runs a command of depctl for the page.
func (o *uiOptions) command(ctx context.Context, args []string, out, errOut io.Writer) int {
	return o.depctl(ctx, args, out, errOut, command.Terminal{})
}

func (o *uiOptions) run(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.port)))
	if err != nil {
		return fmt.Errorf("listening on port %d: %w; take another --port, or 0 for a free one", o.port, err)
	}
	var files fs.FS = web.Files()
	if o.files != "" {
		files = os.DirFS(o.files)
	}
	guard := newGuard(listener.Addr())
	entrance := guard.entrance(url.Values{})
	if _, err := fmt.Fprintf(o.streams.Out, "The page is at\n  %s\nas long as this runs. Ctrl-C ends it.\n", entrance); err != nil {
		return fmt.Errorf("writing the URL: %w", err)
	}
	if o.open {
		openBrowser(ctx, entrance)
	}
	page := newHTTP(guard.wrap(o.server.handler(files, o.mux)))
	page.BaseContext = func(net.Listener) context.Context { return ctx } // streams end with the command
	ended := make(chan error, 1)
	go func() { ended <- page.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving the page: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := page.Shutdown(last); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("ending the page: %w", err)
	}
	return nil
}
