package imitation

import (
	"context"
	"math"
	"os"

	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/internal/command"
)

// Order is something to submit.
type Order struct {
	// Options are those of the command line, and Script or Command says what runs.
	Options []batch.Option
	Script  *request.Script
	Command []string
	// Try only asks whether it would be taken.
	Try bool
}

// Receipt is what was submitted.
type Receipt struct {
	// ID is the number of the Job, 0 if it was only tried.
	ID  int64
	Job *batchv1.Job
	// Numbers is how many the Job has taken.
	Numbers int
	Notes   []string
}

// Submit makes a Job of an order. What is wrong with the order is an error of type
// request.Problems.
func (s *Session) Submit(ctx context.Context, o Order) (*Receipt, error) {
	in, err := s.input(ctx, o)
	if err != nil {
		return nil, err
	}
	// What is wrong is found before a number is taken.
	made, err := batch.Compile(*in)
	if err != nil {
		return nil, err
	}
	queue, err := s.Queue()
	if err != nil {
		return nil, err
	}
	submitter := queue.Submitter()
	r := &Receipt{Numbers: made.IDs}
	if o.Try {
		submitter.DryRun = command.DryRunServer
	} else {
		if in.ID, err = queue.Take(ctx, made.IDs); err != nil {
			return nil, err
		}
		r.ID = in.ID
		if made, err = batch.Compile(*in); err != nil {
			return nil, err
		}
	}
	if err := submitter.Create(ctx, made); err != nil {
		return nil, err
	}
	r.Job, r.Notes = made.Job, made.Notes
	return r, nil
}

// untaken stands for a number until one is taken: the Job is made twice. No Job has it.
const untaken = math.MaxInt32

func (s *Session) input(ctx context.Context, o Order) (*batch.Input, error) {
	site, err := s.Site()
	if err != nil {
		return nil, err
	}
	queue, err := s.Queue()
	if err != nil {
		return nil, err
	}
	submitter := queue.Submitter()
	host := s.Host
	in := &batch.Input{
		Context: request.Context{
			Script: o.Script, Command: o.Command, LookupEnv: s.LookupEnv, Environ: s.Environ, Now: s.Now(),
			Lookup: once(submitter.Lookup(ctx)), Match: submitter.Match(ctx), Namesakes: submitter.Namesakes(ctx),
			ByID: s.ByID(ctx), Host: &host, ID: untaken,
		},
		Options: o.Options, Dialect: s.System.Dialect, Site: site, Suffix: s.factory.Suffix(),
	}
	if image := s.Env(ImageVariable); image != "" && !site.HasImage() {
		in.Options = append([]batch.Option{{Dialect: batch.Depctl, Name: "image", Value: image}}, in.Options...)
	}
	return in, nil
}

// once asks about each Job once.
func once(ask request.Lookup) request.Lookup {
	known := map[[2]string]*request.Known{}
	return func(namespace, name string) (*request.Known, error) {
		key := [2]string{namespace, name}
		if found, asked := known[key]; asked {
			return found, nil
		}
		found, err := ask(namespace, name)
		if err == nil {
			known[key] = found
		}
		return found, err
	}
}

// ReadScript reads the script that a command line names.
func (s *Session) ReadScript(name string) (*request.Script, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &request.Script{Name: name, Path: s.Absolute(name), Text: string(text)}, nil
}
