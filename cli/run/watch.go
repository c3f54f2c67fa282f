package run

import (
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

func identity(job *unstructured.Unstructured) lang.Ref {
	return lang.Job(job.GetNamespace(), job.GetName())
}

// following is a run that is watched to its end.
type following struct {
	*runOptions
	run  *run
	said map[lang.Ref]gate.State
	// noted are the notes that were shown.
	noted map[string]bool
	over  bool
}

// follow tells of each step until all of them are over.
func (o *runOptions) follow(ctx context.Context, r *run) error {
	scope := ""
	if namespaces := r.namespaces(); len(namespaces) == 1 {
		scope = namespaces[0]
	}
	reader, err := o.factory.Reader(scope)
	if err != nil {
		return err
	}
	world, err := reader.Follow(ctx, o.clock.Now())
	if err != nil {
		return err
	}
	f := &following{runOptions: o, run: r, said: map[lang.Ref]gate.State{}, noted: map[string]bool{}}
	o.progress.Begin("Waiting for the steps of run "+r.name, len(r.jobs))
	defer o.progress.End()
	for {
		if err := world.View(ctx, o.clock.Now(), f.look); err != nil || f.over {
			return err
		}
		select {
		case <-ctx.Done():
			return command.PrintNotes(o.streams.ErrOut, []string{fmt.Sprintf("run %s goes on; to stop it: %s cancel --run %s", r.name, o.command, r.name)})
		case err := <-world.Ended():
			return err
		case <-world.Changed:
		}
	}
}

// look says what has changed, and whether the run is over.
func (f *following) look(w *snapshot.World, notes []string) error {
	notes = slices.DeleteFunc(slices.Clone(notes), func(note string) bool { return f.noted[note] })
	for _, note := range notes {
		f.noted[note] = true
	}
	if err := command.PrintNotes(f.streams.ErrOut, notes); err != nil {
		return err
	}
	var steps []lang.Ref
	is := snapshot.Steps("", f.run.name)
	for ref := range w.Jobs {
		if is(ref) {
			steps = append(steps, ref)
		}
	}
	slices.SortFunc(steps, lang.Ref.Compare)
	over, ended := len(steps) >= len(f.run.jobs), 0
	for _, ref := range steps {
		job := w.Jobs[ref]
		state := gate.StateOf(job, w.Decide(ref))
		if job.Outcome() == lang.Undecided {
			over = false
		} else {
			ended++
		}
		if f.said[ref] == state {
			continue
		}
		f.said[ref] = state
		if _, err := fmt.Fprintln(f.streams.ErrOut, picture.OneLine(f.call(ref)+" "+string(state))); err != nil {
			return fmt.Errorf("writing the state of a step: %w", err)
		}
	}
	f.progress.Set(min(ended, len(f.run.jobs))) // a step that was tried again is two Jobs
	if f.over = over; over {
		f.progress.End()
		return f.verdict(w)
	}
	return nil
}

// verdict is what the language says of the run in each of its namespaces.
func (f *following) verdict(w *snapshot.World) error {
	for _, namespace := range f.run.namespaces() {
		value, err := w.RunSucceeded(namespace, f.run.name)
		if err != nil {
			return err
		}
		if value != lang.True {
			fmt.Fprintf(f.streams.ErrOut, "run %s failed; to run again what failed, and what was skipped: %s retry --run %s\n", f.run.name, f.command, f.run.name)
			return command.Ended(command.ExitError)
		}
	}
	return command.PrintNotes(f.streams.ErrOut, []string{fmt.Sprintf("run %s succeeded", f.run.name)})
}

// call returns the step, with its namespace if that is another one.
func (f *following) call(ref lang.Ref) string {
	if ref.Namespace == f.namespace {
		return ref.Name
	}
	return ref.Namespace + "/" + ref.Name
}
