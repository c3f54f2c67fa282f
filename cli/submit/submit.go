package submit

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
)

// submitOptions is what "depctl submit" was asked to do.
type submitOptions struct {
	streams  genericiooptions.IOStreams
	options  []batch.Option
	filename string
	template string
	dialect  string
	dryRun   string
	output   string
	parsable bool
	wait     bool

	ignoreUnsupported bool
	// implied says that nothing names what runs, so that it is read from standard
	// input.
	implied bool
	// suffix is five random letters.
	suffix string
}

// New returns "depctl submit".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &submitOptions{streams: streams}
	cmd := &cobra.Command{
		Use:                   "submit [options] (SCRIPT [ARGS] | -f FILE | -- COMMAND [ARGS] | <SCRIPT)",
		Short:                 "Make a Job of a command or a batch script",
		Long:                  submitLong,
		Example:               submitExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		Args:                  cobra.ArbitraryArgs,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			script, program := args, []string(nil)
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				script, program = args[:dash], args[dash:]
			}
			if len(script)+len(program) == 0 && o.filename == "" && !batch.Runs(o.options) && isRedirected(streams.In) {
				script, o.implied = []string{"-"}, true
			}
			if err := o.validate(script, program); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return o.run(ctx, f, script, program)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.SetInterspersed(false) // what follows SCRIPT is for the script
	for _, flag := range batch.Flags() {
		o.add(flags, batch.Depctl, flag.Name, flag.Value, flag.Help)
	}
	o.add(flags, "slurm", "dependency", "LIST", "What to wait for, as Slurm says it: afterok:JOB:JOB,afterany:JOB.")
	o.add(flags, "slurm", "wrap", "COMMAND", "A command line for /bin/sh to run, as Slurm has it, in place of a script.")
	for _, d := range batch.Dialects()[1:] {
		v := &optionFlag{list: &o.options, dialect: d, value: "OPTIONS"}
		flags.Var(v, d, fmt.Sprintf("Options as %s has them; they win over those of the script.", d))
	}
	names := batch.Dialects()
	last := len(names) - 1
	flags.StringVar(&o.dialect, "dialect", "", fmt.Sprintf("Whose lines of options are read, and whose variables are set: %s or %s. Default: those of the script.", strings.Join(names[:last], ", "), names[last]))
	flags.BoolVar(&o.ignoreUnsupported, "ignore-unsupported", false, "Leave out what a Job cannot do, and say so.")
	flags.StringVarP(&o.filename, "filename", "f", "", "A manifest of a Job to add the options to.")
	flags.StringVar(&o.template, "template", "", "The file with the defaults of the site.")
	flags.StringVar(&o.dryRun, "dry-run", string(command.DryRunNone), "Create nothing: client, the default of --dry-run alone, or server, which also asks the API server.")
	flags.Lookup("dry-run").NoOptDefVal = string(command.DryRunClient)
	flags.StringVarP(&o.output, "output", "o", "", "Output format: yaml, json or name.")
	flags.BoolVar(&o.parsable, "parsable", false, "Print nothing but the name of the Job.")
	flags.BoolVar(&o.wait, "wait", false, "Wait until the Job has ended, tell of its state, and return its exit code.")
	return cmd
}

// add registers an option that package batch reads.
func (o *submitOptions) add(flags *pflag.FlagSet, dialect, name, value, help string) {
	flags.Var(&optionFlag{list: &o.options, dialect: dialect, name: name, value: value}, name, help)
	if value == "" {
		flags.Lookup(name).NoOptDefVal = "true"
	}
}

// optionFlag keeps an option for package batch, in the order of the command
// line.
type optionFlag struct {
	list                 *[]batch.Option
	dialect, name, value string
}

func (f *optionFlag) String() string { return "" }

// Type is what help texts call the value.
func (f *optionFlag) Type() string {
	if f.value == "" {
		return "bool"
	}
	return f.value
}

func (f *optionFlag) Set(text string) error {
	option := batch.Option{Dialect: f.dialect, Name: f.name, Value: text}
	switch {
	case f.name == "":
		option = batch.Option{Dialect: f.dialect, Line: text}
	case f.value == "" && text == "false":
		return nil
	case f.value == "" && text != "true":
		return errors.New("it takes no value")
	}
	*f.list = append(*f.list, option)
	return nil
}

