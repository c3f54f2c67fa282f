package lsf

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/imitation"
)

// bsub submits a command, or the script on standard input.
func bsub(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "bsub"}
	line := batch.ParseLine(dialect, args)
	switch {
	case line.Has("-V"):
		t.Complain("%s\n", release)
		return 0
	case line.Has("-h"):
		t.Complain("Usage: bsub [options] command [arguments], or bsub [options] < script\n\nThis is depctl: what Kubernetes can do of bsub(1). See docs/guide/lsf.md.\n")
		return 0
	}
	for _, g := range line.Given {
		if !g.Known {
			t.Complain("bsub: Illegal option -- %s\n%s. Job not submitted.\n", imitation.Text(strings.TrimPrefix(g.Name, "-")), "Bad argument")
			return bad
		}
	}
	order, err := t.order(&line)
	if err != nil {
		return t.unable(err)
	}
	receipt, err := s.Submit(ctx, *order)
	if err != nil {
		return t.unable(err)
	}
	job := imitation.Observe(receipt.Job, nil)
	queue := "queue <" + job.Told.Queue + ">"
	if job.Told.Queue == "" {
		queue = "default queue <" + defaultQueue + ">"
	}
	s.Print("Job <%d> is submitted to %s.\n", receipt.ID, queue)
	if line.Has("-K") {
		return t.wait(ctx, receipt)
	}
	return 0
}

func (t tool) order(line *batch.Line) (*imitation.Order, error) {
	order := &imitation.Order{Options: t.given(line)}
	if len(line.Rest) == 0 {
		content, err := io.ReadAll(t.In)
		if err != nil {
			return nil, fmt.Errorf("reading the job from standard input: %w", err)
		}
		if strings.TrimSpace(string(content)) == "" {
			return nil, said("No command is specified")
		}
		order.Script = &request.Script{Name: "STDIN", Text: string(content)}
		return order, nil
	}
	site, err := t.Site()
	if err != nil {
		return nil, err
	}
	if site == nil || len(site.Volumes) == 0 {
		// The pod sees no file of this machine: a script goes with the job.
		if script, err := t.ReadScript(t.Absolute(line.Rest[0])); err == nil && strings.HasPrefix(script.Text, "#!") {
			script.Name, script.Args = line.Rest[0], line.Rest[1:]
			order.Script = script
			return order, nil
		}
	}
	// The words are one text for a shell, as LSF has it.
	order.Command = []string{"/bin/sh", "-c", strings.Join(line.Rest, " ")}
	if !line.Has("-J") {
		first, _, _ := strings.Cut(strings.TrimSpace(line.Rest[0]), " ")
		order.Options = append(order.Options, batch.Option{Dialect: dialect, Words: []string{"-J", path.Base(first)}})
	}
	return order, nil
}

// given returns the options for package batch: of files that are directories, their names end
// in / there.
func (t tool) given(line *batch.Line) []batch.Option {
	options := line.Without(dialect, "-K", "-o", "-oo", "-e", "-eo")
	for _, g := range line.Given {
		switch g.Name {
		case "-o", "-oo", "-e", "-eo":
			if len(g.Values) == 0 {
				continue
			}
			file := g.Values[0]
			if info, err := os.Stat(t.Absolute(file)); err == nil && info.IsDir() {
				file = strings.TrimSuffix(file, "/") + "/"
			}
			options = append(options, batch.Option{Dialect: dialect, Words: []string{g.Name, file}})
		}
	}
	return options
}

// said is an error in LSF's own words.
type said string

func (s said) Error() string { return string(s) }

// unable reports that nothing was submitted.
func (t tool) unable(err error) int {
	t.Complain("%s. Job not submitted.\n", strings.TrimSuffix(imitation.Lines(err), "."))
	return bad
}

// wait returns when the job has ended, with its exit code: of an array, the highest.
func (t tool) wait(ctx context.Context, receipt *imitation.Receipt) int {
	t.Print("<<Waiting for dispatch ...>>\n")
	job, err := t.Wait(ctx, receipt)
	if err != nil {
		return t.fail(err)
	}
	t.Print("<<Job is finished>>\n")
	code := 0
	for i := range job.Elements {
		code = max(code, exit(&job.Elements[i]))
	}
	return code
}
