package graph

import (
	"bytes"
	"context"
	"slices"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/screen"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/listing"
	"depctl.dev/lang"
)

// follow draws a graph again whenever it changes, until the context ends.
func (o *graphOptions) follow(ctx context.Context) error {
	from, ok := o.source.(*cluster.Reader)
	if !ok {
		return command.UsageErrorf("only a cluster can be watched")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	f, err := from.Follow(ctx, o.clock.Now())
	if err != nil {
		return err
	}
	if o.screen {
		return screen.Run(ctx, screen.Options{
			Streams: o.streams, Clock: o.clock, Terminal: o.terminal, Namespace: o.namespace, Live: f, Drawn: true, Depctl: o.depctl, Look: o.look,
		})
	}
	r := &command.Redrawer{Streams: o.streams, Terminal: o.redetect}
	return r.Run(ctx, f.Changed, f.Ended(), func(streams genericiooptions.IOStreams, t command.Terminal) error {
		one := *o
		one.streams, one.terminal.Width, one.terminal.Height = streams, t.Width, t.Height
		return f.View(ctx, o.clock.Now(), func(w *snapshot.World, notes []string) error {
			m, err := one.model(w)
			if err != nil {
				return err
			}
			return one.print(m, append(notes, one.explain(ctx, w, m)...))
		})
	})
}

// look makes a frame for a screen: the drawing, and the Jobs in it as rows.
func (o *graphOptions) look(ctx context.Context, w *snapshot.World, notes []string, on command.Terminal) (screen.Frame, error) {
	var text, said bytes.Buffer
	one := *o
	one.streams.Out, one.streams.ErrOut, one.terminal = &text, &said, on
	m, err := one.model(w)
	if err != nil {
		return screen.Frame{}, err
	}
	if err := one.print(m, append(notes, one.explain(ctx, w, m)...)); err != nil {
		return screen.Frame{}, err
	}
	drawn := map[lang.Ref]bool{}
	for _, n := range m.Nodes {
		drawn[n.Ref] = true
	}
	q := snapshot.NewInquiry(w)
	rows := slices.DeleteFunc(listing.Of(q, nil, listing.Selection{}), func(r listing.Row) bool { return !drawn[r.Ref] })
	return screen.FrameOf(q, rows, nil).With(text.String(), said.String()), nil
}
