package pbs

import (
	"context"
	"errors"
	"io"
	"os"
	"path"
	"strings"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/imitation"
)

// qsub submits a script, standard input, or behind -- a command.
func qsub(ctx context.Context, t tool, args []string) int {
	line := batch.ParseLine(dialect, args)
	for _, g := range line.Given {
		if !g.Known {
			t.Complain("qsub: invalid option -- '%s'\n", imitation.Text(strings.TrimLeft(g.Name, "-")))
			return t.usage("[options] [script | -- command [arguments]]")
		}
	}
	order, err := t.order(&line, args)
	if err != nil {
		return t.fail(err)
	}
	receipt, err := t.Submit(ctx, *order)
	if err != nil {
		return t.fail(err)
	}
	job := whole(imitation.Observe(receipt.Job, nil))
	if !line.Has("-z") {
		t.Print("%s\n", job.id())
	}
	return 0
}

func (t tool) order(line *batch.Line, args []string) (*imitation.Order, error) {
	order := &imitation.Order{Options: line.Without(dialect, "-z")}
	for i, g := range line.Given {
		if (g.Name == "-o" || g.Name == "-e") && len(g.Values) > 0 {
			if info, err := os.Stat(t.Absolute(g.Values[0])); err == nil && info.IsDir() {
				// Of what is a directory, the name ends in / there.
				order.Options[i] = batch.Option{Dialect: dialect, Words: []string{g.Name, strings.TrimSuffix(g.Values[0], "/") + "/"}}
			}
		}
	}
	behind := len(args) - len(line.Rest)
	if len(line.Rest) > 0 && behind > 0 && args[behind-1] == "--" {
		order.Command = line.Rest
		if !line.Has("-N") {
			order.Options = append(order.Options, batch.Option{Dialect: dialect, Words: []string{"-N", path.Base(line.Rest[0])}})
		}
		return order, nil
	}
	if len(line.Rest) == 0 || line.Rest[0] == "-" {
		content, err := io.ReadAll(t.In)
		if err != nil {
			return nil, err
		}
		if len(content) == 0 {
			return nil, errors.New("standard input is empty")
		}
		order.Script = &request.Script{Name: "STDIN", Text: string(content)}
		return order, nil
	}
	script, err := t.ReadScript(t.Absolute(line.Rest[0]))
	if err != nil {
		return nil, errors.New("script file:: No such file or directory")
	}
	script.Name, script.Args = line.Rest[0], line.Rest[1:]
	order.Script = script
	return order, nil
}
