package gridengine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/imitation"
)

// qsub submits a script, or with -b y a command.
func qsub(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "qsub"}
	line := batch.ParseLine(dialect, args)
	if line.Has("-help") {
		return t.help("[options] {script|-b y command} [args]")
	}
	for _, g := range line.Given {
		if !g.Known {
			return t.wrong("invalid option argument %q", g.Name)
		}
	}
	order, inside, err := t.order(&line)
	if err != nil {
		return t.unable(err)
	}
	if err := nameFits(&line, order); err != nil {
		return t.unable(err)
	}
	verify, _ := line.Value("-w")
	order.Try = verify == "p" || verify == "v" || line.Has("-verify")
	receipt, err := s.Submit(ctx, *order)
	if err != nil {
		return t.unable(err)
	}
	if order.Try {
		s.Print("verification: found suitable queue(s)\n")
		return 0
	}
	job := imitation.Observe(receipt.Job, nil)
	if line.Has("-terse") || inside.Has("-terse") {
		s.Print("%s\n", number(job))
	} else {
		s.Print("Your job%s %s (%q) has been submitted\n", ofArray(job), number(job), job.Name)
	}
	sync, has := line.Value("-sync")
	if !has {
		sync, has = inside.Value("-sync")
	}
	if has && slices.Contains([]string{"y", "yes", "x", "rx"}, sync) {
		return t.wait(ctx, receipt)
	}
	return 0
}

// number returns a job as qsub prints it: an array with its tasks.
func number(j *imitation.Job) string {
	if j.Numbers == nil {
		return fmt.Sprint(j.ID)
	}
	return fmt.Sprintf("%d.%s", j.ID, ranges(allTasks(j), step(j)))
}

func ofArray(j *imitation.Job) string {
	if j.Numbers == nil {
		return ""
	}
	return "-array"
}

func allTasks(j *imitation.Job) []int {
	tasks := make([]int, len(j.Elements))
	for i := range j.Elements {
		tasks[i] = j.Elements[i].Task
	}
	return tasks
}

// order returns what is to be submitted, and the options inside of the script.
func (t tool) order(line *batch.Line) (*imitation.Order, *batch.Line, error) {
	order := &imitation.Order{Options: t.given(line)}
	inside := &batch.Line{}
	if binary, _ := line.Value("-b"); binary == "y" || binary == "yes" {
		if len(line.Rest) == 0 {
			return nil, nil, said("command required for a binary job")
		}
		order.Command = line.Rest
		if shell, _ := line.Value("-shell"); shell != "n" && shell != "no" && !line.Has("-noshell") {
			// The command itself is text for a shell, and what follows it are its arguments.
			order.Command = append([]string{"/bin/sh", "-c", line.Rest[0] + ` "$@"`, "sh"}, line.Rest[1:]...)
		}
		if !line.Has("-N") {
			first, _, _ := strings.Cut(strings.TrimSpace(line.Rest[0]), " ")
			order.Options = append(order.Options, batch.Option{Dialect: dialect, Words: []string{"-N", path.Base(first)}})
		}
		return order, inside, nil
	}
	script, err := t.script(line.Rest)
	if err != nil {
		return nil, nil, err
	}
	order.Script = script
	for _, text := range strings.Split(script.Text, "\n") {
		if words, is := strings.CutPrefix(text, "#$"); is {
			list, err := notation.Words(words)
			if err != nil {
				continue // it is said when it is submitted
			}
			one := batch.ParseLine(dialect, texts(list))
			inside.Given = append(inside.Given, one.Given...)
		}
	}
	return order, inside, nil
}

func texts(words []notation.Word) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.Text
	}
	return list
}

// given returns the options for package batch: of files that are directories, their names end
// in / there.
func (t tool) given(line *batch.Line) []batch.Option {
	options := line.Without(dialect, "-terse", "-sync", "-verify", "-w", "-o", "-e")
	for _, g := range line.Given {
		if g.Name != "-o" && g.Name != "-e" || len(g.Values) == 0 {
			continue
		}
		file := g.Values[0]
		if info, err := os.Stat(t.Absolute(file)); err == nil && info.IsDir() {
			file = strings.TrimSuffix(file, "/") + "/"
		}
		options = append(options, batch.Option{Dialect: dialect, Words: []string{g.Name, file}})
	}
	return options
}

// script returns what is to run: a file, or standard input.
func (t tool) script(rest []string) (*request.Script, error) {
	if len(rest) == 0 || rest[0] == "-" {
		content, err := io.ReadAll(t.In)
		if err != nil {
			return nil, fmt.Errorf("reading the script from standard input: %w", err)
		}
		if len(content) == 0 {
			return nil, said("no input read from stdin")
		}
		return &request.Script{Name: "STDIN", Text: string(content), Args: rest[min(len(rest), 1):]}, nil
	}
	script, err := t.ReadScript(t.Absolute(rest[0]))
	var no *os.PathError
	switch {
	case errors.As(err, &no):
		why := no.Err.Error()
		return nil, unread(fmt.Sprintf("error opening %s: %s", rest[0], strings.ToUpper(why[:1])+why[1:])) // as strerror has it
	case err != nil:
		return nil, err
	}
	script.Name, script.Args = rest[0], rest[1:]
	return script, nil
}

// unread is an error of the script itself.
type unread string

func (u unread) Error() string { return string(u) }

// nameFits refuses a name that begins with a digit: it would be taken for a number.
func nameFits(line *batch.Line, order *imitation.Order) error {
	name, has := line.Value("-N")
	if !has && order.Script != nil {
		name = path.Base(order.Script.Name)
	}
	switch {
	case has && name == "":
		return said("denied: the name of a job must not be empty")
	case name != "" && name[0] >= '0' && name[0] <= '9':
		return said(fmt.Sprintf("denied: %q is not a valid object name (cannot start with a digit)", name))
	case strings.ContainsAny(name, "\n\t\r/:@\\*?"):
		return said(fmt.Sprintf("denied: %q is not a valid object name (it has one of \\n \\t \\r / : @ \\ * ?)", name))
	}
	return nil
}

// unable reports that nothing was submitted.
func (t tool) unable(err error) int {
	var file unread
	if errors.As(err, &file) {
		t.Complain("Unable to read script file because of error: %s\nExiting.\n", imitation.Text(err.Error()))
		return 1
	}
	t.Complain("Unable to run job: %s.\nExiting.\n", imitation.Lines(err))
	return 1
}

// wait returns when the job has ended, with its exit code: of an array, that of the first that
// did not succeed.
func (t tool) wait(ctx context.Context, receipt *imitation.Receipt) int {
	job, err := t.Wait(ctx, receipt)
	if err != nil {
		t.Complain("Unable to wait for job: %s\n", imitation.Text(err.Error()))
		return 1
	}
	code := 0
	for i := range job.Elements {
		e := &job.Elements[i]
		name := fmt.Sprint(job.ID)
		if job.Numbers != nil {
			name += fmt.Sprintf(".%d", e.Task)
		}
		exit := 1
		switch {
		case e.Signal > 0:
			t.Print("Job %s exited because of signal %s\n", name, signalName(e.Signal))
		case e.State == imitation.Unmet || e.State == imitation.Cancelled:
			t.Print("Job %s was aborted, and has not run\n", name)
		default:
			exit = e.Exit
			t.Print("Job %s exited with exit code %d.\n", name, e.Exit)
		}
		if code == 0 {
			code = exit
		}
	}
	return code
}
