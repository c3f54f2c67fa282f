package screen

import (
	"context"
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
)

// Options say what a screen shows.
type Options struct {
	Streams  genericiooptions.IOStreams
	Clock    clock.PassiveClock
	Terminal command.Terminal
	// Namespace is the one whose Jobs are named without it, empty for none.
	Namespace string
	// Live is what is followed, and Look makes a frame of it, for a terminal of this size.
	Live *cluster.LiveWorld
	Look Looker
	// Drawn says that frames have a drawing, which is shown first.
	Drawn  bool
	Depctl cluster.Depctl
}

// Run shows a screen until the user leaves it, the context ends, or what is followed cannot go
// on.
func Run(ctx context.Context, o Options) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	profile := colorprofile.ANSI256
	if !o.Terminal.Colour {
		profile = colorprofile.ASCII
	}
	f := newFollower(o)
	m := newModel(ctx, o, f.resize)
	p := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(o.Streams.In), tea.WithOutput(o.Streams.Out), tea.WithColorProfile(profile))
	m.send = p.Send
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.run(ctx, p.Send)
	}()
	_, err := p.Run()
	stop()
	<-done
	switch {
	case m.err != nil:
		return m.err
	case err == nil, errors.Is(err, tea.ErrInterrupted), errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil:
		return nil
	}
	return fmt.Errorf("showing the screen: %w", err)
}