func (o *submitOptions) validate(script, program []string) error {
	if len(script) > 0 && len(program) > 0 {
		return command.UsageErrorf("there are a script and a command: give one of them")
	}
	if len(script)+len(program) == 0 && o.filename == "" && len(o.options) == 0 {
		return command.UsageErrorf("there is nothing to run: give a script, a manifest with -f, or a command behind --")
	}
	switch o.output {
	case "", "yaml", command.OutputJSON, "name":
	default:
		return command.UnknownOutput(o.output, command.OutputYAML, command.OutputJSON, "name")
	}
	if o.parsable && o.output != "" {
		return command.UsageErrorf("--parsable and -o do not go together")
	}
	if err := batch.CheckDialect(o.dialect); err != nil {
		return command.UsageErrorf("%s", err)
	}
	if err := command.DryRun(o.dryRun).Validate(); err != nil {
		return err
	}
	if o.wait && command.DryRun(o.dryRun) != command.DryRunNone {
		return command.UsageErrorf("there is nothing to --wait for in a dry run")
	}
	return nil
}

func (o *submitOptions) run(ctx context.Context, f *cluster.Factory, script, program []string) error {
	in, err := o.input(f, script, program)
	if err != nil {
		return err
	}
	s, err := o.submitter(ctx, f, in)
	if err != nil {
		return err
	}
	made, err := batch.Compile(*in)
	if err != nil {
		return eachAnError(err)
	}
	if o.filename != "-" && !slices.Equal(script[:min(1, len(script))], []string{"-"}) && isUnread(o.streams.In) {
		made.Notes = append(made.Notes, "standard input is not read: what runs is named on the command line")
	}
	if err := o.note(made.Notes); err != nil {
		return err
	}
	made.Job.Namespace = s.Explicit
	if made.Script != nil {
		made.Script.Namespace = s.Explicit
	}
	if s.DryRun != command.DryRunClient {
		asked := made.Job.Name
		if err := s.Create(ctx, made); err != nil {
			return err
		}
		if err := o.note(s.Remarks(ctx, asked, made.Job)); err != nil {
			return err
		}
	}
	if err := o.print(made); err != nil {
		return err
	}
	if o.wait {
		return o.waitFor(ctx, f, s, made.Job)
	}
	return nil
}

func (o *submitOptions) note(notes []string) error {
	for _, note := range notes {
		if _, err := fmt.Fprintf(o.streams.ErrOut, "note: %s\n", picture.Clean(note)); err != nil {
			return fmt.Errorf("writing a note: %w", err)
		}
	}
	return nil
}

// eachAnError begins every problem of a list as the first one begins.
func eachAnError(err error) error {
	var problems request.Problems
	if !errors.As(err, &problems) {
		return err
	}
	texts := make([]string, len(problems))
	unsupported := false
	for i, problem := range problems {
		texts[i] = problem.String()
		unsupported = unsupported || problem.Unsupported
	}
	text := strings.Join(texts, "\nerror: ")
	if unsupported {
		text += "\nWith --ignore-unsupported, what a Job cannot do is left out."
	}
	return errors.New(text)
}

// waitFor returns when the Job has ended, with its exit code.
func (o *submitOptions) waitFor(ctx context.Context, f *cluster.Factory, s *cluster.Submitter, job *batchv1.Job) error {
	progress := f.Progress(o.streams)
	o.streams = progress.Streams()
	progress.Begin("Waiting for Job "+job.Name, 0)
	done, err := s.Wait(ctx, job, func(text string) {
		fmt.Fprintf(o.streams.ErrOut, "%s %s\n", job.Name, picture.OneLine(text))
	}, func(text string) { _ = command.PrintNotes(o.streams.ErrOut, []string{text}) })
	progress.End()
	switch {
	case ctx.Err() != nil:
		fmt.Fprintf(o.streams.ErrOut, "%s goes on; to stop it: kubectl delete job %s -n %s\n", job.Name, job.Name, s.Namespace)
		return command.Ended(command.ExitInterrupted)
	case err != nil:
		return fmt.Errorf("waiting for Job %s: %w", job.Name, err)
	}
	if text, _ := batch.Progress(done); text == "succeeded" {
		return nil
	}
	pods, err := s.FailedPods(ctx, done)
	if err != nil {
		return fmt.Errorf("reading the exit code of Job %s from its pods: %w", done.Name, err)
	}
	return command.Ended(batch.ExitCode(done, pods))
}
