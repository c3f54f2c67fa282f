package slurm

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/imitation"
)

// dialect is that of package batch.
const dialect = "slurm"

// sbatch submits a script.
func sbatch(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "sbatch"}
	line := batch.ParseLine(dialect, args)
	switch {
	case line.Has("-V"):
		return t.version()
	case line.Has("-h"), line.Has("--usage"):
		return t.usage("[OPTIONS(0)...] script [args(0)...]")
	}
	script, err := t.script(&line)
	if err != nil {
		return t.fail(err)
	}
	options := line.Without(dialect, "--parsable", "-W", "--test-only", "-Q", "-v", "-M")
	order := imitation.Order{Options: append(t.inputVariables(), options...), Script: script, Try: line.Has("--test-only")}
	receipt, err := s.Submit(ctx, order)
	if err != nil {
		return t.fail(err)
	}
	switch {
	case order.Try:
		s.Complain("sbatch: the API server would take the job; when it would start is not known\n")
		return 0
	case line.Has("--parsable"):
		s.Print("%d\n", receipt.ID)
	case !line.Has("-Q"):
		s.Print("Submitted batch job %d\n", receipt.ID)
	}
	_, waits := s.LookupEnv("SBATCH_WAIT")
	if waits || line.Has("-W") {
		return t.wait(ctx, receipt)
	}
	return 0
}

// script returns what is to run: a file, standard input, or nil for --wrap.
func (t tool) script(line *batch.Line) (*request.Script, error) {
	if line.Has("--wrap") {
		if len(line.Rest) > 0 {
			return nil, said("Script arguments not permitted with --wrap option")
		}
		return nil, nil
	}
	script := &request.Script{Name: "sbatch"}
	if len(line.Rest) == 0 {
		text, err := io.ReadAll(t.In)
		if err != nil {
			return nil, fmt.Errorf("reading the script from standard input: %w", err)
		}
		script.Text = string(text)
	} else {
		file, err := t.find(line.Rest[0])
		if err != nil {
			return nil, err
		}
		if script, err = t.ReadScript(file); err != nil {
			return nil, said("Unable to open file " + line.Rest[0])
		}
		script.Args = line.Rest[1:]
	}
	switch {
	case script.Text == "":
		return nil, said("Batch script is empty!")
	case strings.TrimSpace(script.Text) == "":
		return nil, said("Batch script contains only whitespace!")
	case !strings.HasPrefix(script.Text, "#!"):
		return nil, said("This does not look like a batch script.  The first\nsbatch: error: line must start with #! followed by the path to an interpreter.\nsbatch: error: For instance: #!/bin/sh")
	case strings.Contains(script.Text, "\r\n"):
		return nil, said("Batch script contains DOS line breaks (\\r\\n)\nsbatch: error: instead of expected UNIX line breaks (\\n).")
	}
	return script, nil
}

// find returns the file of a script: one without / is looked for in the present directory,
// and then in those of PATH.
func (t tool) find(name string) (string, error) {
	if _, err := os.Stat(t.Absolute(name)); err == nil || strings.ContainsRune(name, '/') {
		return t.Absolute(name), nil
	}
	for _, folder := range filepath.SplitList(t.Env("PATH")) {
		file := filepath.Join(folder, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file, nil
		}
	}
	return "", said("Unable to open file " + name)
}

// inputVariables returns the options that variables of the shell stand for. They come
// before those of the command line, which win.
func (t tool) inputVariables() []batch.Option {
	var options []batch.Option
	for _, v := range [][2]string{
		{"SBATCH_ACCOUNT", "--account"},
		{"SBATCH_ARRAY_INX", "--array"},
		{"SBATCH_CPUS_PER_GPU", "--cpus-per-gpu"},
		{"SBATCH_CONSTRAINT", "--constraint"},
		{"SBATCH_EXCLUSIVE", "--exclusive"},
		{"SBATCH_EXPORT", "--export"},
		{"SBATCH_ERROR", "--error"},
		{"SBATCH_GPUS", "--gpus"},
		{"SBATCH_GPUS_PER_NODE", "--gpus-per-node"},
		{"SBATCH_GPUS_PER_TASK", "--gpus-per-task"},
		{"SBATCH_GRES", "--gres"},
		{"SBATCH_JOB_NAME", "--job-name"},
		{"SBATCH_MEM_PER_CPU", "--mem-per-cpu"},
		{"SBATCH_MEM_PER_GPU", "--mem-per-gpu"},
		{"SBATCH_MEM_PER_NODE", "--mem"},
		{"SBATCH_OPEN_MODE", "--open-mode"},
		{"SBATCH_OUTPUT", "--output"},
		{"SBATCH_PARTITION", "--partition"},
		{"SBATCH_QOS", "--qos"},
		{"SBATCH_RESERVATION", "--reservation"},
		{"SBATCH_TIMELIMIT", "--time"},
	} {
		if value := t.Env(v[0]); value != "" {
			options = append(options, batch.Option{Dialect: dialect, Words: []string{v[1] + "=" + value}})
		}
	}
	for _, v := range [][2]string{{"SBATCH_REQUEUE", "--requeue"}, {"SBATCH_NO_REQUEUE", "--no-requeue"}} {
		if _, set := t.LookupEnv(v[0]); set {
			options = append(options, batch.Option{Dialect: dialect, Words: []string{v[1]}})
		}
	}
	return options
}

// wait returns when the job has ended, with its exit code: of an array, the highest.
func (t tool) wait(ctx context.Context, receipt *imitation.Receipt) int {
	job, err := t.Wait(ctx, receipt)
	if err != nil {
		return t.fail(err)
	}
	code := 0
	for i := range job.Elements {
		e := &job.Elements[i]
		if e.Signal > 0 {
			code = max(code, 128+e.Signal)
		} else if e.State != imitation.Succeeded {
			code = max(code, e.Exit, 1)
		}
	}
	return code
}
