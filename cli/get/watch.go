package get

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/screen"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/listing"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// follow shows a screen on a terminal, and else prints all rows, and then each that has
// changed, until the context ends or nobody reads.
func (o *getOptions) follow(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	f, err := o.source.Follow(ctx, o.clock.Now())
	if err != nil {
		return err
	}
	if t, people := o.format.(*table); people && o.screen {
		return screen.Run(ctx, screen.Options{
			Streams: o.streams, Clock: o.clock, Terminal: t.Terminal, Namespace: o.namespace, Live: f, Depctl: o.depctl,
			Look: func(_ context.Context, w *snapshot.World, notes []string, _ command.Terminal) (screen.Frame, error) {
				q := snapshot.NewInquiry(w)
				rows, err := o.rows(q)
				if err != nil {
					return screen.Frame{}, err
				}
				return screen.FrameOf(q, rows, notes), nil
			},
		})
	}
	known, first := changes{}, true
	r := &command.Redrawer{Streams: o.streams, Terminal: func(io.Writer) command.Terminal { return command.Terminal{} }, Objects: true}
	return r.Run(ctx, f.Changed, f.Ended(), func(streams genericiooptions.IOStreams, _ command.Terminal) error {
		return f.View(ctx, o.clock.Now(), func(w *snapshot.World, notes []string) error {
			q := snapshot.NewInquiry(w)
			rows, err := o.rows(q)
			if err != nil && first {
				return err
			}
			if err := o.printChanges(streams.Out, q, known.take(rows, q.Jobs), first); err != nil {
				return err
			}
			first = false
			return command.PrintNotes(streams.ErrOut, notes)
		})
	})
}

// changes are the rows that were printed last.
type changes map[lang.Ref]listing.Row

// take takes in the rows as they are now, and returns those that are other ones than before.
// A Job that is gone is missing; one that is not selected any more is forgotten.
func (c changes) take(rows []listing.Row, there map[lang.Ref]gate.Job) (changed []listing.Row) {
	now := map[lang.Ref]bool{}
	for _, row := range rows {
		now[row.Ref] = true
		if before, known := c[row.Ref]; !known || !reflect.DeepEqual(itemOf(before), itemOf(row)) {
			c[row.Ref] = row
			changed = append(changed, row)
		}
	}
	for _, ref := range slices.SortedFunc(maps.Keys(c), lang.Ref.Compare) {
		if now[ref] {
			continue
		}
		row := c[ref]
		delete(c, ref)
		if _, exists := there[ref]; !exists {
			row.State, row.Message, row.WaitsFor, row.BlockedBy = gate.StateMissing, "", nil, nil
			changed = append(changed, row)
		}
	}
	return changed
}

// printChanges prints rows that have changed: the first time with the heads, and objects one
// by one.
func (o *getOptions) printChanges(out io.Writer, q *snapshot.Inquiry, changed []listing.Row, first bool) error {
	if len(changed) == 0 {
		return nil
	}
	l := o.listOf(q, changed)
	if !o.format.forPeople() {
		for _, row := range changed {
			one := l
			one.Rows, one.one = []listing.Row{row}, true
			if err := o.format.print(out, one); err != nil {
				return err
			}
		}
		return nil
	}
	var text bytes.Buffer
	if err := o.format.print(&text, l); err != nil {
		return err
	}
	lines := text.Bytes()
	if !first && !o.noHeaders {
		_, lines, _ = bytes.Cut(lines, []byte("\n"))
	}
	if _, err := out.Write(lines); err != nil {
		return fmt.Errorf("writing the Jobs: %w", err)
	}
	return nil
}
