package graph

import (
	"context"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
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
